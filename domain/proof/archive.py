"""What is kept of the log outside the database: checkpoints, and the events' hashes.

A folder, best on another machine's disk or on media that cannot be rewritten. `checkpoint` is the
newest note, `checkpoints/<size>` each of them, `tile/0/…` the leaf hashes in the layout of C2SP
tlog-tiles, so that of a log that was altered the first altered event can be named. It holds no
content of any event.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from domain.proof.note import Note, NoteRefused, read_note

TILE = 256
_HASH = 32


class Archive:
    """Files appear whole or not at all; a past checkpoint is never replaced by another text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def keys(self) -> Path:
        """The list of public keys."""
        return self.folder / "keys"

    def sizes(self) -> list[int]:
        """Sizes of all checkpoints, the smallest first; nothing of them is read."""
        found = (self.folder / "checkpoints").glob("*")
        return sorted(int(path.name) for path in found if path.name.isdecimal())

    def note(self, size: int) -> Note | None:
        """The checkpoint of that size; None where there is none, or none that can be read."""
        try:
            return read_note((self.folder / "checkpoints" / str(size)).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, NoteRefused):
            return None

    def notes(self) -> Iterator[tuple[int, Note | None]]:
        """Size and note of every checkpoint, the smallest first; None for an unreadable file."""
        for size in self.sizes():
            yield size, self.note(size)

    def last_size(self) -> int | None:
        """Size of the largest checkpoint; None where there is none."""
        return max(self.sizes(), default=None)

    def keep(self, size: int, note: Note) -> None:
        """Keep a checkpoint; of one that is there already, the signatures are added."""
        path = self.folder / "checkpoints" / str(size)
        if path.exists():
            before = read_note(path.read_text(encoding="utf-8"))
            if before.text != note.text:
                raise NoteRefused(f"another checkpoint of size {size} is kept already")
            note = before.with_signatures(note.signatures)
        _write(path, str(note).encode())
        if size == self.last_size():
            _write(self.folder / "checkpoint", str(note).encode())

    # ── leaf hashes ──────────────────────────────────────────────────────────────────────────

    def leaves(self, first: int = 0) -> Iterator[bytes]:
        """The kept leaf hashes from index ``first`` on."""
        tile = first // TILE
        while hashes := self._read(tile):
            start = max(first - tile * TILE, 0) * _HASH
            for at in range(start, len(hashes), _HASH):
                yield hashes[at : at + _HASH]
            if len(hashes) < TILE * _HASH:
                return
            tile += 1

    def count(self) -> int:
        """How many leaf hashes are kept."""
        tile = 0
        while self._tile(tile).exists():
            tile += 1
        return tile * TILE + len(self._read(tile)) // _HASH

    def keep_leaves(self, first: int, leaves: Iterator[bytes]) -> None:
        """Keep leaf hashes from index ``first`` (at most `count()`) on, in order."""
        tile = first // TILE
        hashes = bytearray(self._read(tile)[: first % TILE * _HASH])
        for leaf in leaves:
            hashes += leaf
            if len(hashes) == TILE * _HASH:
                self._keep_tile(tile, bytes(hashes))
                tile, hashes = tile + 1, bytearray()
        if hashes:
            self._keep_tile(tile, bytes(hashes))

    def _tile(self, tile: int, width: int = TILE) -> Path:
        parts = [f"{tile % 1000:03}"]
        while tile >= 1000:
            tile //= 1000
            parts.append(f"x{tile % 1000:03}")
        path = self.folder.joinpath("tile", "0", *reversed(parts))
        return path if width == TILE else path.with_name(path.name + ".p") / str(width)

    def _partials(self, tile: int) -> list[Path]:
        folder = self._tile(tile, 1).parent
        named = [path for path in folder.glob("*") if path.name.isdecimal()]
        return sorted(named, key=lambda path: int(path.name))

    def _read(self, tile: int) -> bytes:
        full = self._tile(tile)
        if full.is_file():
            return full.read_bytes()
        partial = self._partials(tile)
        return partial[-1].read_bytes() if partial else b""

    def _keep_tile(self, tile: int, hashes: bytes) -> None:
        width = len(hashes) // _HASH
        path = self._tile(tile, width)
        if not path.exists():
            _write(path, hashes)
        for older in self._partials(tile):
            if width == TILE or int(older.name) < width:
                older.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
