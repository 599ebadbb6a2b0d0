"""A small protocol, and a log full of cases that follow it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

import domain.topics  # noqa: F401
from domain.host.events import HostRegistered, PlaceFreed, PlaceTaken
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.person.events import PersonNamed, PersonRegistered
from domain.reads.events import Read, ReadsRecorded
from projections.model import ReadModel
from projections.models import read_models
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.facts import PlaceReserved
from protocols.language.document import Protocol
from protocols.territory import Territory, default_pack, load_territory

START = datetime(2023, 3, 1, 9, 0, tzinfo=UTC)
MELZO, TREZZO = "015142", "015221"
HOLDER = {"organisation": "comune", "of": "residence"}

SMALL = {
    "protocol": "small",
    "version": "1.0.0",
    "title": {"it": "Protocollo di prova", "en": "Trial protocol"},
    "territory": "adda-martesana",
    "valid_from": date(2021, 1, 1),
    "stages": {
        "triage": {"it": "Analisi", "en": "Triage"},
        "work": {"it": "Lavoro", "en": "Work"},
    },
    "roles": {
        "municipal_referent": {
            "title": {"it": "Referente comunale", "en": "Municipal referent"},
            "held_by": HOLDER,
            "deputy": "district_referent",
        },
        "district_referent": {
            "title": {"it": "Referente di distretto", "en": "District referent"},
            "held_by": {"organisation": "district", "of": "residence"},
        },
        "tutor": {
            "title": {"it": "Tutor", "en": "Tutor"},
            "held_by": {"organisation": "employment"},
        },
    },
    "steps": {
        "acknowledge": {
            "title": {"it": "Riscontro", "en": "Acknowledgement"},
            "automation": {"run": "acknowledge", "fallback": "municipal_referent"},
        },
        "triage": {
            "title": {"it": "Analisi preliminare", "en": "Triage"},
            "stage": "triage",
            "role": "municipal_referent",
            "due": {
                "within": "20 working days",
                "remind": "5 working days before due",
                "overdue": ["deputy", {"to": "tutor", "after": "5 working days"}],
            },
            "outcomes": {
                "complex": {"title": {"it": "Complesso", "en": "Complex"}},
                "not_needed": {"ends": "not_needed"},
            },
            "records": {"fact": "TriageRecorded", "fields": {"need": "outcome"}},
            "priority": 1,
        },
        "assess": {
            "title": {"it": "Valutazione", "en": "Assessment"},
            "after": "triage.complex",
            "stage": "triage",
            "role": "municipal_referent",
            "each": "triage.members",
            "enough": 2,
            "records": {"fact": "AssessmentRecorded", "fields": {"moment": "=entry"}},
        },
        "place": {
            "title": {"it": "Avvio dell'inserimento", "en": "Start of the placement"},
            "after": "assess",
            "stage": "work",
            "role": "tutor",
            "outcomes": {"started": None, "again": {"again": "assess", "at_most": 1}},
            "records": {
                "fact": "PlacementStarted",
                "on": "started",
                "fields": {"kind": "=TRAINEESHIP"},
            },
        },
        "placement": {
            "title": {"it": "Inserimento", "en": "Placement"},
            "after": "place.started",
            "stage": "work",
            "role": "tutor",
            "outcomes": {"completed": None, "hired": None},
            "records": {"fact": "PlacementEnded", "fields": {"outcome": "outcome"}},
        },
        "monitor": {
            "title": {"it": "Visita mensile", "en": "Monthly visit"},
            "during": "placement",
            "every": "month",
            "role": "tutor",
            "records": "AttendanceValidated",
        },
        "exit_assessment": {
            "title": {"it": "Valutazione finale", "en": "Exit assessment"},
            "after": "placement",
            "role": "municipal_referent",
            "records": {"fact": "AssessmentRecorded", "fields": {"moment": "=exit"}},
        },
        "return": {
            "title": {"it": "Rientro dalla crisi", "en": "Return"},
            "role": "municipal_referent",
            "outcomes": {"back": {"resumes": "clocks"}},
        },
    },
    "events": {
        "crisis": {
            "title": {"it": "Crisi", "en": "Crisis"},
            "by": "tutor",
            "pauses": "clocks",
            "opens": "return",
        },
        "death": {
            "title": {"it": "Decesso", "en": "Death"},
            "by": "tutor",
            "ends": "deceased",
            "silently": True,
        },
        "reentry": {
            "title": {"it": "Rientro", "en": "Re-entry"},
            "by": "tutor",
            "reopens": "12 months",
            "again": "triage",
        },
        "moving": {
            "title": {"it": "Cambio di residenza", "en": "Moving"},
            "by": "municipal_referent",
            "records": "ResidenceTransferred",
        },
    },
    "indicators": {
        "triage": {
            "title": {"it": "Attesa dell'analisi", "en": "Wait for triage"},
            "from": "case.opened",
            "to": "triage.done",
            "within": "20 working days",
        },
        "placement": {
            "title": {"it": "Attesa dell'inserimento", "en": "Wait for placement"},
            "from": "triage.done",
            "to": "place.started",
        },
    },
}


class Plans:
    """The small protocol, wherever a protocol is asked for."""

    def __init__(self) -> None:
        self.plan = Plan(Protocol.model_validate(SMALL), digest="0" * 64)

    def get(self, protocol: str, version: str) -> Plan:
        assert (protocol, version) == ("small", "1.0.0")
        return self.plan


class LoggedCase:
    """One case whose moves go to the log; each move is a command of its own."""

    def __init__(self, world: World, comune: str, person: UUID) -> None:
        self.world = world
        self.id = uuid4()
        self.person = person
        self.version = 0
        self.state = State(world.plans.plan.names)
        territory = world.territory
        opened = e.CaseOpened(
            "small", "1.0.0", "0" * 64, str(person), "PSYCHIATRIC_CENTRE", "cps-melzo", comune,
            territory.district_of(comune), world.now.date(),
        )  # fmt: skip
        self.move(moves.open_case, opened)

    def move(self, move: Callable[..., None], *arguments: Any, by: str = "mr-1") -> None:
        run = Run(self.world.plans.plan, self.state, self.world.now, self.world.territory)
        move(run, *arguments)
        self.state = run.state
        self.version = self.world.record(self.id, self.version, run.emitted, by)

    def record(self, *bodies: e.Body) -> None:
        self.version = self.world.record(self.id, self.version, bodies, "mr-1")

    def complete(self, task: str, outcome: str = "done", **data: Any) -> None:
        self.move(moves.complete, task, outcome, data)

    def happen(self, event: str, **data: Any) -> None:
        self.move(moves.happen, event, data)

    def to_placement(self, host: UUID | None = None) -> None:
        """From the beginning to a running placement."""
        members = [{"person": name, "role": "municipal_referent"} for name in ("a-1", "b-2")]
        if "acknowledge" in self.state.open:
            self.complete("acknowledge")
        self.complete("triage", "complex", members=members)
        for member in ("a-1", "b-2"):
            self.complete(f"assess#{member}", **scores(2))
        day = self.world.now.date()
        host = host or uuid4()
        self.complete(
            "place", "started", host=str(host), starts_on=day.isoformat(),
            ends_on=(day + timedelta(days=180)).isoformat(),
        )  # fmt: skip

    def visit(self) -> None:
        """Do the monthly visits that are open."""
        for task in [task.key for task in self.state.open_tasks() if task.step == "monitor"]:
            self.complete(task, month="2023-05", hours_planned=80, hours_attended=70.5, paid=500)


class World:
    """A log, and the time. Events are appended at once, or kept in `events` without a recorder."""

    def __init__(
        self, plans: Plans, territory: Territory, recorder: CaseLogRecorder | None
    ) -> None:
        self.plans = plans
        self.territory = territory
        self.recorder = recorder
        self.mapper = CaseLogMapper()
        self.now = START
        self.events: list[Recorded] = []
        self.reads, self.reads_written = uuid4(), 0

    def models(self, *names: str) -> list[ReadModel]:
        return read_models(self.plans, self.territory, names or None)

    def record(self, originator: UUID, version: int, bodies: Any, by: str = "mr-1") -> int:
        """Returns the originator's version afterwards."""
        command = uuid4()
        events = [
            Recorded(
                originator_id=originator,
                originator_version=version + number,
                position=len(self.events) + number,
                at=self.now,
                actor=by,
                role="municipal_referent",
                command_id=command,
                body=body,
            )
            for number, body in enumerate(bodies, start=1)
        ]
        if self.recorder is not None:
            self.recorder.append([self.mapper.to_stored_event(event) for event in events])
        self.events += events
        return version + len(events)

    def person(self, pseudonym: str = "K7", birth_year: int | None = 1990) -> UUID:
        person = uuid4()
        registered = PersonRegistered(pseudonym, "F", birth_year, personal={"last_name": "Bianchi"})
        self.record(person, 0, [registered])
        return person

    def case(self, comune: str = MELZO, person: UUID | None = None) -> LoggedCase:
        return LoggedCase(self, comune, person or self.person())

    def host(self, places: int = 2) -> UUID:
        host = uuid4()
        self.record(host, 0, [HostRegistered("Panificio L'Aurora", MELZO, 12, "food", places)])
        return host

    def looked(self, case: LoggedCase) -> None:
        """Somebody reads the case, and somebody else is refused."""
        seen = Read(
            self.now, "mr-1", "/api/v1/cases/{case}", case.id, case.person,
            ("municipal_referent@comune:015142",), ("comune",), ("identity",), ("clinical",),
        )  # fmt: skip
        refused = Read(self.now, "mr-2", "/api/v1/cases/{case}", case.id, case.person, refused=True)
        body = ReadsRecorded((seen, refused))
        self.reads_written = self.record(self.reads, self.reads_written, [body], "system:reads")

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def wander(self, cases: int, seed: int = 1) -> list[LoggedCase]:
        """Cases of every kind, interleaved: placed, paused, moved, escalated, ended, come back."""
        chance = random.Random(seed)
        opened: list[LoggedCase] = []
        for number in range(cases):
            person = self.person(f"P{number}", chance.choice([None, 1960, 1985, 2003]))
            case = self.case(chance.choice([MELZO, TREZZO]), person)
            opened.append(case)
            self.later(hours=5)
            _walk(self, case, chance.randrange(6))
            self.looked(case)
            older = chance.choice(opened)
            if not older.state.ended:
                self.later(days=chance.choice([0, 3, 40]))
                older.move(moves.pass_time)
                older.visit()
        return opened

    def last(self) -> int:
        return self.recorder.last_position() if self.recorder else len(self.events)


def scores(value: int) -> dict[str, int]:
    names = ("functioning", "economic", "work", "education", "housing", "networks")
    return dict.fromkeys(names, value)


def _walk(world: World, case: LoggedCase, path: int) -> None:
    if path == 0:
        return
    if path == 1:
        case.complete("triage", "not_needed")
        world.later(days=30)
        case.happen("reentry")
        return
    if path == 2:
        world.later(days=60)
        case.move(moves.pass_time)
        case.move(moves.skip, "triage", "la persona è già nota")
        return
    if path == 5:
        case.move(moves.give_up, "acknowledge", 5, "ConnectionError")
        case.happen("death")
        return
    host = world.host()
    world.record(host, 1, [PlaceTaken(str(case.id), "TRAINEESHIP")])
    case.record(PlaceReserved("place", str(host), "TRAINEESHIP"))
    case.to_placement(host)
    case.happen("crisis")
    world.later(days=12)
    case.complete("return", "back")
    case.happen("moving", comune=TREZZO, district=case.world.territory.district_of(TREZZO))
    world.later(days=40)
    case.move(moves.pass_time)
    case.visit()
    if path == 3:
        case.complete("placement", "hired")
        world.record(host, 2, [PlaceFreed(str(case.id), "PlacementEnded")])
        case.complete("exit_assessment", **scores(4))
        world.record(case.person, 1, [PersonNamed({"first_name": "Ivo"}, "M", 1981)])


@pytest.fixture(scope="session")
def plans() -> Plans:
    return Plans()


@pytest.fixture(scope="session")
def territory() -> Territory:
    return load_territory(default_pack())


@pytest.fixture
def recorder(database_url: str) -> Iterator[CaseLogRecorder]:
    with CaseLogRecorder.connect(database_url) as recorder:
        yield recorder


@pytest.fixture
def world(plans: Plans, territory: Territory, recorder: CaseLogRecorder) -> World:
    """A world on a real log."""
    return World(plans, territory, recorder)


@pytest.fixture
def paper(plans: Plans, territory: Territory) -> World:
    """A world whose events are only in memory."""
    return World(plans, territory, None)
