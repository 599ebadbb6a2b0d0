"""A socket for a server that a test runs beside itself."""

from __future__ import annotations

import socket

import uvicorn


def listening(configuration: uvicorn.Config) -> socket.socket:
    """Bound and listening: from here on clients wait in the queue, whenever the server accepts.

    What `bind_socket` makes waits for acknowledgements between the parts of an answer, 40 ms each
    time; the sockets that a server makes for itself do not.
    """
    listener = configuration.bind_socket()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen()
    return listener
