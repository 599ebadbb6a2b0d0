"""What a process has taken in and the log does not have yet, in files: a killed process loses none.

A folder for each process, locked while it lives; in it a file of what is gathering, and one for
each batch on its way to the log, named by the event that it becomes. Whoever finds a folder that
nobody locks brings its batches into the log: the event's place in its stream tells whether a batch
is there already, so that it is written once however often processes die. Files hold what the log
will hold, ids and categories. They are not forced onto the disk: what a process wrote outlives it,
not the machine's power.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec

from domain.reads.events import Read

_LOCK, _GATHERING = "lock", "gathering"
# A folder that is being made, and has no owner to be found yet.
_UNFINISHED = "new-"
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Read)


def reads_of(home: Path | None) -> Path | None:
    """CANTIERE_READS, or `<home>/reads`; None where neither is given."""
    given = os.environ.get("CANTIERE_READS", "").strip()
    if given:
        return Path(given).expanduser()
    return home / "reads" if home else None


class Place(NamedTuple):
    """Where in the log a batch begins: its first event."""

    stream: UUID
    version: int


class Spool:
    """The files of one process. Not thread-safe."""

    def __init__(self, folder: Path, lock: int) -> None:
        """`lock`: a descriptor that holds the folder's lock."""
        self._folder = folder
        self._lock = lock
        self._file: int | None = None
        self._size = 0

    @classmethod
    def new(cls, among: Path) -> Spool:
        """Raises OSError."""
        name = str(uuid4())
        folder = among / (_UNFINISHED + name)
        folder.mkdir(mode=0o700, parents=True)
        lock = _locked(folder, os.O_CREAT)
        assert lock is not None
        # Seen by others only with its lock taken.
        return cls(folder.rename(among / name), lock)

    def keep(self, reads: Sequence[Read]) -> None:
        """Add to what is gathering. Raises OSError: then none of them is kept."""
        if self._file is None:
            self._file = os.open(
                self._folder / _GATHERING, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
            )
            self._size = 0
        lines = _ENCODER.encode_lines(reads)
        try:
            if os.write(self._file, lines) != len(lines):
                raise OSError("no room left for reads")
        except OSError:
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
            raise
        self._size += len(lines)

    def cut(self, place: Place) -> None:
        """What has gathered is a batch now, on its way to `place`. Raises OSError."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        (self._folder / _GATHERING).rename(self._folder / _name(place))

    def done(self, place: Place) -> None:
        """The batch is in the log. Raises OSError."""
        (self._folder / _name(place)).unlink()

    def batches(self) -> Iterator[tuple[Place, list[Read]]]:
        """What a process that is gone has left, the oldest first. Raises OSError."""
        if (self._folder / _GATHERING).exists():
            self.cut(Place(uuid4(), 1))
        found = [path for path in self._folder.iterdir() if path.name != _LOCK]
        for path in sorted(found, key=lambda path: path.stat().st_mtime_ns):
            stream, _, version = path.name.partition(".")
            yield Place(UUID(stream), int(version)), _whole(path.read_bytes())

    def end(self, *, empty: bool) -> None:
        """Leave the folder to others, or to nobody where it is `empty`."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if empty:
            rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def left(among: Path) -> Iterator[Spool]:
    """Of processes that are gone; whoever takes one ends it. Raises OSError."""
    for folder in sorted(among.iterdir()) if among.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith(_UNFINISHED):
            lock = _locked(folder)
            if lock is not None:
                yield Spool(folder, lock)


def _locked(folder: Path, flags: int = 0) -> int | None:
    """The descriptor that holds the lock; None where somebody else holds it, or has just ended."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | flags, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    # Whoever held it may have removed it before it was ours.
    if not (folder / _LOCK).exists():
        os.close(lock)
        return None
    return lock


def _name(place: Place) -> str:
    return f"{place.stream}.{place.version}"


def _whole(lines: bytes) -> list[Read]:
    # A line without its end was being written when the process died: nothing was answered on it.
    return [_DECODER.decode(line) for line in lines.split(b"\n")[:-1]]
