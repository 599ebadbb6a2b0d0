"""Worker and conductor on a real Postgres and a real Temporal, with a protocol of seconds."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from domain.case import commands as c
from domain.clock import MovableClock
from domain.host.handle import RegisterHost, register_host
from domain.installation import initialise
from domain.log.migrations import migrate
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from domain.settings import Settings
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory
from workflows import due
from workflows.activities import HISTORY_LIMIT
from workflows.automations import REGISTRY, AutomationContext, AutomationFault, AutomationResult
from workflows.conductor import LOST_AFTER, run_conductor
from workflows.connection import connect, prepare_namespace
from workflows.names import workflow_id
from workflows.open_cases import every_case
from workflows.worker import run_worker

TERRITORY = load_territory(default_pack())
PLANS = Registry(
    [*Registry.load(Path(__file__).parent).all(), *Registry.load(default_pack()).all()]
)
MELZO = "015142"
LONG = 90.0


class Faults:
    """Automations that fail on purpose: `flaky` until its third attempt, `broken` always."""

    def __init__(self) -> None:
        self.attempts = 0

    def flaky(self, context: AutomationContext) -> AutomationResult:
        self.attempts += 1
        if self.attempts < 3:
            raise AutomationFault("printer_jam")
        return AutomationResult()

    def broken(self, context: AutomationContext) -> AutomationResult:
        self.attempts += 1
        raise AutomationFault("printer_gone")


class Town:
    """One installation under test: people act through it, and wait for what must follow."""

    def __init__(self, settings: Settings, service: CaseService) -> None:
        self.settings = settings
        self.service = service
        self.faults = Faults()
        self.history_limit = HISTORY_LIMIT

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def refer(self, protocol: str = "prova", service: str = "cps-melzo") -> UUID:
        return self.service.handle(
            c.Referral(
                command_id=uuid4(),
                actor=holder("desk_operator", f"comune:{MELZO}"),
                case=uuid4(),
                protocol=protocol,
                service=service,
                comune=MELZO,
                referred_on=self.service.clock.now().date(),
                person={"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
            )
        ).case

    def complete(
        self,
        case: UUID,
        task: str,
        outcome: str = "done",
        data: dict[str, Any] | None = None,
        actor: c.Actor | None = None,
    ) -> int:
        """Returns the case's version afterwards."""
        return self.service.handle(
            c.CompleteTask(
                command_id=uuid4(),
                actor=actor or REFERENT,
                case=case,
                task=task,
                outcome=outcome,
                data=data or {},
            )
        ).version

    def register_host(self, **fields: Any) -> str:
        """Returns the host's id."""
        given = {"name": "Forno", "comune": MELZO, "staff": 30, "places": 2, "jobs": ["baker"]}
        return str(
            register_host(
                self.service,
                RegisterHost(
                    command_id=uuid4(),
                    actor=holder("tutor", "employment"),
                    case=uuid4(),
                    fields={**given, **fields},
                ),
            ).case
        )

    def report(self, case: UUID, event: str) -> int:
        return self.service.handle(
            c.ReportEvent(command_id=uuid4(), actor=REFERENT, case=case, event=event)
        ).version

    # ── the machine ──────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def worker(self, automations: Mapping[str, Any] | None = None) -> Iterator[None]:
        faults = {"flaky": self.faults.flaky, "broken": self.faults.broken}
        with _running(
            lambda stop: run_worker(
                self.settings,
                stop,
                service=self.service,
                automations={**REGISTRY, **faults, **(automations or {})},
                history_limit=self.history_limit,
            )
        ):
            yield

    @contextlib.contextmanager
    def conductor(self, lost_after: float = LOST_AFTER) -> Iterator[None]:
        with _running(
            lambda stop: run_conductor(
                self.settings, stop, service=self.service, lost_after=lost_after
            )
        ):
            yield

    @contextlib.contextmanager
    def machine(self) -> Iterator[None]:
        with self.worker(), self.conductor():
            yield

    # ── waiting on the thing itself ──────────────────────────────────────────────────────────

    def wait_for(self, what: Callable[[], Any], timeout: float = LONG) -> Any:
        """Look at every new event and every stretch of the conductor, until `what` is true."""
        deadline = monotonic() + timeout
        with psycopg.connect(self.settings.database_url, autocommit=True) as connection:
            connection.execute("LISTEN stored_events")
            connection.execute(f"LISTEN {due.CONDUCTED}")
            while not (found := what()):
                left = deadline - monotonic()
                assert left > 0, "what was waited for did not happen"
                for _ in connection.notifies(timeout=min(left, 0.5), stop_after=1):
                    pass
        return found

    def bodies(self, case: UUID, *kinds: str) -> list[Any]:
        return [e.body for e in self.history(case) if type(e.body).__name__ in kinds]

    def history(self, case: UUID) -> list[Recorded]:
        return self.service.history(case)

    def is_conducted(self) -> bool:
        with psycopg.connect(self.settings.database_url) as connection:
            return due.position(connection) == self.service.recorder.last_position()

    # ── Temporal ─────────────────────────────────────────────────────────────────────────────

    def ask(self, question: Callable[[Client], Any]) -> Any:
        """Run a coroutine function with a client of its own."""

        async def run() -> Any:
            return await question(await connect(self.settings))

        return asyncio.run(run())

    def workflow(self, case: UUID, question: Callable[[WorkflowHandle[Any, Any]], Any]) -> Any:
        return self.ask(lambda client: question(client.get_workflow_handle(workflow_id(case, 1))))

    def forget_everything(self) -> None:
        """Terminate the workflow of every case."""

        async def terminate(client: Client) -> None:
            for waiting in list(every_case(self.service)):
                for episode in range(1, waiting.episode + 1):
                    with contextlib.suppress(RPCError):
                        await client.get_workflow_handle(
                            workflow_id(waiting.case, episode)
                        ).terminate()

        self.ask(terminate)


def holder(role: str, scope: str) -> c.Actor:
    person = TERRITORY.holders(role, scope, date.today())[0][0]
    held = TERRITORY.memberships(person, datetime.now(UTC).date())
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


REFERENT = holder("municipal_referent", f"comune:{MELZO}")


@contextlib.contextmanager
def _running(role: Callable[[asyncio.Event], Any]) -> Iterator[None]:
    """A role in a thread and event loop of its own."""
    ready = threading.Event()
    control: dict[str, Any] = {}

    async def main() -> None:
        control["stop"], control["loop"] = asyncio.Event(), asyncio.get_running_loop()
        ready.set()
        await role(control["stop"])

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            control["error"] = error
            ready.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        with contextlib.suppress(RuntimeError):
            control["loop"].call_soon_threadsafe(control["stop"].set)
        thread.join(LONG)
        assert not thread.is_alive(), "the role did not stop"
        if "error" in control:
            raise control["error"]


def open_service(database_url: str, kind: type[CaseService] = CaseService) -> CaseService:
    recorder = CaseLogRecorder.connect(database_url)
    clock = MovableClock(recorder.datastore)  # type: ignore[arg-type]
    return kind(recorder, PLANS, TERRITORY, clock, b"k" * 32)


@contextlib.contextmanager
def open_town(database_url: str, temporal_address: str) -> Iterator[Town]:
    """A training installation on an empty database."""
    migrate(database_url)
    due.migrate(database_url)
    initialise(database_url, "training")
    settings = Settings(database_url=database_url, temporal_address=temporal_address, training=True)
    asyncio.run(prepare_namespace(settings))
    with contextlib.closing(open_service(database_url)) as service:
        town = Town(settings, service)
        yield town
        # The server outlives the test: what is left would be given to the next test's worker.
        town.forget_everything()


@pytest.fixture
def town(empty_database_url: str, temporal_address: str) -> Iterator[Town]:
    with open_town(empty_database_url, temporal_address) as town:
        yield town
