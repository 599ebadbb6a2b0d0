"""A log of somebody's work, as every format gives it: traces of events, each with its line."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from protocols.text import Text

# More than a case of people ever has: what exceeds it is a fault of the log, and would fill memory.
MOST_EVENTS = 200_000

# Of a whole log, where its format does not keep the events of a case together: they are all in
# memory until the last is read, about half a kilobyte each.
MOST_KEPT = 3_000_000


class LoggedEvent(NamedTuple):
    """`at` is aware, or None where the log does not say when; `values`: what else was asked for,
    by the log's own names. `line` counts from 1 (0 where a format has no lines)."""

    activity: str
    at: datetime | None
    values: dict[str, str]
    line: int


class LoggedTrace(NamedTuple):
    """What was done in one case, in order; `values` are the case's own."""

    case: str
    events: list[LoggedEvent]
    values: dict[str, str]


class Columns(NamedTuple):
    """Where a log keeps what is needed. The names are the log's: a CSV file's columns, the keys of
    XES attributes, those of OCEL attributes. `also` are names to be read besides,
    `if_there` those that may be missing.

    `delimiter`, `encoding`, `grouped` are for CSV: `grouped` promises that the rows of a case stand
    together, so that one case at a time is in memory. `object_type` is for OCEL: which objects are
    the cases. `date_format`: as `strptime` takes it; without one, ISO 8601 and Italian dates.
    """

    case: str = ""
    activity: str = ""
    timestamp: str = ""
    lifecycle: str = ""
    also: frozenset[str] = frozenset()
    if_there: frozenset[str] = frozenset()
    delimiter: str = ""
    encoding: str = ""
    date_format: str = ""
    object_type: str = ""
    grouped: bool = False
    transitions: frozenset[str] = frozenset({"", "complete"})


class LogRefused(Exception):
    """A log that cannot be read: where, what is wrong, and what to do."""

    code = "log_refused"

    def __init__(self, message: Text, remedy: Text, *, line: int = 0, name: str = "") -> None:
        if line:
            message = Text(f"Riga {line}: {message.it}", f"Line {line}: {message.in_('en')}")
        if name:
            message = Text(f"{name}: {message.it}", f"{name}: {message.in_('en')}")
        super().__init__(message.it)
        self.message = message
        self.remedy = remedy
        self.line = line


def too_many(line: int) -> LogRefused:
    """For a case with more than MOST_EVENTS events."""
    return LogRefused(
        Text(
            f"un caso ha più di {MOST_EVENTS} eventi.",
            f"a case has more than {MOST_EVENTS} events.",
        ),
        Text(
            "Controllare quale colonna o attributo distingue i casi.",
            "Check which column or attribute tells the cases apart.",
        ),
        line=line,
    )
