"""The events' hashes in the order of the log, gathered from readers that go case by case.

A file of 32 bytes for each position, which several processes may write at once: memory does not
grow with the log. It holds hashes only, and goes with the folder it is made in.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Self

_HASH = 32
NOTHING = bytes(_HASH)
"""What stands where no event was read."""


class Leaves:
    """Places for ``count`` hashes, that of position ``first`` at the beginning."""

    def __init__(self, path: Path, count: int, first: int = 1) -> None:
        self.path, self.count, self.first = path, count, first
        with path.open("a+b") as file:
            size = max(count, 1) * _HASH
            # Sparse, and as large for whoever comes second: nothing that was written is lost.
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)

    def put(self, position: int, leaf: bytes) -> None:
        """Keep a hash; positions beyond the places there are, and what is no hash, which only a
        tampered log has, are not kept."""
        place = position - self.first
        if 0 <= place < self.count and len(leaf) == _HASH:
            self._map[place * _HASH : (place + 1) * _HASH] = leaf

    def some(self, after: int, count: int) -> bytes:
        """So many places after the first ``after``, together; fewer at the end."""
        end = min(after + count, self.count)
        return self._map[after * _HASH : end * _HASH]

    def walk(self) -> Iterator[bytes]:
        """All places in order; `NOTHING` where no event was read."""
        held = self._map
        for at in range(0, self.count * _HASH, _HASH):
            yield held[at : at + _HASH]

    def close(self) -> None:
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
