"""The tree over the log as it stands in the database: its nodes, from tiles and newest events.

Complete subtrees never change. They are kept in tiles of 256 (C2SP tlog-tiles), which are derived
from the events' hashes and may be deleted at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.log.datastore import patiently
from domain.log.recorder import CaseLogRecorder
from domain.proof.merkle import Frontier, Nodes, node_hash

WIDTH = 8
"""Levels of the tree in a tile."""
TILE = 1 << WIDTH
_HASH = 32

_HASHES = """
    SELECT hash FROM stored_events WHERE notification_id > %b::bigint
    AND notification_id <= %b::bigint ORDER BY notification_id
"""
_KEEP = """
    INSERT INTO tree_tiles (level, tile, hashes) VALUES (%b::smallint, %b::bigint, %b)
    ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes
"""
_COUNT = "SELECT count(*) FROM tree_tiles WHERE level = %b::smallint"
_ONE = "SELECT hashes FROM tree_tiles WHERE level = %b::smallint AND tile = %b::bigint"
_FORGET = "DELETE FROM tree_tiles"


class LogTree:
    """Reads the tree, and keeps the tiles that have become full. Raises LogUnavailable."""

    def __init__(self, recorder: CaseLogRecorder) -> None:
        self._recorder = recorder

    def leaves(self, after: int, until: int, batch: int = 20 * TILE) -> Iterator[bytes]:
        """The events' hashes after position ``after`` up to ``until``, as the log has them."""
        while after < until:
            end = min(after + batch, until)
            rows = self._recorder.rows(_HASHES, (after, end))
            yield from (row[0] for row in rows)
            after = end

    def keep_tiles(self, size: int) -> int:
        """Keep every tile that is full in the tree of ``size``; how many were new."""
        new = 0
        level, full = 0, size >> WIDTH
        while full:
            have = self._recorder.rows(_COUNT, (level,))[0][0]
            for tile in range(have, full):
                if level == 0:
                    hashes = b"".join(self.leaves(tile << WIDTH, (tile + 1) << WIDTH))
                else:
                    below = (
                        tile_root(self._tile(level - 1, tile << WIDTH | i)) for i in range(TILE)
                    )
                    hashes = b"".join(below)
                self._write(_KEEP, (level, tile, hashes))
                new += 1
            level, full = level + 1, full >> WIDTH
        return new

    def forget_tiles(self) -> None:
        """They are made again when they are next needed."""
        self._write(_FORGET, ())

    def nodes(self, size: int) -> Nodes:
        """The nodes of the tree of ``size``, read as they are asked for."""
        known: dict[tuple[int, int], bytes] = {}
        tiles: dict[tuple[int, int], bytes] = {}

        def hashes(level: int, tile: int) -> bytes:
            """A tile: all its hashes, or those that there are as yet."""
            found = tiles.get((level, tile))
            if found is None:
                found = tiles[level, tile] = self._tile_in(level, tile, size, node)
            return found

        def node(level: int, index: int) -> bytes:
            found = known.get((level, index))
            if found is not None:
                return found
            if level % WIDTH == 0:
                place = index % TILE * _HASH
                found = hashes(level // WIDTH, index >> WIDTH)[place : place + _HASH]
            else:
                found = node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
            known[level, index] = found
            return found

        return node

    def _tile_in(self, level: int, tile: int, size: int, node: Nodes) -> bytes:
        rows = self._recorder.rows(_ONE, (level, tile))
        if rows:
            return rows[0][0]
        first = tile << WIDTH
        last = min(first + TILE, size >> (WIDTH * level))
        if level == 0:
            return b"".join(self.leaves(first, last))
        # The topmost nodes of the tiles below.
        below = WIDTH * level
        return b"".join(
            node_hash(node(below - 1, 2 * i), node(below - 1, 2 * i + 1))
            for i in range(first, last)
        )

    def _tile(self, level: int, tile: int) -> bytes:
        return self._recorder.rows(_ONE, (level, tile))[0][0]

    def _write(self, query: str, parameters: tuple[Any, ...]) -> None:
        patiently(self._recorder.datastore, lambda c, _: c.execute(query, parameters))


def tile_root(hashes: bytes) -> bytes:
    """The root of the subtree over a tile's hashes."""
    frontier = Frontier()
    frontier.extend(hashes[i : i + _HASH] for i in range(0, len(hashes), _HASH))
    return frontier.root()
