"""Where marks of likeness stand: claims of the log, keyed hashes that tell nothing by themselves.

A key is HMAC-SHA-256 of the mark under the installation's key, cut to 16 bytes, and the person's
id: many may hold the same mark, each under a key of their own, and those who hold it stand together
in the index. Claims are taken and released in the transaction of the events they belong to.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from domain.log.appending import Claim
from domain.log.recorder import CaseLogRecorder
from domain.person.likeness import LISTED_FROM, Mark, marks, reasons, score, sought
from protocols.text import Text

SCOPE = "likeness"
_CUT = 16

# The prefix alone comes before every key that begins with it, and 17 times FF after. In the order
# of the index and no more than so many, for what a thousand share tells nothing.
_ALIKE = """
    SELECT s.mark, c.originator_id
    FROM unnest(%b::bytea[]) AS s (mark)
    CROSS JOIN LATERAL (
        SELECT originator_id FROM claims
        WHERE scope = 'likeness' AND key >= s.mark
            AND key < s.mark || '\\xffffffffffffffffffffffffffffffffff'::bytea
        ORDER BY scope, key LIMIT 200
    ) c
"""
_HELD = "SELECT scope, key, originator_id FROM claims WHERE originator_id = ANY(%b)"


class Alike(msgspec.Struct, frozen=True):
    """Somebody who may be the same human being. `score`: 0–100; `reasons`: why."""

    person: UUID
    score: int
    reasons: tuple[Text, ...]


def likeness_claims(
    key: bytes, person: UUID, personal: Mapping[str, Any], sex: str
) -> tuple[Claim, ...]:
    """The claims of somebody with a name; none for who has given none."""
    hashed = sorted({_hash(key, mark) for mark in marks(personal, sex)})
    return tuple(Claim(SCOPE, mark + person.bytes, person) for mark in hashed)


def alike(
    recorder: CaseLogRecorder, key: bytes, personal: Mapping[str, Any], sex: str
) -> list[Alike]:
    """Everybody who is like this, the likeliest first; also the person itself, if registered.
    Raises LogUnavailable."""
    by_hash: dict[bytes, set[str]] = {}
    for mark, kind in sought(personal, sex).items():
        by_hash.setdefault(_hash(key, mark), set()).add(kind)
    kinds: dict[UUID, set[str]] = {}
    for found, person in recorder.rows(_ALIKE, (list(by_hash),)) if by_hash else ():
        kinds.setdefault(person, set()).update(by_hash[bytes(found)])
    listed = [
        Alike(person, how_much, reasons(ways))
        for person, ways in kinds.items()
        if (how_much := score(ways)) >= LISTED_FROM
    ]
    return sorted(listed, key=lambda one: (-one.score, str(one.person)))


def held(recorder: CaseLogRecorder, persons: Iterable[UUID]) -> tuple[Claim, ...]:
    """All by which these persons can be found: tax code, pseudonym, likeness.
    Raises LogUnavailable."""
    return tuple(Claim(*row) for row in recorder.rows(_HELD, (list(persons),)))


def _hash(key: bytes, mark: Mark) -> bytes:
    content = f"likeness\0{mark.kind}\0{mark.value}".encode()
    return hmac.new(key, content, hashlib.sha256).digest()[:_CUT]
