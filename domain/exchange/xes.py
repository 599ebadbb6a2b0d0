"""Reading XES event logs, trace by trace.

IEEE 1849-2016 (and its revision of 2023) with the extensions concept, time, lifecycle and org;
logs of version 1.0, which most tools write, are the same for what is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import BinaryIO

from domain.exchange.instants import Instants
from domain.exchange.markup import Content, read_markup
from domain.exchange.trace import (
    MOST_EVENTS,
    Columns,
    LoggedEvent,
    LoggedTrace,
    LogRefused,
    too_many,
)
from protocols.text import Text

_NAME, _TIME, _LIFECYCLE = "concept:name", "time:timestamp", "lifecycle:transition"
_LOG, _TRACE, _EVENT, _OF_EVENT = 1, 2, 3, 4


def read_xes(stream: BinaryIO, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """The traces as they come; one at a time is in memory. Raises LogRefused."""
    return read_markup(stream, _Content(columns, timezone), texts=False)


class _Content(Content):
    def __init__(self, columns: Columns, timezone: tzinfo) -> None:
        super().__init__()
        self._at = 0
        self._case = columns.case or _NAME
        self._activity = columns.activity or _NAME
        self._time = columns.timestamp or _TIME
        self._lifecycle = columns.lifecycle or _LIFECYCLE
        self._wanted = {self._activity, self._time, self._lifecycle}
        self._wanted |= columns.also | columns.if_there
        self._of_trace = {self._case, *columns.also, *columns.if_there}
        self._transitions = columns.transitions
        self._instants = Instants(timezone, columns.date_format)
        self._trace: dict[str, str] | None = None
        self._event: dict[str, str] | None = None
        self._events: list[LoggedEvent] = []
        self._count = 0

    def start(self, name: str, attributes: list[str], depth: int) -> None:
        if depth == _OF_EVENT:
            if self._event is not None:
                self._keep(self._event, self._wanted, attributes)
        elif depth == _EVENT:
            if self._trace is None:
                return
            if name == "event" or name.endswith(":event"):
                self._event = {}
                self._at = self.line()
            else:
                self._keep(self._trace, self._of_trace, attributes)
        elif depth == _TRACE:
            kind = name.rpartition(":")[2]
            if kind == "trace":
                self._trace, self._events = {}, []
                self._count += 1
            elif kind == "event":
                raise LogRefused(
                    Text("un evento non è in nessuna traccia.", "an event is in no trace."),
                    Text(
                        "Esportare gli eventi di un caso insieme, in <trace>.",
                        "Export the events of a case together, in <trace>.",
                    ),
                    line=self.line(),
                )
        elif depth == _LOG and name.rpartition(":")[2] != "log":
            raise LogRefused(
                Text("non è un registro XES.", "this is not an XES log."),
                Text("Il primo elemento deve essere <log>.", "The first element must be <log>."),
                line=self.line(),
            )

    def end(self, name: str, depth: int) -> None:
        if depth == _EVENT:
            if self._event is not None:
                self._finish(self._event)
                self._event = None
        elif depth == _TRACE and self._trace is not None:
            trace, self._trace = self._trace, None
            case = trace.get(self._case) or f"#{self._count}"
            self.done.append(LoggedTrace(case, self._events, trace))

    def _keep(self, record: dict[str, str], wanted: set[str], attributes: list[str]) -> None:
        if len(attributes) == 4 and attributes[0] == "key":
            if attributes[1] in wanted and attributes[2] == "value":
                record[attributes[1]] = attributes[3]
            return
        found = dict(zip(attributes[::2], attributes[1::2], strict=True))
        key = found.get("key", "")
        if key in wanted:
            record[key] = found.get("value", "")

    def _finish(self, event: dict[str, str]) -> None:
        if event.get(self._lifecycle, "").casefold() not in self._transitions:
            return
        activity = event.get(self._activity)
        if not activity:
            raise LogRefused(
                Text(
                    f"l'evento non ha «{self._activity}».", f"the event has no “{self._activity}”."
                ),
                Text(
                    "Indicare in «log.activity» della mappatura quale attributo dice l'attività.",
                    "Give the attribute that says the activity in the mapping's “log.activity”.",
                ),
                line=self._at,
            )
        if len(self._events) >= MOST_EVENTS:
            raise too_many(self._at)
        at = self._instants.read(event.get(self._time, ""), self._at)
        self._events.append(LoggedEvent(activity, at, event, self._at))
