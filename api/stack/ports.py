"""Loopback ports: is one free, and which shall be taken."""

from __future__ import annotations

import socket

from api.stack.failure import StackError
from protocols.text import Text


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(*preferred: int | None) -> int:
    """The first of the preferred ports that is free, or any free one."""
    for port in preferred:
        if port and is_free(port):
            return port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def required_port(port: int, host: str = "127.0.0.1") -> int:
    """This port; raises `StackError` naming it and the remedy if somebody else has it."""
    if is_free(port, host):
        return port
    raise StackError(
        Text(
            it=f"la porta {port} è già usata da un altro programma: fermarlo, oppure sceglierne "
            f"un'altra, per esempio --port {port + 1 if port < 65535 else 8080}",
            en=f"port {port} is already used by another program: stop it, or choose another one, "
            f"for instance --port {port + 1 if port < 65535 else 8080}",
        )
    )
