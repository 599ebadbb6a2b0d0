"""Minding the process that does a job: its progress goes to the job's row, its life to Temporal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from domain.log.errors import LogUnavailable
from domain.publishing.proving import in_use
from domain.service import CaseService
from protocols.diff.visible import Sees
from protocols.territory import default_pack
from protocols.text import Text
from workflows.jobs import child, store
from workflows.jobs.request import Check, Request, Written
from workflows.jobs.work import Ground
from workflows.wire import LOG_UNAVAILABLE

LONGEST = 1800.0
"""Seconds that a job may take."""
MOST_ATTEMPTS = 5

_LOOK_EVERY = 0.25
_SAY_EVERY = 1.0

_TOO_LONG = Text(
    "Il calcolo dura più di mezz'ora ed è stato fermato: chiedere meno casi o meno secondi.",
    "The computation takes more than half an hour and was stopped: ask for fewer cases or seconds.",
)
_DIED = Text(
    "Il calcolo si è interrotto: forse manca memoria. Ridurre i casi, poi chiedere di nuovo.",
    "The computation broke off, perhaps for want of memory. Ask again, with fewer cases.",
)

log = structlog.get_logger()


class JobActivities:
    """Synchronous, for a pool of threads. `sees`: who reads what, for differences."""

    def __init__(self, service: CaseService, database_url: str, sees: Sees | None = None) -> None:
        self._service = service
        self._database_url = database_url
        self._sees = sees

    def all(self) -> list[Callable[..., Any]]:
        return [self.do]

    @activity.defn(name="do_job", no_thread_cancel_exception=True)
    def do(self, job: str) -> None:
        """Do the job, unless it has ended; may be called again after it broke off."""
        try:
            with psycopg.connect(
                self._database_url, autocommit=True, connect_timeout=4
            ) as connection:
                self._do(connection, UUID(job))
        except (psycopg.OperationalError, psycopg.InterfaceError, LogUnavailable):
            raise ApplicationError("Postgres is away", type=LOG_UNAVAILABLE) from None

    def _do(self, connection: store.Connection, job: UUID) -> None:
        runner = uuid4()
        begun = store.begin(connection, job, runner)
        if begun is None:
            return
        request, attempt = begun
        if attempt > MOST_ATTEMPTS:
            store.finish(connection, job, runner, (), _DIED)
            return
        with _running(request, self._ground(request)) as pipe:
            ended = _Minder(connection, job, runner, pipe).mind()
        if ended is None:
            return
        if ended.error:
            log.error("job_failed", job=str(job), error=ended.error)
        store.finish(connection, job, runner, ended.files, ended.problem)

    def _ground(self, request: Request) -> Ground:
        registry = self._service.registry
        library = registry.library
        if isinstance(request, Check) and isinstance(request.source, Written):
            # What a new text is held against: not what no new case can follow any more.
            library = in_use(registry, request.today)
        published = tuple((s.name, s.text) for s in library.sources())
        return Ground(default_pack(), published, self._database_url, self._sees)


@contextlib.contextmanager
def _running(request: Request, ground: Ground) -> Iterator[Pipe]:
    process, pipe = child.start(request, ground)
    try:
        yield pipe
    finally:
        pipe.close()
        process.kill()
        process.join()


class _Minder:
    def __init__(self, connection: store.Connection, job: UUID, runner: UUID, pipe: Pipe) -> None:
        self._connection = connection
        self._job = job
        self._runner = runner
        self._pipe = pipe
        self._latest = child.Progress(0.0, Text("", ""))
        self._said: child.Progress | None = None
        self._said_at = 0.0

    def mind(self) -> child.Ended | None:
        """What came of it; None if nobody waits for it any more."""
        until = monotonic() + LONGEST
        while monotonic() < until:
            activity.heartbeat()
            if activity.is_worker_shutdown():
                raise ApplicationError("the worker stops", type="WorkerStops")
            if activity.is_cancelled():
                raise CancelledError("cancelled")
            if self._pipe.poll(_LOOK_EVERY):
                try:
                    message = self._pipe.recv()
                except (EOFError, OSError):
                    # Perhaps everything here is being stopped: another worker tries again.
                    raise ApplicationError("the process died", type="ProcessDied") from None
                if isinstance(message, child.Ended):
                    return message
                self._latest = message
            if not self._still_wanted():
                return None
        return child.Ended((), _TOO_LONG)

    def _still_wanted(self) -> bool:
        """Say how far it is; whether the job was neither cancelled nor taken over meanwhile."""
        if self._latest == self._said and monotonic() - self._said_at < _SAY_EVERY:
            return True
        self._said, self._said_at = self._latest, monotonic()
        return store.progress(
            self._connection, self._job, self._runner, self._latest.done, self._latest.doing
        )
