"""Whether the log of a protocol's texts is what its rules allow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from domain.conformance import Finding
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.publishing import events as p
from domain.publishing.state import Edition, Publishing, evolve, originator_of
from protocols.registry import Registry
from protocols.text import Text

# In which state a text must be for each event; an empty string: it is not there yet.
_AFTER: dict[type[Any], tuple[str, ...]] = {
    p.Installed: ("", "draft", "proposed", "approved", "rejected"),
    p.Drafted: ("",),
    p.DraftChanged: ("draft", "proposed", "approved", "rejected"),
    p.Proposed: ("draft", "approved"),
    p.Approved: ("proposed",),
    p.Rejected: ("proposed",),
    p.Published: ("approved",),
    p.Retired: ("published",),
}


def check_publishing(
    originator: UUID, history: Sequence[Recorded], registry: Registry
) -> Iterator[Finding]:
    """`history`: all events of the protocol, in order; `registry`: what the program goes by."""
    state = Publishing.of("")
    for event in history:
        body = event.body
        edition = state.editions.get(getattr(body, "label", ""))
        for code, message in _faults(body, edition, event.actor):
            yield Finding(originator, event.position, code, message)
        state = evolve(state, event)
    last = history[-1].position
    if originator_of(state.protocol) != originator:
        yield Finding(originator, last, "wrong_originator", _ORIGINATOR)
    for edition in state.editions.values():
        known = registry.library.labelled(state.protocol, edition.label)
        if edition.in_force and (known is None or known.digest != edition.digest):
            yield Finding(originator, last, "text_differs", _not_in_force(state.protocol, edition))


def _faults(body: Any, edition: Edition | None, actor: str) -> Iterator[tuple[str, Text]]:
    topic = topic_of(type(body))
    status = edition.status if edition else ""
    if status not in _AFTER.get(type(body), ()):
        yield (
            "not_possible",
            Text(f"{topic} qui non era possibile.", f"{topic} was not possible here."),
        )
    text = getattr(body, "text", None)
    if text is not None and hashlib.sha256(text.encode()).hexdigest() != body.digest:
        yield (
            "digest",
            Text(
                f"Il testo di {topic} non ha l'impronta che dice.",
                f"The text of {topic} has not the digest that it says.",
            ),
        )
    elif text is None and edition and getattr(body, "digest", edition.digest) != edition.digest:
        yield "digest", Text(f"{topic} è di un altro testo.", f"{topic} is about another text.")
    judged = edition if isinstance(body, (p.Approved, p.Rejected)) else None
    if judged and actor in (judged.proposed_by, *judged.authors):
        yield (
            "own_work",
            Text(
                "Chi ha scritto o proposto il testo lo ha anche giudicato.",
                "Whoever wrote or proposed the text has also judged it.",
            ),
        )


_ORIGINATOR = Text(
    "Gli eventi non stanno sotto il protocollo di cui parlano.",
    "The events are not under the protocol that they are about.",
)


def _not_in_force(protocol: str, edition: Edition) -> Text:
    return Text(
        f"Il testo in uso di {protocol} {edition.label} non è quello pubblicato.",
        f"The text in use of {protocol} {edition.label} is not the one published.",
    )
