"""What the protocol does not have, refused with what was perhaps meant: its code and its title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.refusal import Refused
from protocols.documents import nearest
from protocols.language.document import CaseEvent, Protocol, Step
from protocols.text import Text


def unknown_step(protocol: Protocol, names: Iterable[str], given: str) -> Refused:
    """`names`: those that could have been given."""
    hint = _perhaps(protocol.steps, given, names)
    return Refused(
        "not_found",
        "unknown_step",
        Text(
            f"Il protocollo non ha il passo «{given[:60]}».{hint.it}",
            f"The protocol has no step “{given[:60]}”.{hint.en}",
        ),
    )


def unknown_event(protocol: Protocol, given: str) -> Refused:
    hint = _perhaps(protocol.events, given, protocol.events)
    return Refused(
        "not_found",
        "unknown_event",
        Text(
            f"Il protocollo non ha l'evento «{given[:60]}».{hint.it}",
            f"The protocol has no event “{given[:60]}”.{hint.en}",
        ),
    )


def _perhaps(
    parts: Mapping[str, Step] | Mapping[str, CaseEvent], given: str, names: Iterable[str]
) -> Text:
    near = nearest(given, names)
    if not near:
        return Text("")
    title = parts[near].title if near in parts else Text(near)
    it, en = title.in_("it"), title.in_("en")
    return Text(f" Forse «{near}», cioè «{it}»?", f" Perhaps “{near}”, that is “{en}”?")
