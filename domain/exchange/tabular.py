"""Reading event logs from CSV: one row an event, as registries and spreadsheets export them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import tzinfo
from itertools import chain
from typing import BinaryIO

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

_DELIMITERS = ";,\t|"
# Of characters. A line that goes on for longer would fill memory.
_LONGEST_LINE = 1 << 20


def read_csv(stream: BinaryIO, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """The cases, in the order in which they first appear; within a case, by time where every row
    says it, else as written. Raises LogRefused."""
    if not columns.case or not columns.activity:
        raise LogRefused(
            Text(
                "per un file CSV la mappatura deve dire quali colonne sono il caso e l'attività.",
                "for a CSV file the mapping must say which columns are the case and the activity.",
            ),
            Text(
                "Scrivere «log: {case: …, activity: …, timestamp: …}».",
                "Write “log: {case: …, activity: …, timestamp: …}”.",
            ),
        )
    rows = _Rows(stream, columns, timezone)
    return _together(rows) if columns.grouped else _gathered(rows)


def _gathered(rows: _Rows) -> Iterator[LoggedTrace]:
    cases: dict[str, LoggedTrace] = {}
    for count, (case, event) in enumerate(rows.events()):
        if count >= MOST_KEPT:
            raise LogRefused(
                Text(
                    f"il file ha più di {MOST_KEPT} eventi, e ordinarli riempirebbe la memoria.",
                    f"the file has more than {MOST_KEPT} events: sorting them would fill memory.",
                ),
                Text(
                    "Ordinare il file per caso e scrivere «grouped: true» nella mappatura.",
                    "Sort the file by case and write “grouped: true” in the mapping.",
                ),
                line=event.line,
            )
        trace = cases.get(case)
        if trace is None:
            trace = cases[case] = LoggedTrace(case, [], event.values)
        trace.events.append(event)
        if len(trace.events) > MOST_EVENTS:
            raise too_many(event.line)
    for case in list(cases):
        yield _in_time(cases.pop(case))


def _together(rows: _Rows) -> Iterator[LoggedTrace]:
    seen: set[int] = set()
    trace: LoggedTrace | None = None
    for case, event in rows.events():
        if trace is None or trace.case != case:
            if trace is not None:
                yield _in_time(trace)
            if hash(case) in seen:
                raise LogRefused(
                    Text(
                        "il caso di questa riga era già finito più sopra.",
                        "the case of this row had already ended further up.",
                    ),
                    Text(
                        "Ordinare il file per caso, o togliere «grouped» dalla mappatura.",
                        "Sort the file by case, or remove “grouped” from the mapping.",
                    ),
                    line=event.line,
                )
            seen.add(hash(case))
            trace = LoggedTrace(case, [], event.values)
        if len(trace.events) >= MOST_EVENTS:
            raise too_many(event.line)
        trace.events.append(event)
    if trace is not None:
        yield _in_time(trace)


def _in_time(trace: LoggedTrace) -> LoggedTrace:
    if all(event.at is not None for event in trace.events):
        # Rows of the same instant stay as they were written.
        trace.events.sort(key=lambda event: event.at.timestamp() if event.at else 0.0)
    return trace


class _Rows:
    def __init__(self, stream: BinaryIO, columns: Columns, timezone: tzinfo) -> None:
        self._columns = columns
        self._read: list[str] = []
        self._instants = Instants(timezone, columns.date_format)
        encoding = columns.encoding or _encoding(stream)
        try:
            self._text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        except (LookupError, ValueError):
            raise LogRefused(
                Text(f"la codifica «{encoding}» non esiste.", f"no encoding “{encoding}” exists."),
                Text("Ad esempio: utf-8, cp1252.", "For example: utf-8, cp1252."),
            ) from None

    def events(self) -> Iterator[tuple[str, LoggedEvent]]:
        line = 1
        try:
            lines = self._lines()
            head, before, told = self._head(lines)
            line = before + 1
            delimiter = self._columns.delimiter or told or max(_DELIMITERS, key=head.count)
            reader = csv.reader(chain([head], lines), delimiter=delimiter, strict=True)
            names = [name.strip() for name in next(reader, [])]
            at = self._places(names, line)
            width = len(names)
            while True:
                line = before + reader.line_num + 1
                row = next(reader, None)
                if row is None:
                    return
                if len(row) != width:
                    if not any(map(str.strip, row)):
                        continue
                    if len(row) < width or any(map(str.strip, row[width:])):
                        raise _uneven(line, len(row), width)
                found = self._event(row, at, line)
                if found is not None:
                    yield found
        except UnicodeError as error:
            encoding = getattr(error, "encoding", self._text.encoding)
            raise LogRefused(
                Text(
                    f"dopo la riga {line} c'è un carattere che non è {encoding}.",
                    f"after line {line} there is a character that is not {encoding}.",
                ),
                Text(
                    "Indicare «encoding» nella mappatura: spesso è cp1252.",
                    "Give “encoding” in the mapping: it is often cp1252.",
                ),
            ) from None
        except csv.Error:
            raise LogRefused(
                Text(
                    "la riga non è CSV: forse virgolette aperte e mai chiuse.",
                    "the row is not CSV: perhaps quotes opened and never closed.",
                ),
                Text(
                    "Chiudere le virgolette, o indicare «delimiter» nella mappatura.",
                    "Close the quotes, or give “delimiter” in the mapping.",
                ),
                line=line,
            ) from None

    def _lines(self) -> Iterator[str]:
        read = self._text.readline
        while line := read(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise csv.Error
            yield line

    def _head(self, lines: Iterator[str]) -> tuple[str, int, str]:
        """The line of the names, how many stand before it, and the delimiter if one of these says
        it, as a spreadsheet writes it (`sep=;`)."""
        told = ""
        for before, line in enumerate(lines):
            words = line.strip("\r\n \t\ufeff")
            if words[:4].casefold() == "sep=" and len(words) == len("sep=;"):
                told = words[-1]
            elif words:
                return line, before, told
        return "", 0, told

    def _places(self, names: list[str], line: int) -> dict[str, int]:
        columns = self._columns
        wanted = [columns.case, columns.activity, columns.timestamp, columns.lifecycle]
        places = {name: number for number, name in reversed(list(enumerate(names)))}
        self._read = [*columns.also, *(name for name in columns.if_there if name in places)]
        for name in dict.fromkeys((*wanted, *sorted(columns.also))):
            if name and name not in places:
                message = unknown_name(Text("Colonna", "Column"), name, names)
                raise LogRefused(
                    message,
                    Text(
                        "Correggere «log» nella mappatura, o il «delimiter».",
                        "Correct “log” in the mapping, or the “delimiter”.",
                    ),
                    line=line,
                )
            if name and names.count(name) > 1:
                raise LogRefused(
                    Text(f"la colonna «{name}» c'è due volte.", f"there are two “{name}” columns."),
                    Text("Dare un altro nome a una delle due.", "Give one of them another name."),
                    line=line,
                )
        return places

    def _event(
        self, row: list[str], at: dict[str, int], line: int
    ) -> tuple[str, LoggedEvent] | None:
        columns = self._columns
        transition = row[at[columns.lifecycle]].strip() if columns.lifecycle else ""
        if transition.casefold() not in columns.transitions:
            return None
        case, activity = row[at[columns.case]].strip(), row[at[columns.activity]].strip()
        if not case or not activity:
            if not any(map(str.strip, row)):
                return None
            missing = columns.activity if case else columns.case
            raise LogRefused(
                Text(f"«{missing}» è vuoto.", f"“{missing}” is empty."),
                Text("Completare la riga, o toglierla.", "Complete the row, or remove it."),
                line=line,
            )
        when = None
        if columns.timestamp:
            when = self._instants.read(row[at[columns.timestamp]], line)
        values = {name: row[at[name]].strip() for name in self._read}
        return case, LoggedEvent(activity, when, values, line)


def _uneven(line: int, found: int, wanted: int) -> LogRefused:
    return LogRefused(
        Text(
            f"ha {found} colonne, l'intestazione {wanted}.",
            f"it has {found} columns, the header {wanted}.",
        ),
        Text(
            "Correggere la riga (virgolette intorno ai testi), o indicare «delimiter» nella "
            "mappatura.",
            "Correct the row (quotes around texts), or give “delimiter” in the mapping.",
        ),
        line=line,
    )


def _encoding(stream: BinaryIO) -> str:
    """By the mark with which the file begins; else UTF-8, which refuses what it is not."""
    peek = getattr(stream, "peek", None)
    begins = peek(2)[:2] if peek else b""
    return "utf-16" if begins in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
