"""A case service on a real Postgres with a small protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory

PACK = Path(__file__).parents[1] / "packs" / "mini"
TERRITORY = load_territory(default_pack())
MELZO = "015142"


def actor(person: str) -> c.Actor:
    today = datetime.now(UTC).date()
    held = TERRITORY.memberships(person, today)
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def holder(role: str, scope: str) -> c.Actor:
    return actor(TERRITORY.holders(role, scope, date.today())[0][0])


@pytest.fixture
def service(database_url: str) -> Iterator[CaseService]:
    recorder = CaseLogRecorder.connect(database_url)
    yield CaseService(recorder, Registry.load(PACK), TERRITORY, SystemClock(), b"k" * 32)
    recorder.close()


def referral(**changes: Any) -> c.Referral:
    fields: dict[str, Any] = {
        "command_id": uuid4(),
        "actor": holder("desk_operator", f"comune:{MELZO}"),
        "case": uuid4(),
        "protocol": "mini",
        "service": "cps-melzo",
        "comune": MELZO,
        "referred_on": datetime.now(UTC).date(),
        "person": {"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
    }
    return c.Referral(**{**fields, **changes})


@pytest.fixture
def case(service: CaseService) -> UUID:
    return service.handle(referral()).case
