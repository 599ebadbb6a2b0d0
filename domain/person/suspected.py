"""Registrations that may be of one human being, in the whole installation.

Who shares marks is found among keyed hashes; how alike two are is then told from their particulars,
which do not leave this module. A telephone alone makes nobody suspect, nor does a name without a
date of birth: for those, `domain.person.index.alike` is asked about one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from domain.log.recorded import Entry, Recorded
from domain.person import events as p
from domain.person.likeness import LISTED_FROM, marks, reasons, score, sought
from domain.person.particulars import particulars
from domain.person.state import PersonState, fold
from domain.vault.events import PersonalReader
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService

MOST = 200
"""Pairs that are looked at: those that share the most marks."""

# A mark that many share (a common name, a shelter's telephone) tells nothing of two of them.
_SHARED = """
    SELECT array_agg(originator_id) FROM claims WHERE scope = 'likeness'
    GROUP BY substr(key, 1, 16) HAVING count(*) BETWEEN 2 AND 8
"""
_EVENTS = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) ORDER BY originator_id, originator_version
"""


class Suspected(msgspec.Struct, frozen=True):
    """`one` and `other`: in the order of their ids. `score`: 0–100; `reasons`: the strongest
    first."""

    one: UUID
    other: UUID
    score: int
    reasons: tuple[Text, ...]


class _Known(NamedTuple):
    state: PersonState
    personal: dict[str, Any]
    apart: frozenset[UUID]
    """Of whom it was decided that they are somebody else."""


def suspected(service: CaseService) -> list[Suspected]:
    """The likeliest first; nobody who was erased or merged, no pair that was proposed, declined or
    parted. Three questions to the database. Raises LogUnavailable, VaultProblem."""
    shared: Counter[tuple[UUID, UUID]] = Counter()
    for (holders,) in service.recorder.rows(_SHARED):
        shared.update(combinations(sorted(set(holders)), 2))
    pairs = [pair for pair, _ in sorted(shared.items(), key=lambda of: (-of[1], of[0]))[:MOST]]
    known = dict(_known(service, {one for pair in pairs for one in pair}))
    found = [each for pair in pairs if (each := _compared(known, *pair))]
    return sorted(found, key=lambda each: (-each.score, each.one, each.other))


def _known(service: CaseService, persons: set[UUID]) -> Iterator[tuple[UUID, _Known]]:
    rows = service.recorder.rows(_EVENTS, (list(persons),)) if persons else []
    keys = service.vault.keys_to_read(persons) if persons else {}
    events = (service.mapper.read(Entry._make(row)) for row in rows)
    for person, stream in groupby(events, lambda event: event.originator_id):
        history = list(stream)
        state = fold(person, history)
        if state is None or state.erased or state.kept_by:
            continue
        personal = particulars(history, PersonalReader(service.vault, person, keys))
        yield person, _Known(state, personal, frozenset(_apart(history)))


def _apart(history: list[Recorded]) -> Iterator[UUID]:
    for event in history:
        body = event.body
        if isinstance(body, (p.MergeDeclined, p.PersonsParted)):
            yield UUID(body.merged)


def _compared(known: dict[UUID, _Known], one: UUID, other: UUID) -> Suspected | None:
    if one not in known or other not in known:
        return None
    a, b = known[one], known[other]
    settled = other in a.apart or one in b.apart
    if settled or other in a.state.proposed or one in b.state.proposed:
        return None
    theirs = marks(b.personal, b.state.sex)
    ways = {kind for mark, kind in sought(a.personal, a.state.sex).items() if mark in theirs}
    how_much = score(ways)
    if how_much < LISTED_FROM:
        return None
    return Suspected(one, other, how_much, reasons(ways))
