"""Whether the tables are what the log says: every model folded afresh and compared.

Rows belong to one originator each, so that models are folded originator by originator, a few
thousand events at a time, and compared with the tables in the same order: memory does not grow with
the log, and processes can share it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection, IsolationLevel
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Literal

from domain.collecting import collector_at_rest
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.proof.reading import GREATEST, by_originator
from domain.settings import Settings
from domain.verifying.conforming import Ground, History, read_history
from domain.verifying.stretch import WHOLE, Stretch
from projections import positions, storage
from projections.fitting import fitted
from projections.folding import Batch, Fold, Unreadable
from projections.model import ReadModel, Row, Table
from projections.models import NAMES, read_models
from projections.rows import Rows

Progress = Callable[[int, int], None]

_BATCH = 10_000
_FETCH = 2_000


class Difference(NamedTuple):
    """A table's row that is not what the log says. `key`: the originator and the row's key;
    `field`: the column that differs, `missing` where the table lacks the row, `surplus` where it
    should not have it. No values: they could be about a person."""

    model: str
    table: str
    key: str
    field: str


class Verified(NamedTuple):
    """`events`: how many were folded; `positions`: by model, up to where it was compared."""

    events: int
    positions: dict[str, int]
    differences: list[Difference]


def differences(
    settings: Settings, names: Iterable[str] | None = None, progress: Progress | None = None
) -> Verified:
    """Fold these models (all by default) from the whole log and compare each with its tables, as
    far as they have come. Raises UnknownModel, Busy, LogUnavailable, psycopg.Error."""
    from projections.composition import read_models_of

    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        return compare(settings.database_url, recorder, read_models_of(recorder, names), progress)


def compare(
    database_url: str,
    recorder: CaseLogRecorder,
    models: Iterable[ReadModel],
    progress: Progress | None = None,
) -> Verified:
    """`differences`, of models at hand."""
    chosen = list(models)
    with (
        collector_at_rest(),
        one_moment(database_url, [model.name for model in chosen]) as moment,
    ):
        comparison = Comparison(moment.connection, chosen)
        goal = max(comparison.reached.values(), default=0)
        comparison.begin(WHOLE)
        done = told = 0
        for originator, events in groupby(by_originator(recorder, goal), _ORIGINATOR):
            chain = list(events)
            comparison.take(originator, read_history(chain))
            done += len(chain)
            if progress is not None and done - told >= _BATCH:
                progress(told := done, goal)
        found = comparison.end()
    return Verified(goal, comparison.reached, found)


@contextmanager
def one_moment(database_url: str, names: Sequence[str] = NAMES) -> Iterator[Moment]:
    """The tables of these models as they are now, for this process and others: what the projector
    writes meanwhile is not seen, and nobody switches them. Raises Busy, psycopg.Error."""
    with storage.connect(database_url) as connection:
        positions.hold_off_rebuilds(connection, names)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction(), storage.reading(connection) as cursor:
            row = cursor.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            yield Moment(connection, Views(database_url, row[0], tuple(names)))


class Moment(NamedTuple):
    """The tables as they were: over this process's connection, and for any process."""

    connection: Connection[Any]
    views: Views


class Views(msgspec.Struct, frozen=True):
    """For `domain.verify`: what it calls in each of its processes, while `one_moment` lasts."""

    database_url: str
    snapshot: str
    names: tuple[str, ...]

    def __call__(self, ground: Ground) -> Comparison:
        connection = storage.connect(self.database_url)
        connection.autocommit = False
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(self.snapshot)))
        models = read_models(ground.registry, ground.territory, self.names)
        return Comparison(connection, models, owned=True)


class Comparison:
    """Models beside whoever reads the log (`domain.verifying.stretch.Beside`).

    `reached`: by model, the position of the last event that its tables have.
    """

    def __init__(
        self, connection: Connection[Any], models: Sequence[ReadModel], *, owned: bool = False
    ) -> None:
        """`connection`: in a transaction that sees one moment; closed with this if `owned`."""
        self._connection = connection
        self._owned = owned
        self._cursor = storage.reading(connection)
        self._models = models
        found = positions.read(self._cursor, [model.name for model in models])
        self.reached = {model.name: 0 for model in models}
        self.reached |= {name: place.position or 0 for name, place in found.items()}
        self._astray = list(self._misplaced(found))
        self._stretch: Stretch | None = None
        self._tables: dict[tuple[str, str], _Ahead] = {}
        self._originators: list[UUID] = []
        self._events: list[Recorded] = []
        self._unreadable: list[Unreadable] = []
        self._found: list[Difference] = []

    def _misplaced(self, found: dict[str, positions.Position]) -> Iterator[Difference]:
        """Models that do not say how far they have come, or say that they have come farther than
        the log: the projector would pass over what is still to happen."""
        row = self._cursor.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        last = (row and row[0]) or 0
        for name, reached in self.reached.items():
            if name not in found or found[name].position is None or reached > last:
                yield Difference(name, "position", "", "position")

    def begin(self, stretch: Stretch | None) -> None:
        # What is about no stretch is told with the first of them.
        first = stretch is None or stretch.after == WHOLE.after
        self._found = [*self._astray] if first else []
        self._stretch = stretch
        if stretch is not None:
            self._tables = {
                (model.name, name): _Ahead(self._connection, model.name, name, table, stretch)
                for model in self._models
                for name, table in model.tables.items()
            }

    def take(self, originator: UUID, history: History) -> None:
        self._originators.append(originator)
        self._events += history.events
        self._unreadable += [
            Unreadable(originator, position, topic, type(error).__name__)
            for position, topic, error in history.unreadable
        ]
        if len(self._events) >= _BATCH:
            self._settle(originator)

    def end(self) -> list[Difference]:
        self._settle(self._stretch.until if self._stretch else GREATEST)
        for ahead in self._tables.values():
            ahead.close()
        self._tables = {}
        return self._found

    def close(self) -> None:
        self._cursor.close()
        if self._owned:
            self._connection.close()

    def _settle(self, last: UUID) -> None:
        """Compare what has been taken, up to the originator `last`."""
        highest = max((event.position for event in self._events), default=0)
        for model in self._models:
            fold = Fold(model, Rows(model.tables, complete=True))
            fold.apply(self._batch(self.reached[model.name], highest))
            for name, table in model.tables.items():
                actual = self._stored(model, name, table, last)
                rows = fold.rows.grown(name) if table.log else fold.rows.all(name)
                self._found += _differences(model, name, table, rows, actual)
        self._originators, self._events, self._unreadable = [], [], []

    def _batch(self, until: int, highest: int) -> Batch:
        """Of one originator after the other, which models do not mind."""
        if highest <= until:
            return Batch(self._events, self._unreadable, until)
        return Batch(
            [event for event in self._events if event.position <= until],
            [event for event in self._unreadable if event.position <= until],
            until,
        )

    def _stored(self, model: ReadModel, name: str, table: Table, last: UUID) -> list[Row]:
        if self._stretch is not None:
            return self._tables[model.name, name].up_to(last)
        query = storage.select(model.name, name, table, "originator_id = ANY(%b)")
        return storage.fetch(self._cursor, query, table, (self._originators,))


class _Ahead:
    """A table's rows of a stretch, in the order of their originators, read as they are needed."""

    def __init__(
        self, connection: Connection[Any], schema: str, name: str, table: Table, stretch: Stretch
    ) -> None:
        self._row = table.row
        self._rows: list[tuple[Any, ...]] = []
        self._cursor = connection.cursor(f"{schema} {name}", row_factory=tuple_row)
        # The least of all ids is in the first stretch.
        after = ">=" if stretch.after == WHOLE.after else ">"
        query: Composed = storage.select(
            schema,
            name,
            table,
            f"originator_id {after} %s AND originator_id <= %s ORDER BY originator_id",
        )
        self._cursor.execute(query, (stretch.after, stretch.until), binary=True)

    def up_to(self, last: UUID) -> list[Row]:
        taken: list[tuple[Any, ...]] = []
        while self._rows or self._fetch():
            if self._rows[-1][0] <= last:
                taken += self._rows
                self._rows = []
                continue
            cut = bisect_right(self._rows, last, key=_FIRST)
            taken += self._rows[:cut]
            del self._rows[:cut]
            break
        row = self._row
        return [row(*values) for values in taken]

    def close(self) -> None:
        self._cursor.close()

    def _fetch(self) -> bool:
        self._rows = self._cursor.fetchmany(_FETCH)
        return bool(self._rows)


_FIRST = itemgetter(0)
_ORIGINATOR = attrgetter("originator")


def _differences(
    model: ReadModel, name: str, table: Table, rows: Iterable[Row], actual: Iterable[Row]
) -> Iterator[Difference]:
    key_of = table.key_of
    # By the UUID's number, which hashes much faster.
    expected: dict[Any, Row] = {(row.originator_id.int, key_of(row)): row for row in rows}
    for row in actual:
        wanted = expected.pop((row.originator_id.int, key_of(row)), None)
        if wanted is None:
            yield Difference(model.name, name, _named(table, row), "surplus")
        elif wanted != row and (wanted := fitted(wanted)) != row:
            for column in table.columns:
                if getattr(wanted, column) != getattr(row, column):
                    yield Difference(model.name, name, _named(table, row), column)
    for row in expected.values():
        yield Difference(model.name, name, _named(table, row), "missing")


def _named(table: Table, row: Row) -> str:
    keys = [str(getattr(row, column)) for column in table.key]
    return " ".join([str(row.originator_id), *keys])
