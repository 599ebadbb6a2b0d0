"""The open activities of a case to which somebody may be added."""

from __future__ import annotations

import msgspec

from api.http.access import stored_only
from api.web.case.seen import Seen
from domain.case.decide import coordinating_roles
from protocols.language.formula import OPEN
from protocols.text import Text


class Open(msgspec.Struct, frozen=True):
    """A step to which somebody may be added, and by whom it is being done."""

    step: str
    title: Text


def joinable(seen: Seen) -> list[Open]:
    """The steps to which the reader may add a member of the staff now."""
    if not seen.data or stored_only(seen.reader, seen.sight) or seen.state.ended:
        return []
    protocol = seen.plan.protocol
    return [
        Open(name, step.title)
        for name, step in protocol.steps.items()
        if step.each
        and not seen.plan.steps[name].copies
        and seen.state.marks[name].status == OPEN
        and seen.stands_in(coordinating_roles(protocol, name))
    ]
