"""Become the server: tie one's life to the supervisor's, leave root's identity, exec.

Run as a plain script by an isolated interpreter, never imported by the supervisor: what must
happen between fork and exec happens here, in a process with one thread and no locks to inherit.

    python -I -S launch.py '{"parent": 123, "death_signal": 9, …}' program argument…

The order matters: a change of identity clears the parent-death signal, so the signal comes last.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522

CANNOT_RUN = 126


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilityData(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def main(order: dict, command: list[str]) -> None:
    """Carry out `order` and turn into `command`; returns only by an exception."""
    account = order.get("account")
    if account:
        _become(account["uid"], account["gid"], account.get("capability"))
    os.umask(0o077)
    if order.get("death_signal") and sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, order["death_signal"])
        # the supervisor may have died before the signal was asked for
        if os.getppid() != order["parent"]:
            sys.exit(CANNOT_RUN)
    os.execv(command[0], command)


def _become(uid: int, gid: int, capability: int | None) -> None:
    """Change identity for good, keeping at most one capability across it and across exec."""
    if capability is not None:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if capability is not None:
        mask = 1 << capability
        header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
        data = (_CapabilityData * 2)()
        data[0] = _CapabilityData(mask, mask, mask)
        _checked(_libc().capset(ctypes.byref(header), ctypes.byref(data)), "capset")
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc().prctl(ctypes.c_int(option), *padded), f"prctl({option})")


def _checked(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]), sys.argv[2:])
    except OSError as error:
        print(f"cannot start {os.path.basename(sys.argv[2])}: {error.strerror}", file=sys.stderr)
        sys.exit(CANNOT_RUN)
