"""Where sealed files are: by the SHA-256 of what is stored. Folders by default; room for others.

A file that is being received has a name of its own until it is whole and on the disk. So whatever
dies on the way leaves at most a file that nothing refers to, which is swept after a day.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

RESERVE = 200 * 1024 * 1024
"""Bytes of the disk that documents leave free: Postgres may live on it."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMING = ".coming"


class NoRoom(Exception):
    """The disk is full, or nearly."""


class Missing(Exception):
    """There is no file of this hash."""


class Stored(NamedTuple):
    """`sha256`: None for what never became whole."""

    sha256: str | None
    name: str
    size: int
    at: datetime


class Incoming(Protocol):
    """A file on its way in. Exactly one of `keep` and `discard` ends it."""

    def write(self, data: bytes) -> None:
        """Raises NoRoom, OSError."""
        ...

    def reader(self) -> BinaryIO:
        """What was written, to be read at any place. To be closed by who asked for it."""
        ...

    def keep(self) -> str:
        """The file is whole: its hash, once the disk has it. Raises NoRoom, OSError."""
        ...

    def discard(self) -> None:
        """Leave nothing. Harmless after `keep`."""
        ...


class Store(Protocol):
    """Keeps sealed files; knows nothing of what is in them."""

    def begin(self, expected: int = 0) -> Incoming:
        """`expected`: bytes to come, if that is known. Raises NoRoom, OSError."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Raises Missing, OSError."""
        ...

    def remove(self, sha256: str) -> bool:
        """Whether there was such a file."""
        ...

    def stored(self) -> Iterator[Stored]:
        """Everything there is, also what never became whole."""
        ...

    def remove_unfinished(self, name: str) -> None: ...


class FolderStore:
    """Files in two levels of folders (`ab/cd/abcd…`), readable by their owner only."""

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self.folder = folder
        self._reserve = reserve

    def begin(self, expected: int = 0) -> Incoming:
        coming = self.folder / _COMING
        coming.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(coming).free < self._reserve + expected:
            raise NoRoom
        return _IncomingFile(self, coming / secrets.token_hex(16))

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self.path_of(sha256).open("rb")
        except FileNotFoundError:
            raise Missing(sha256) from None

    def remove(self, sha256: str) -> bool:
        path = self.path_of(sha256)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync(path.parent)
        return True

    def stored(self) -> Iterator[Stored]:
        for path in sorted(self.folder.glob("*/*")):
            if path.parent.name == _COMING:
                yield from _stored(path, None)
            elif path.is_dir():
                for file in sorted(path.iterdir()):
                    whole = _DIGEST.fullmatch(file.name) and file == self.path_of(file.name)
                    yield from _stored(file, file.name) if whole else ()

    def remove_unfinished(self, name: str) -> None:
        (self.folder / _COMING / Path(name).name).unlink(missing_ok=True)

    def path_of(self, sha256: str) -> Path:
        # A name from a damaged event must not lead out of the folder.
        if not _DIGEST.fullmatch(sha256):
            raise Missing("not a hash")
        return self.folder / sha256[:2] / sha256[2:4] / sha256


class _IncomingFile:
    def __init__(self, store: FolderStore, path: Path) -> None:
        self._store = store
        self._path = path
        self._hash = hashlib.sha256()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        view = memoryview(data)
        with _room():
            while view:
                view = view[self._file.write(view) :]

    def reader(self) -> BinaryIO:
        return self._path.open("rb")

    def keep(self) -> str:
        digest = self._hash.hexdigest()
        final = self._store.path_of(digest)
        with _room():
            os.fsync(self._file.fileno())
            self._file.close()
            final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.replace(self._path, final)
            for folder in (final.parent, final.parent.parent, self._store.folder):
                _sync(folder)
        return digest

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NoRoom from None
        raise


def _stored(path: Path, sha256: str | None) -> Iterator[Stored]:
    try:
        found = path.stat()
    except FileNotFoundError:
        # Removed meanwhile, by whoever received it.
        return
    yield Stored(sha256, path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
