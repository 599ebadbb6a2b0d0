"""Rebuilding read models from the whole log, beside the ones that serve meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, Self

import psycopg
import structlog
from psycopg import Connection, Cursor

from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.settings import Settings
from projections import parked, positions, schema, storage
from projections.folding import Batch, Fold, batches, collector_at_rest
from projections.model import ReadModel
from projections.rows import Rows

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]
"""Called with the position reached and the one to reach."""

_BATCH = 10_000
# Above so many originators in memory, rows are written down and forgotten.
_KEEP = 50_000


class Interrupted(Exception):
    """Asked to stop; the live tables are as they were."""


def rebuild(
    settings: Settings,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    stop: Event | None = None,
) -> dict[str, int]:
    """Rebuild these models (all by default); return, by name, how many events each was folded from.

    Raises UnknownModel, Busy, LogUnavailable, psycopg.Error or Interrupted; the live tables are
    then as they were.
    """
    from projections.composition import read_models_of

    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        return rebuild_models(
            settings.database_url, recorder, read_models_of(recorder, names), progress, stop=stop
        )


def rebuild_models(
    database_url: str,
    recorder: CaseLogRecorder,
    models: Iterable[ReadModel],
    progress: Progress | None = None,
    *,
    stop: Event | None = None,
) -> dict[str, int]:
    """`rebuild`, of models at hand. All are folded together: each event is decoded once."""
    chosen = list(models)
    try:
        return _rebuild(database_url, recorder, chosen, progress, stop, fit=False)
    except psycopg.DataError:
        return _rebuild(database_url, recorder, chosen, progress, stop, fit=True)


def _rebuild(
    database_url: str,
    recorder: CaseLogRecorder,
    models: Sequence[ReadModel],
    progress: Progress | None,
    stop: Event | None,
    *,
    fit: bool,
) -> dict[str, int]:
    folds = [Fold(model, Rows(model.tables, complete=True)) for model in models]
    with (
        collector_at_rest(),
        storage.connect(database_url) as connection,
        storage.reading(connection) as cursor,
    ):
        for name in sorted(fold.model.name for fold in folds):
            positions.claim_rebuild(connection, name)
        with connection.transaction():
            for fold in folds:
                schema.drop(cursor, schema.beside(fold.model.name))
                schema.drop(cursor, schema.aside(fold.model.name))
                schema.create(
                    cursor, type(fold.model), schema.beside(fold.model.name), indexed=False
                )
        built = _build(connection, cursor, recorder, folds, progress, stop, fit)
        reached = {}
        # Most of the writing is done before anybody has to wait for it.
        with _Indexing(database_url) as indexing:
            for fold in folds:
                with connection.transaction():
                    storage.write(
                        cursor, schema.beside(fold.model.name), fold.model, fold.rows, fit=fit
                    )
                indexing.begin(fold.model)
            for fold in folds:
                indexing.wait(fold.model)
                reached[fold.model.name] = _switch(connection, cursor, recorder, fold, built, fit)
                _drop_old(connection, cursor, fold.model.name)
        return reached


def _build(
    connection: Connection[Any],
    cursor: Cursor[Any],
    recorder: CaseLogRecorder,
    folds: list[Fold],
    progress: Progress | None,
    stop: Event | None,
    fit: bool,
) -> int:
    position, goal = 0, recorder.last_position()
    with _Writer(connection, cursor, fit) as writer:
        while position < goal:
            for before, batch in batches(recorder, CaseLogMapper(), position, goal, _BATCH):
                if stop is not None and stop.is_set():
                    raise Interrupted
                if all(fold.rows.complete and len(fold.rows) <= _KEEP for fold in folds):
                    for fold in folds:
                        fold.apply(batch, before)
                    writer.write(folds)
                else:
                    writer.wait()
                    with connection.transaction():
                        for fold in folds:
                            _fold(cursor, fold, batch, before, fit)
                position = batch.last
                if progress:
                    progress(position, goal)
            goal = recorder.last_position()
    return position


class _Writer:
    """Writes what one batch added to the log tables while the next one is folded."""

    def __init__(self, connection: Connection[Any], cursor: Cursor[Any], fit: bool) -> None:
        self._connection = connection
        self._cursor = cursor
        self._fit = fit
        self._thread = ThreadPoolExecutor(1, "writer")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            # The connection is the caller's again.
            self._thread.shutdown()

    def write(self, folds: list[Fold]) -> None:
        """Take what the folds have added. Raises what writing the batch before has raised."""
        self.wait()
        taken = [
            (schema.beside(fold.model.name), storage.take_grown(fold.model, fold.rows))
            for fold in folds
        ]
        self._under_way = self._thread.submit(self._write, taken)

    def wait(self) -> None:
        """Until what was taken is written."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def _write(self, taken: list[tuple[str, list[storage.Grown]]]) -> None:
        with self._connection.transaction():
            for name, grown in taken:
                storage.write_taken(self._cursor, name, grown, fit=self._fit)


class _Indexing:
    """Postgres makes the indexes of one model while the next one's rows are sent."""

    def __init__(self, database_url: str) -> None:
        self._connection = storage.connect(database_url)
        self._thread = ThreadPoolExecutor(1, "indexes")
        self._under_way: dict[str, Future[None]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._connection.close()

    def begin(self, model: ReadModel) -> None:
        """The model's rows are written and committed."""
        self._under_way[model.name] = self._thread.submit(self._make, model)

    def wait(self, model: ReadModel) -> None:
        """Until its indexes are made. Raises psycopg.Error."""
        self._under_way[model.name].result()

    def _make(self, model: ReadModel) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            schema.create_indexes(cursor, type(model), schema.beside(model.name))


def _fold(cursor: Cursor[Any], fold: Fold, batch: Batch, after: int, fit: bool) -> None:
    model, rows, name = fold.model, fold.rows, schema.beside(fold.model.name)
    if not rows.complete:
        storage.adopt(cursor, name, model, rows, fold.touched(batch, after))
    fold.apply(batch, after)
    if len(rows) > _KEEP:
        storage.write(cursor, name, model, rows, fit=fit)
        rows.forget()
        rows.complete = False
    else:
        storage.write_grown(cursor, name, model, rows, fit=fit)


def _switch(
    connection: Connection[Any],
    cursor: Cursor[Any],
    recorder: CaseLogRecorder,
    fold: Fold,
    position: int,
    fit: bool,
) -> int:
    model, name = fold.model, fold.model.name
    with connection.transaction():
        cursor.execute("SET LOCAL synchronous_commit = on")
        positions.take_turn(cursor, [name])
        # Never behind the tables that are replaced: nobody may see time go back.
        goal = max(recorder.last_position(), position)
        for before, batch in batches(recorder, CaseLogMapper(), position, goal, _BATCH):
            _fold(cursor, fold, batch, before, fit)
            position = batch.last
        storage.write(cursor, schema.beside(name), model, fold.rows, fit=fit)
        positions.move(cursor, schema.beside(name), 0, position)
        parked.unpark(cursor, name)
        parked.park(cursor, fold.parked)
        schema.switch(cursor, name)
        positions.announce(cursor, model, position)
    return position


def _drop_old(connection: Connection[Any], cursor: Cursor[Any], name: str) -> None:
    try:
        with connection.transaction():
            schema.drop(cursor, schema.aside(name))
    except psycopg.errors.LockNotAvailable:
        # Somebody still reads it; the next rebuild drops it.
        log.warning("old tables still in use", schema=schema.aside(name))
