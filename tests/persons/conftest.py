"""A case service on a real Postgres, shared by the tests of a module: each has its own persons."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.stack.postgres import EmbeddedPostgres
from domain.case import commands as c
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.person.merging import DecideMerge, ProposeMerge, decide_merge, propose_merge
from domain.refusal import Refused
from domain.service import CaseService, Receipt
from protocols.registry import Registry
from tests.domain.conftest import MELZO, PACK, TERRITORY, actor, holder, referral

DESK = holder("desk_operator", f"comune:{MELZO}")
REFERENT = holder("municipal_referent", f"comune:{MELZO}")
COORDINATOR = holder("coordinator", "joint_office")
MANAGER = actor(
    next(p for p, _ in TERRITORY.holders("management", "management", date.today())
         if p != COORDINATOR.id)
)  # fmt: skip
OFFICER = holder("protection_officer", "audit")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def service(postgres_server: EmbeddedPostgres, _template_database: str) -> Iterator[CaseService]:
    name = f"persons_{uuid4().hex}"
    with psycopg.connect(postgres_server.url("cantiere", "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {_template_database}")
        with CaseLogRecorder.connect(postgres_server.url("cantiere", name)) as recorder:
            yield CaseService(recorder, Registry.load(PACK), TERRITORY, SystemClock(), b"k" * 32)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


Open = Callable[..., UUID]


@pytest.fixture
def opened(service: CaseService) -> Open:
    """Refer somebody; the case."""

    def opened(person: dict[str, Any] | None = None, **changes: Any) -> UUID:
        return service.handle(referral(person=person or somebody(), **changes)).case

    return opened


def about(service: CaseService, case: UUID) -> UUID:
    """Whom the case is about."""
    return UUID(service.state(case).attributes["person"])


def somebody(**more: Any) -> dict[str, Any]:
    """A person unlike all others of the run."""
    number = next(_numbers)
    letters = "".join("bcdfglmnpr"[int(digit)] + "a" for digit in f"{number:04}")
    born = date(1970 + number % 30, 1 + number % 12, 1 + number % 28).isoformat()
    return {"first_name": "Ivo", "last_name": letters.title(), "birth_date": born, **more}


def end(service: CaseService, case: UUID) -> None:
    service.handle(
        c.ReportEvent(command_id=uuid4(), actor=REFERENT, case=case, event="death", data={})
    )


def propose(service: CaseService, kept: UUID, merged: UUID, **changes: Any) -> Receipt:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": DESK, "case": kept, "merged": merged,
        "why": "Stessa carta d'identità.",
    }  # fmt: skip
    return propose_merge(service, ProposeMerge(**{**fields, **changes}))


def decision(kept: UUID, merged: UUID, **changes: Any) -> DecideMerge:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": COORDINATOR, "case": kept, "merged": merged,
        "approve": True,
    }  # fmt: skip
    return DecideMerge(**{**fields, **changes})


def merge(service: CaseService, kept: UUID, merged: UUID) -> None:
    propose(service, kept, merged)
    decide_merge(service, decision(kept, merged))


def refusal(attempt: Callable[..., object], *given: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        attempt(*given, **named)
    return refused.value
