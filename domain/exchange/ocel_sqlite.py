"""Reading OCEL 2.0 as a relational database in SQLite.

Source: OCEL 2.0 specification (2023), section 6: `event` and `object` hold ids and types,
`event_map_type` and `object_map_type` which table holds a type's instants and attributes,
`event_object` which objects an event concerns.

A database can hold programs (views, triggers, virtual tables): only tables are read, without any
change to the file, and nothing that it defines is trusted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import tzinfo
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from domain.exchange.ocel_gathering import Gathering, wanted_of
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from protocols.text import Text

_NEEDED = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
    "object_map_type": ("ocel_type", "ocel_type_map"),
    "event_object": ("ocel_event_id", "ocel_object_id"),
}


def read_ocel_sqlite(path: Path, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """Raises LogRefused."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            found = Gathering(columns, timezone)
            _Reader(database, columns).read(found)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError):
        raise LogRefused(
            Text(
                "la base di dati SQLite è rovinata o in uso.",
                "the SQLite database is damaged or in use.",
            ),
            Text("Esportarla di nuovo.", "Export it again."),
        ) from None
    return found.traces()


class _Reader:
    def __init__(self, database: sqlite3.Connection, columns: Columns) -> None:
        self._database = database
        self._wanted = wanted_of(columns)
        self._tables = {
            name
            for name, sql in database.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            )
            if not str(sql).lstrip().casefold().startswith("create virtual")
        }
        for name, needed in _NEEDED.items():
            missing = set(needed) - set(self._columns(name))
            if missing:
                raise _lacks(name, sorted(missing)[0])

    def read(self, found: Gathering) -> None:
        rows = self._database.execute
        for kind, table in self._kinds("object"):
            values = self._attributes(table)
            for (name,) in rows("SELECT ocel_id FROM object WHERE ocel_type = ?", (kind,)):
                found.object(_said(name), kind, values.get(_said(name), {}), 0)
        of = {
            _said(event): [_said(one) for _, one in those]
            for event, those in groupby(
                rows("SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY 1"),
                itemgetter(0),
            )
        }
        times: dict[str, str] = {}
        values = {}
        for _, table in self._kinds("event"):
            if "ocel_time" not in self._columns(table):
                raise _lacks(table, "ocel_time")
            values |= self._attributes(table)
            for name, time in rows(f"SELECT ocel_id, ocel_time FROM {_quoted(table)}"):
                times[_said(name)] = _said(time)
        # As the table has them: what happened at one instant stays in the order it was written.
        for name, kind in rows("SELECT ocel_id, ocel_type FROM event NOT INDEXED"):
            event = _said(name)
            found.event(
                event, _said(kind), times.get(event, ""), values.get(event, {}),
                of.get(event, []), 0,
            )  # fmt: skip

    def _kinds(self, what: str) -> list[tuple[str, str]]:
        """Types that are in use, and the table of each."""
        named = {
            _said(kind): f"{what}_{_said(table)}"
            for kind, table in self._database.execute(
                f"SELECT ocel_type, ocel_type_map FROM {what}_map_type"
            )
        }
        kinds = [
            _said(kind)
            for (kind,) in self._database.execute(f"SELECT ocel_type FROM {what} GROUP BY 1")
        ]
        for kind in kinds:
            if kind not in named:
                raise _lacks(f"{what}_map_type", kind)
            if "ocel_id" not in self._columns(named[kind]):
                raise _lacks(named[kind], "ocel_id")
        return [(kind, named[kind]) for kind in kinds]

    def _attributes(self, table: str) -> dict[str, dict[str, str]]:
        """Of each event or object what is wanted; of values that change, the last that is there."""
        wanted = [name for name in self._columns(table) if name in self._wanted]
        found: dict[str, dict[str, str]] = {}
        if not wanted:
            return found
        listed = ", ".join(map(_quoted, wanted))
        rows = self._database.execute(f"SELECT ocel_id, {listed} FROM {_quoted(table)} NOT INDEXED")
        for name, *values in rows:
            said = {c: str(v) for c, v in zip(wanted, values, strict=True) if v is not None}
            found.setdefault(_said(name), {}).update(said)
        return found

    def _columns(self, table: str) -> list[str]:
        if table not in self._tables:
            return []
        rows = self._database.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return [str(name) for (name,) in rows]


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lacks(table: str, what: str) -> LogRefused:
    return LogRefused(
        Text(
            f"non è OCEL 2.0: nella tabella «{table}» manca «{what}».",
            f"this is not OCEL 2.0: the table “{table}” lacks “{what}”.",
        ),
        Text("Esportarlo di nuovo come OCEL 2.0.", "Export it again as OCEL 2.0."),
    )
