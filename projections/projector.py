"""The projector: follows the log and keeps every read model up to date, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic
from typing import Any, NamedTuple

import psycopg
import structlog
from psycopg import Connection

from domain.log.errors import LogError
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.settings import Settings
from projections import parked, positions, storage
from projections.folding import Batch, Fold
from projections.model import ReadModel
from projections.rebuild import Interrupted, rebuild_models
from projections.rows import Rows

log = structlog.get_logger(__name__)

_BATCH = 500
_POLL = 1.0
_CHECK = 0.2
_SHORTEST, _LONGEST = 0.1, 5.0


class Advance(NamedTuple):
    """What one step did: events read, and models whose tables an older program has made."""

    events: int
    outdated: tuple[ReadModel, ...]


class Projector:
    """Read models, and the log they are folded from. Many may run at once: they take turns."""

    def __init__(
        self, database_url: str, recorder: CaseLogRecorder, models: Sequence[ReadModel]
    ) -> None:
        self.database_url = database_url
        self.recorder = recorder
        self.models = {model.name: model for model in models}
        self.mapper = CaseLogMapper()

    def advance(
        self, connection: Connection[Any], names: Sequence[str] | None = None, limit: int = _BATCH
    ) -> Advance:
        """Apply the next events, at most `limit`, to all models in one transaction.

        View, position and parked events are committed together or not at all. Models made by a
        later program are left to it. Raises psycopg.Error, LogUnavailable.
        """
        models = [self.models[name] for name in names or self.models]
        try:
            return self._advance(connection, models, limit, fit=False)
        except psycopg.DataError:
            return self._advance(connection, models, limit, fit=True)

    def _advance(
        self, connection: Connection[Any], models: list[ReadModel], limit: int, *, fit: bool
    ) -> Advance:
        with connection.transaction(), storage.reading(connection) as cursor:
            positions.take_turn(cursor, [model.name for model in models])
            found = positions.read(cursor, [model.name for model in models])
            current = [m for m in models if found[m.name].code_version == m.version]
            outdated = tuple(m for m in models if found[m.name].code_version < m.version)
            if not current:
                return Advance(0, outdated)
            start = min(found[model.name].position for model in current)
            entries = self.recorder.read_from(start, limit)
            if not entries:
                return Advance(0, outdated)
            batch = Batch.of(self.mapper, entries, start)
            blocked = parked.blocked(cursor, [model.name for model in current])
            for model in current:
                before = found[model.name].position
                if before >= batch.last:
                    continue
                fold = Fold(model, Rows(model.tables), blocked[model.name])
                touched = fold.touched(batch, before)
                if touched:
                    storage.adopt(cursor, model.name, model, fold.rows, touched)
                fold.apply(batch, before)
                storage.write(cursor, model.name, model, fold.rows, fit=fit)
                if fold.parked:
                    parked.park(cursor, fold.parked)
                positions.move(cursor, model.name, before, batch.last)
                positions.announce(cursor, model, batch.last)
            return Advance(len(entries), outdated)

    def advance_apart(self, connection: Connection[Any]) -> None:
        """`advance`, each model by itself: one that cannot be written does not stop the others."""
        for name in self.models:
            try:
                self.advance(connection, [name])
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                log.error("read model not written", model=name, error=type(error).__name__)

    def catch_up(self, connection: Connection[Any]) -> None:
        """Apply all there is."""
        while self.advance(connection).events:
            pass


def run_projector(settings: Settings, stop: Event) -> None:
    """Follow the log until `stop`. Whatever fails is tried again; it does not return before."""
    from projections.composition import read_models_of

    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        run(Projector(settings.database_url, recorder, read_models_of(recorder)), stop)


def run(projector: Projector, stop: Event) -> None:
    """`run_projector`, of a projector at hand."""
    pause = _SHORTEST
    renewal = _Renewal(projector, stop)
    try:
        while not stop.is_set():
            began = monotonic()
            try:
                _follow(projector, stop, renewal)
            except (psycopg.Error, LogError, positions.Moved) as error:
                log.warning("projector waits for the database", error=type(error).__name__)
            except Exception as error:
                log.error("projector failed and goes on", error=type(error).__name__)
            if monotonic() - began > _LONGEST:
                pause = _SHORTEST
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST)
    finally:
        renewal.join()


def _follow(projector: Projector, stop: Event, renewal: _Renewal) -> None:
    url = projector.database_url
    with storage.connect(url) as connection, storage.connect(url) as listener:
        # Listening begins before the first look: nothing can fall between the two.
        listener.execute("LISTEN stored_events")
        while not stop.is_set():
            try:
                done = projector.advance(connection)
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                log.error("batch not written, models go on apart", error=type(error).__name__)
                projector.advance_apart(connection)
                _sleep(listener, stop)
                continue
            if done.outdated:
                renewal.start(done.outdated)
            if done.events < _BATCH:
                _sleep(listener, stop)


def _sleep(listener: Connection[Any], stop: Event) -> None:
    until = monotonic() + _POLL
    while not stop.is_set() and monotonic() < until:
        if any(True for _ in listener.notifies(timeout=_CHECK, stop_after=1)):
            return


class _Renewal:
    """Rebuilds, one at a time and beside the followed ones, models whose code has changed."""

    def __init__(self, projector: Projector, stop: Event) -> None:
        self._projector = projector
        self._stop = stop
        self._thread: Thread | None = None

    def start(self, models: Sequence[ReadModel]) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._rebuild, args=(models,), name="rebuild")
            self._thread.start()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _rebuild(self, models: Sequence[ReadModel]) -> None:
        names = [model.name for model in models]
        log.info("read models have changed and are rebuilt", models=names)
        try:
            rebuild_models(
                self._projector.database_url, self._projector.recorder, models, stop=self._stop
            )
        except Interrupted:
            pass
        except Exception as error:
            log.error("rebuild failed", models=names, error=type(error).__name__)
            self._stop.wait(_LONGEST)
