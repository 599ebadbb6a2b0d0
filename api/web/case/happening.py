"""What may have happened to a case, as its page offers it: what belongs to the work under way,
what may happen at any time, and apart from both what closes the case for good."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from api.http.access import stored_only
from api.http.case_events import PossibleEvent, possible_events
from api.web.case.seen import Seen
from protocols.language.document import CaseEvent


class Happenings(msgspec.Struct, frozen=True):
    """`not_now`: each says why."""

    under_way: tuple[PossibleEvent, ...] = ()
    any_time: tuple[PossibleEvent, ...] = ()
    final: tuple[PossibleEvent, ...] = ()
    not_now: tuple[PossibleEvent, ...] = ()


def happenings(seen: Seen) -> Happenings:
    """What the reader may report of the case."""
    if stored_only(seen.reader, seen.sight):
        return Happenings()
    found = [each for each in possible_events(seen.desk.door, seen.case).events if each.may_report]
    events = seen.plan.protocol.events
    now = [each for each in found if each.why_not is None]
    # What stops the clocks cannot wait to be found in a list.
    now.sort(key=lambda each: events[each.event].pauses is None)

    def those(which: Callable[[CaseEvent], bool]) -> tuple[PossibleEvent, ...]:
        return tuple(each for each in now if which(events[each.event]))

    return Happenings(
        those(lambda event: not _closes(event) and _of_something(event)),
        those(lambda event: not _closes(event) and not _of_something(event)),
        those(_closes),
        tuple(each for each in found if each.why_not is not None),
    )


def _closes(event: CaseEvent) -> bool:
    # Inside a sub-protocol it is that which ends, and the case goes on.
    return bool(event.ends) and not event.within


def _of_something(event: CaseEvent) -> bool:
    return bool(event.during or event.within)
