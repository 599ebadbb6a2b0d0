"""Whether the tables are what the log says: every model folded afresh and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from psycopg import Cursor, IsolationLevel

from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.settings import Settings
from projections import positions, storage
from projections.fitting import fitted
from projections.folding import Batch, Fold, batches, collector_at_rest
from projections.model import ReadModel, Row, Table
from projections.rows import Rows

Progress = Callable[[int, int], None]

_BATCH = 10_000


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
    folds = [Fold(model, Rows(model.tables, complete=True)) for model in models]
    names = [fold.model.name for fold in folds]
    with collector_at_rest(), storage.connect(database_url) as connection:
        positions.hold_off_rebuilds(connection, names)
        # One snapshot: what the projector writes meanwhile is not seen.
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction(), storage.reading(connection) as cursor:
            reached = {n: p.position for n, p in positions.read(cursor, names).items()}
            found = list(_compare(cursor, recorder, folds, reached, progress))
    return Verified(max(reached.values(), default=0), reached, found)


def _compare(
    cursor: Cursor[Any],
    recorder: CaseLogRecorder,
    folds: list[Fold],
    reached: dict[str, int],
    progress: Progress | None,
) -> Iterator[Difference]:
    goal = max(reached.values(), default=0)
    for before, batch in batches(recorder, CaseLogMapper(), 0, goal, _BATCH):
        for fold in folds:
            until = min(reached[fold.model.name], batch.last)
            if before < until:
                fold.apply(_up_to(batch, until))
                yield from _compare_grown(cursor, fold, before, until)
        if progress:
            progress(batch.last, goal)
    for fold in folds:
        yield from _compare_kept(cursor, fold)


def _up_to(batch: Batch, until: int) -> Batch:
    if batch.last == until:
        return batch
    return Batch(
        [event for event in batch.events if event.position <= until],
        [event for event in batch.unreadable if event.position <= until],
        until,
    )


def _compare_grown(cursor: Cursor[Any], fold: Fold, after: int, until: int) -> Iterator[Difference]:
    """The rows that the events after one position and up to another add to log tables."""
    model = fold.model
    for name, table in model.tables.items():
        if not table.log:
            continue
        expected = {table.key_of(row): row for row in fold.rows.grown(name)}
        query = storage.select(
            model.name, name, table, "position > %b::bigint AND position <= %b::bigint"
        )
        actual = storage.fetch(cursor, query, table, (after, until))
        yield from _differences(model, name, table, expected, actual)
        fold.rows.settle(name)


def _compare_kept(cursor: Cursor[Any], fold: Fold) -> Iterator[Difference]:
    model = fold.model
    for name, table in model.tables.items():
        if table.log:
            continue
        # By the UUID's number, which hashes much faster.
        expected = {(row.originator_id.int, table.key_of(row)): row for row in fold.rows.all(name)}
        actual = storage.fetch(cursor, storage.select(model.name, name, table), table)
        yield from _differences(model, name, table, expected, actual)


def _differences(
    model: ReadModel,
    name: str,
    table: Table,
    expected: dict[Any, Row],
    actual: Iterable[Row],
) -> Iterator[Difference]:
    for row in actual:
        key: Any = table.key_of(row)
        wanted = expected.pop(key if table.log else (row.originator_id.int, key), None)
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
