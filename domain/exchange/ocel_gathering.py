"""Events of OCEL by the objects that they concern: the objects of one type are the cases.

An event that concerns several cases belongs to each of them. OCEL does not keep the events of a
case together, so the whole log is in memory until it is known which objects are cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from domain.exchange.instants import Instants
from domain.exchange.trace import (
    MOST_EVENTS,
    MOST_KEPT,
    Columns,
    LoggedEvent,
    LoggedTrace,
    LogRefused,
    too_many,
)
from protocols.documents import unknown_name
from protocols.text import Text

_SHOWN = 40


def wanted_of(columns: Columns) -> frozenset[str]:
    """The attributes that are to be read."""
    named = {columns.activity, columns.lifecycle} - {""}
    return columns.also | columns.if_there | named


class Gathering:
    """Takes objects and events in any order. What contradicts itself is refused: an id that two
    events or two objects have, an object that is named and not there."""

    def __init__(self, columns: Columns, timezone: tzinfo) -> None:
        self._columns = columns
        self._instants = Instants(timezone, columns.date_format)
        self._types: dict[str, str] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._events: list[tuple[LoggedEvent, list[str]]] = []
        self._seen: set[str] = set()

    def object(self, name: str, kind: str, values: dict[str, str], line: int) -> None:
        """Raises LogRefused."""
        if name in self._types:
            raise _twice(Text("due oggetti", "two objects"), name, line)
        if len(self._types) >= MOST_KEPT:
            raise _too_large(line)
        self._types[name] = kind
        self._values[name] = values

    def event(
        self, name: str, kind: str, time: str, values: dict[str, str], of: list[str], line: int
    ) -> None:
        """Raises LogRefused."""
        columns = self._columns
        if name in self._seen:
            raise _twice(Text("due eventi", "two events"), name, line)
        if len(self._seen) >= MOST_KEPT:
            raise _too_large(line)
        self._seen.add(name)
        if (
            columns.lifecycle
            and values.get(columns.lifecycle, "").casefold() not in columns.transitions
        ):
            return
        activity = values.get(columns.activity, "") if columns.activity else kind
        if not activity:
            raise LogRefused(
                Text("un evento non ha tipo.", "an event has no type."),
                Text("Ogni evento ha un «type».", "Every event has a “type”."),
                line=line,
            )
        at = self._instants.read(time, line)
        self._events.append((LoggedEvent(activity, at, values, line), of))

    def traces(self) -> Iterator[LoggedTrace]:
        """The cases in the order of their objects, the events of each by time. Raises
        LogRefused."""
        kind = self._kind()
        types = self._types
        cases = {
            name: LoggedTrace(name, [], self._values[name])
            for name, its in types.items()
            if its == kind
        }
        for event, of in self._events:
            for name in dict.fromkeys(of):
                if name in cases:
                    cases[name].events.append(event)
                elif name not in types:
                    raise LogRefused(
                        Text(
                            f"un evento riguarda «{name[:_SHOWN]}», che non è tra gli oggetti.",
                            f"an event concerns “{name[:_SHOWN]}”, which is not among the objects.",
                        ),
                        Text("Esportare il registro intero.", "Export the whole log."),
                        line=event.line,
                    )
        self._events.clear()
        for name in list(cases):
            trace = cases.pop(name)
            if len(trace.events) > MOST_EVENTS:
                raise too_many(trace.events[0].line)
            trace.events.sort(key=_instant)
            yield trace

    def _kind(self) -> str:
        kinds = sorted(set(self._types.values()))
        wanted = self._columns.object_type
        if wanted in kinds:
            return wanted
        if not wanted and len(kinds) == 1:
            return kinds[0]
        remedy = Text(
            "Indicare quali oggetti sono i casi: «log: {object_type: …}» nella mappatura.",
            "Say which objects are the cases: “log: {object_type: …}” in the mapping.",
        )
        if wanted:
            name = Text("Tipo di oggetto", "Object type")
            raise LogRefused(unknown_name(name, wanted, kinds), remedy)
        listed = ", ".join(kinds[:12]) or "—"
        raise LogRefused(
            Text(
                f"il registro ha più tipi di oggetto, o nessuno: {listed}.",
                f"the log has several types of object, or none: {listed}.",
            ),
            remedy,
        )


def _twice(what: Text, name: str, line: int) -> LogRefused:
    shown = name[:_SHOWN]
    return LogRefused(
        Text(
            f"{what.it} hanno lo stesso id «{shown}».",
            f"{what.in_('en')} have the same id “{shown}”.",
        ),
        Text("Esportare di nuovo: ogni id è di uno solo.", "Export again: an id is of one only."),
        line=line,
    )


def _too_large(line: int) -> LogRefused:
    return LogRefused(
        Text(
            f"il registro ha più di {MOST_KEPT} eventi o oggetti, e sta tutto in memoria.",
            f"the log has more than {MOST_KEPT} events or objects, and is in memory as a whole.",
        ),
        Text(
            "Esportarlo in più parti, o come XES ordinato per caso.",
            "Export it in several parts, or as XES, case by case.",
        ),
        line=line,
    )


def _instant(event: LoggedEvent) -> float:
    at: datetime | None = event.at
    return at.timestamp() if at else 0.0
