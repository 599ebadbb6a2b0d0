"""What happened, the latest first: each act with what followed from it, by whom, by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

import msgspec

from api.web.case.seen import Seen
from api.web.inbox.view import staff_name
from api.web.words import case as words
from projections.timeline.queries import TimelineEntry, timeline
from protocols.text import Text

MOST = 5_000
"""Events of one case that the page looks at."""
PAGE = 15

_EXCEPTIONS = {"case.step-skipped", "case.step-forced", "case.step-redone", "case.data-corrected"}
_ACTS = {
    "case.case-opened", "case.step-completed", "case.step-signed", "case.case-event-happened",
    "case.migrated", *_EXCEPTIONS,
}  # fmt: skip
_LATE = {"case.reminded", "case.escalated", "case.clocks-paused", "case.clocks-resumed"}
_WORDS = {"case.note-written", "case.document-attached", "case.document-withdrawn"}

FILTERS: dict[str, Text] = {
    "": words.ALL_EVENTS,
    "persone": words.BY_PEOPLE,
    "termini": words.DEADLINES,
    "scritti": words.WRITTEN,
    "eccezioni": words.EXCEPTIONS_ONLY,
}


class Line(msgspec.Struct, frozen=True):
    """`rule`: the step and the law behind it, empty where there is none; `follows`: what the same
    command entailed; `kind`: exception, late or ordinary."""

    said: Text
    at: datetime
    occurred_at: datetime | None
    who: str
    role: Text
    rule: Text
    kind: str
    follows: tuple[Text, ...]


class Day(msgspec.Struct, frozen=True):
    day: date
    lines: tuple[Line, ...]


class Course(msgspec.Struct, frozen=True):
    """`before`: the version that asks for what is older; 0 where there is nothing."""

    days: tuple[Day, ...]
    before: int


def course(seen: Seen, view: str, before: int) -> Course:
    """`before`: only events up to this version, 0 for all."""
    with seen.desk.door.reading() as connection:
        entries = timeline(connection, seen.case, limit=MOST)
    commands = [list(group) for _, group in groupby(entries, _together)]
    wanted = [
        command
        for command in reversed(commands)
        if _in_view(command, view) and (not before or command[-1].version <= before)
    ]
    lines = [_line(seen, command) for command in wanted[:PAGE]]
    rest = wanted[PAGE:]
    zone = seen.desk.door.service.territory.timezone
    days = groupby(lines, lambda line: line.at.astimezone(zone).date())
    return Course(
        tuple(Day(day, tuple(group)) for day, group in days), rest[0][-1].version if rest else 0
    )


def _together(entry: TimelineEntry) -> tuple[datetime, str]:
    """What one command wrote has one instant and one actor."""
    return entry.at, entry.actor


def _in_view(command: list[TimelineEntry], view: str) -> bool:
    kinds = {entry.kind for entry in command}
    if view == "persone":
        return not command[0].actor.startswith("system:")
    if view == "termini":
        return bool(kinds & _LATE)
    if view == "scritti":
        return bool(kinds & _WORDS)
    return bool(kinds & _EXCEPTIONS) if view == "eccezioni" else True


def _line(seen: Seen, command: list[TimelineEntry]) -> Line:
    main = next((entry for entry in command if entry.kind in _ACTS), command[0])
    territory = seen.desk.door.service.territory
    role = territory.roles.get(main.role or "")
    machine = main.actor.startswith("system:")
    kind = "exception" if main.kind in _EXCEPTIONS else "late" if main.kind in _LATE else ""
    return Line(
        Text(main.it, main.en),
        main.at,
        main.occurred_at if main.occurred_at != main.at else None,
        "" if machine else staff_name(territory, main.actor),
        words.MACHINE if machine else role.title if role else Text("", ""),
        _rule(seen, main.step or main.task.partition("#")[0]),
        kind,
        tuple(_once(Text(entry.it, entry.en) for entry in command if entry is not main)),
    )


def _once(texts: Iterable[Text]) -> Iterable[Text]:
    return {text.it: text for text in texts}.values()


def _rule(seen: Seen, name: str) -> Text:
    """By which text: the step's law where it has one."""
    step = seen.plan.protocol.steps.get(name)
    basis = step.due.legal_basis if step is not None and step.due else None
    return Text(basis, basis) if basis else Text("", "")
