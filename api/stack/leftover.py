"""A Postgres that outlived its supervisor: found by where it works, ended, and waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from api.stack.failure import StackError
from protocols.text import Text


def end_leftover(data: Path, patience: float = 60.0) -> None:
    """End a server that still runs on these data after its supervisor died, and wait for it.

    The caller holds the home's lock, so whoever still works on the data is a leftover. A pid file
    that names a living stranger (pids are used again) is removed; any other is left to Postgres.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        pid = 0
    deadline = time.monotonic() + patience
    asked = False
    while leftovers := _working_in(data):
        if pid in leftovers and not asked:
            os.kill(pid, signal.SIGINT)
            asked = True
        if time.monotonic() > deadline:
            raise StackError(
                Text(
                    it=f"un vecchio Postgres (pid {min(leftovers)}) usa ancora {data} e non si "
                    "ferma: terminarlo, poi riprovare",
                    en=f"an old Postgres (pid {min(leftovers)}) still uses {data} and does not "
                    "stop: end it, then try again",
                )
            )
        time.sleep(0.1)
    if pid and _exists(pid):
        pid_file.unlink(missing_ok=True)


def _working_in(data: Path) -> set[int]:
    """The pids whose working folder is this one: a Postgres and its backends live there."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.path.samefile(entry / "cwd", data):
                found.add(int(entry.name))
    return found


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
