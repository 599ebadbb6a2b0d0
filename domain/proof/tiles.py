"""The tiles that are kept of the tree, against the hashes that they are derived from.

Proofs are made from tiles: an altered one makes none that is accepted, so nobody is misled, but
nobody gets a proof either.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.log.recorder import CaseLogRecorder
from domain.proof.audit import Flaw
from domain.proof.leaves import Leaves
from domain.proof.tree import TILE, tile_root
from protocols.text import Text

_TILES = """
    SELECT level, tile, hashes FROM tree_tiles WHERE (level, tile) > (%b::smallint, %b::bigint)
    ORDER BY level, tile LIMIT 1000
"""
_HASH = 32


def tile_flaws(recorder: CaseLogRecorder, leaves: Leaves) -> Iterator[Flaw]:
    """The first tile of each level that is not made of ``leaves``, which are those of the whole
    log. Memory: a hash for every 256 events. Raises LogUnavailable."""
    roots: list[bytes] = []
    below: list[bytes] = []
    at, tile, told = 0, -1, -1
    while rows := recorder.rows(_TILES, (at, tile)):
        for level, number, hashes in rows:
            if level != at:
                # Tiles are kept from the first on, so that those of a level are all there.
                below, roots = roots, []
            at, tile = level, number
            if level == 0:
                right = leaves.some(number * TILE, TILE)
            else:
                right = b"".join(below[number * TILE : (number + 1) * TILE])
            if number == len(roots) and len(right) == TILE * _HASH:
                roots.append(tile_root(right))
            if hashes != right and level != told:
                told = level
                yield _altered(level, number)


def _altered(level: int, tile: int) -> Flaw:
    return Flaw(
        "tile_altered",
        0,
        Text(
            f"Il pezzo {tile} al livello {level} dell'albero (tabella tree_tiles) non è fatto "
            "degli eventi: svuotare la tabella, si rifà da sola.",
            f"Tile {tile} at level {level} of the tree (table tree_tiles) is not made of the "
            "events: empty the table, it is made again by itself.",
        ),
    )
