"""Rows in memory: what handlers read and write between the log and the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from projections.model import Row, Table


class Changes(NamedTuple):
    """What writing must do to one table: `gone` are rows that are there and must not be, or must be
    replaced; `new` are the rows to insert."""

    gone: list[Row]
    new: list[Row]


class Rows:
    """A unit of work over the tables of one model.

    Each row belongs to one originator; a handler reads rows of the event's originator, which have
    been put there with `adopt` unless the unit is `complete` (all there is, is in it). `begin` and
    `roll_back` bound one event, so that a handler that fails halfway leaves nothing behind.
    """

    __slots__ = (
        "_before", "_grown", "_journal", "_kept", "_known", "_tables", "_unwritten", "begin",
        "complete",
    )  # fmt: skip

    def __init__(self, tables: Mapping[str, Table], *, complete: bool = False) -> None:
        self._tables = tables
        self.complete = complete
        # Originators are kept by their UUID's number, which hashes much faster.
        self._kept: dict[str, dict[int, dict[Any, Row]]] = {}
        self._grown: dict[str, list[Row]] = {}
        self._before: dict[str, dict[tuple[int, Any], Row | None]] = {}
        self._known: set[int] = set()
        self._journal: list[tuple[str, int, Any, Row | None]] = []
        # Says that what follows can be rolled back together.
        self.begin = self._journal.clear
        self.forget()
        # Of these every row is in memory and none in the table: nobody need note what was before.
        self._unwritten = {name for name, table in tables.items() if complete and not table.log}

    # ── for handlers ─────────────────────────────────────────────────────────────────────────

    def get(self, table: str, originator: UUID, key: Any = None) -> Any:
        """The row, or None. `key`: the value of the key column, a tuple where there are more."""
        try:
            return self._kept[table][originator.int].get(key)
        except KeyError:
            return None

    def of(self, table: str, originator: UUID) -> list[Any]:
        """All rows of one originator, in the order in which they came."""
        rows = self._kept[table].get(originator.int)
        return [] if rows is None else list(rows.values())

    def put(self, table: str, row: Row) -> None:
        """Insert the row, or replace the one with its key."""
        shape = self._tables[table]
        if shape.log:
            self._grown[table].append(row)
            self._journal.append((table, 0, None, row))
            return
        originator = row.originator_id.int
        key = shape.key_of(row) if shape.key else None
        kept = self._kept[table]
        rows = kept.get(originator)
        if rows is None:
            rows = kept[originator] = {}
        before = rows.get(key)
        self._journal.append((table, originator, key, before))
        if table not in self._unwritten:
            self._before[table].setdefault((originator, key), before)
        rows[key] = row

    def delete(self, table: str, originator: UUID, key: Any = None) -> None:
        """Remove the row, if it is there."""
        rows = self._kept[table].get(originator.int)
        if rows is not None and key in rows:
            before = rows.pop(key)
            self._journal.append((table, originator.int, key, before))
            if table not in self._unwritten:
                self._before[table].setdefault((originator.int, key), before)

    # ── one event ────────────────────────────────────────────────────────────────────────────

    def roll_back(self) -> None:
        """Undo everything since `begin`."""
        for table, originator, key, before in reversed(self._journal):
            if self._tables[table].log:
                self._grown[table].pop()
            elif before is None:
                self._kept[table][originator].pop(key, None)
            else:
                self._kept[table].setdefault(originator, {})[key] = before
        self._journal.clear()

    # ── for storage ──────────────────────────────────────────────────────────────────────────

    def unknown(self, originators: Collection[UUID]) -> list[UUID]:
        """Those whose rows have not been adopted yet."""
        return [] if self.complete else [o for o in originators if o.int not in self._known]

    def adopt(self, originators: Iterable[UUID], stored: Mapping[str, Iterable[Row]]) -> None:
        """Take in, by table, all rows that these originators have."""
        self._known.update(originator.int for originator in originators)
        for table, rows in stored.items():
            kept, key_of = self._kept[table], self._tables[table].key_of
            for row in rows:
                kept.setdefault(row.originator_id.int, {})[key_of(row)] = row

    def grown(self, table: str) -> list[Row]:
        """Rows added to a log table since the last `settle`."""
        return self._grown[table]

    def changes(self, table: str) -> Changes:
        """The net changes since the rows were adopted or settled."""
        if table in self._unwritten:
            return Changes([], list(self.all(table)))
        gone: list[Row] = []
        new: list[Row] = []
        kept = self._kept[table]
        for (originator, key), before in self._before[table].items():
            rows = kept.get(originator)
            now = None if rows is None else rows.get(key)
            if now == before:
                continue
            if before is not None:
                gone.append(before)
            if now is not None:
                new.append(now)
        return Changes(gone, new)

    def settle(self, table: str) -> None:
        """The changes of this table have been written."""
        if self._tables[table].log:
            self._grown[table] = []
        else:
            self._before[table] = {}
            self._unwritten.discard(table)

    def forget(self) -> None:
        """Drop everything from memory."""
        for name, table in self._tables.items():
            if table.log:
                self._grown[name] = []
            else:
                self._kept[name] = {}
                self._before[name] = {}
        self._known.clear()
        self._unwritten = set()
        self._journal.clear()

    def all(self, table: str) -> Iterator[Row]:
        """Every row in memory."""
        for rows in self._kept[table].values():
            yield from rows.values()

    def __len__(self) -> int:
        """How many originators' rows are in memory."""
        return max((len(kept) for kept in self._kept.values()), default=0)
