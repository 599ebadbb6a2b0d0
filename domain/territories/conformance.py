"""Whether the log of a territory's rules is what installing them writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.conformance import Finding
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.publishing.installing import PACK
from domain.territories.editions import Editions, originator_of
from domain.territories.events import Installed
from protocols.territory import Territory
from protocols.territory.written import read_territory, write_territory
from protocols.text import Text


def check_territory(
    originator: UUID, history: Sequence[Recorded], editions: Editions, in_use: Territory
) -> Iterator[Finding]:
    """`history`: all events of the territory, in order; `editions`: all that the log has;
    `in_use`: what the program goes by."""
    last = ""
    for event in history:
        for code, message in _faults(originator, event, last):
            yield Finding(originator, event.position, code, message)
        last = getattr(event.body, "digest", "")
    held = editions.last
    if held and held.position == history[-1].position and held.text != write_territory(in_use):
        yield Finding(originator, held.position, "territory_differs", _DIFFERS)


def _faults(originator: UUID, event: Recorded, last: str) -> Iterator[tuple[str, Text]]:
    body = event.body
    if not isinstance(body, Installed) or event.actor != PACK.id or body.digest == last:
        topic = topic_of(type(body))
        yield (
            "not_possible",
            Text(f"{topic} qui non era possibile.", f"{topic} was not possible here."),
        )
        return
    if hashlib.sha256(body.text.encode()).hexdigest() != body.digest:
        yield "digest", _DIGEST
        return
    try:
        known = read_territory(body.text).id
    except ValueError as error:
        yield (
            "unreadable_text",
            Text(
                f"Questo programma non sa leggere il testo del territorio ({error}).",
                f"This program cannot read the territory's text ({error}).",
            ),
        )
        return
    if known != body.territory or originator_of(known) != originator:
        yield "wrong_originator", _ORIGINATOR


_DIGEST = Text(
    "Il testo del territorio non ha l'impronta che dice.",
    "The territory's text has not the digest that it says.",
)
_DIFFERS = Text(
    "Le regole del territorio che il programma usa non sono le ultime scritte nel registro.",
    "The territory's rules that the program goes by are not the ones written last in the log.",
)
_ORIGINATOR = Text(
    "Gli eventi non stanno sotto il territorio di cui parlano.",
    "The events are not under the territory that they are about.",
)
