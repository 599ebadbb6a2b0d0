"""The home of an embedded installation: its folders, its lock, and what it remembers.

Everything the stack writes lies under the home:

    postgres/   the case log and the read models      temporal/   timers and their history
    log/        one file for each server and role      run/        lock, sockets, stack.json
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from api.stack.failure import StackError, cannot_write
from protocols.text import Text

MINIMUM_FREE = 200 * 1024 * 1024
_SCARCE = MINIMUM_FREE // 4
_PROBE_BYTES = 1024 * 1024


def default_home() -> Path:
    """`CANTIERE_HOME`, or `.cantiere` in the user's own folder."""
    named = os.environ.get("CANTIERE_HOME", "").strip()
    return Path(named).expanduser() if named else Path.home() / ".cantiere"


class Home:
    """One installation's folder, held by at most one supervisor at a time."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.abspath(path.expanduser()))
        self.postgres = self.path / "postgres"
        self.temporal = self.path / "temporal"
        self.log = self.path / "log"
        self.run = self.path / "run"
        self._lock: int | None = None

    def prepare(self, minimum_free: int = MINIMUM_FREE) -> None:
        """Make the folders, take the lock, prove that the disk takes a write.

        Raises `StackError` if the home is another supervisor's, is not writable, or has less than
        `minimum_free` bytes left.
        """
        try:
            # root's Postgres runs as somebody else, who must pass through these two
            passable = 0o711 if os.geteuid() == 0 else 0o700
            self.path.mkdir(mode=passable, parents=True, exist_ok=True)
            self.run.mkdir(mode=passable, exist_ok=True)
            for folder in (self.temporal, self.log):
                folder.mkdir(mode=0o700, exist_ok=True)
            self._take_lock()
            self._probe()
        except OSError as error:
            self.release()
            raise cannot_write(self.path, error) from error
        free = self.free_bytes()
        if free < minimum_free:
            self.release()
            raise StackError(
                Text(
                    it=f"sul disco che contiene {self.path} restano {free // 2**20} MB e ne "
                    f"servono almeno {minimum_free // 2**20}: liberare spazio o scegliere "
                    "un'altra cartella con --home",
                    en=f"{free // 2**20} MB are left on the disk that holds {self.path} and at "
                    f"least {minimum_free // 2**20} are needed: free some space or choose "
                    "another folder with --home",
                )
            )

    def free_bytes(self) -> int:
        """Bytes that may still be written on the home's disk."""
        return shutil.disk_usage(self.path).free

    def shortage(self) -> Text | None:
        """A warning, while the home's disk has next to nothing left."""
        try:
            free = self.free_bytes()
        except OSError:
            return None
        if free >= _SCARCE:
            return None
        return Text(
            it=f"sul disco che contiene {self.path} restano {free // 2**20} MB: liberare spazio",
            en=f"{free // 2**20} MB are left on the disk that holds {self.path}: free some space",
        )

    def release(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def holder(self) -> int | None:
        """The pid of the supervisor that holds this home now, or `None`."""
        try:
            descriptor = os.open(self.run / "lock", os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _number(os.read(descriptor, 32)) or 0
        finally:
            os.close(descriptor)
        return None

    def remembered(self) -> dict[str, Any]:
        """What the last supervisor wrote in `run/stack.json`; empty if it wrote nothing."""
        try:
            value = json.loads((self.run / "stack.json").read_text())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def remember(self, value: dict[str, Any]) -> None:
        """Replace `run/stack.json` as a whole, readable by its owner only."""
        descriptor, name = tempfile.mkstemp(dir=self.run, prefix="stack.", suffix=".new")
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(value, file, indent=2)
            os.replace(name, self.run / "stack.json")
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise cannot_write(self.run, error) from error

    def _take_lock(self) -> None:
        descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _number(os.read(descriptor, 32))
            os.close(descriptor)
            who = f" (pid {pid})" if pid else ""
            raise StackError(
                Text(
                    it=f"un altro Cantiere{who} usa già {self.path}: fermarlo, oppure scegliere "
                    "un'altra cartella con --home",
                    en=f"another Cantiere{who} is already using {self.path}: stop it, or choose "
                    "another folder with --home",
                )
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        self._lock = descriptor
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)

    def _probe(self) -> None:
        # a full or read-only disk may still let an empty file be made: only synced bytes prove it
        descriptor, name = tempfile.mkstemp(dir=self.run, prefix="probe.")
        try:
            written = 0
            while written < _PROBE_BYTES:
                written += os.write(descriptor, bytes(min(65536, _PROBE_BYTES - written)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            os.unlink(name)


def _number(text: bytes) -> int | None:
    return int(text) if text.strip().isdigit() else None
