"""Erasure: by two people, only where it is lawful, and then for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.case import commands as c
from domain.person.erasing import (
    DecideErasure,
    HoldRecords,
    RequestErasure,
    cases_of,
    decide_erasure,
    hold_records,
    request_erasure,
)
from domain.person.events import LegalHoldPlaced
from domain.person.forgetting import complete_erasures
from domain.person.index import held
from domain.refusal import Refused
from domain.service import CaseService
from domain.vault.fields import ERASED, is_sealed
from tests.domain.conftest import MELZO, TERRITORY, actor, holder, referral
from tests.persons.conftest import merge

SECRETS = {
    "first_name": "Unica-Canarino",
    "last_name": "D'Àdda-Segreto",
    "phone": "+39 029 0101010",
}


def _one(role: str, scope: str, other_than: str = "") -> c.Actor:
    held = TERRITORY.holders(role, scope, date.today())
    return actor(next(person for person, _ in held if person != other_than))


ASKS = _one("coordinator", "joint_office")
DECIDES = _one("management", "management", ASKS.id)


@pytest.fixture
def ended(service: CaseService) -> UUID:
    """A person whose only case has ended, with personal data in it."""
    case = service.handle(referral(person=SECRETS | {"tax_code": "RSSMRA85T10A562S"})).case
    manager = holder("municipal_referent", f"comune:{MELZO}")
    service.handle(
        c.ReportEvent(command_id=uuid4(), actor=manager, case=case, event="death", data={})
    )
    return UUID(service.state(case).attributes["person"])


def ask(service: CaseService, person: UUID, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": ASKS, "case": person, "ground": "unlawful",
        "why": "Raccolti senza titolo.",
    }  # fmt: skip
    request_erasure(service, RequestErasure(**{**fields, **changes}))


def decision(person: UUID, **changes: Any) -> DecideErasure:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": DECIDES, "case": person, "approve": True,
    }  # fmt: skip
    return DecideErasure(**{**fields, **changes})


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def test_what_is_erased_is_nowhere_and_every_event_is_where_it_was(
    service: CaseService, ended: UUID, database_url: str
) -> None:
    reader = service.personal_reader(ended)
    registered = service.history(ended)[0]
    assert reader.opened(registered)["last_name"] == SECRETS["last_name"]
    with psycopg.connect(database_url) as connection:
        states = connection.execute("SELECT state FROM stored_events").fetchall()
    # Not even before: what stands in the log is sealed.
    assert not any(v.encode() in s[0] for v in SECRETS.values() for s in states)
    ask(service, ended)
    decide_erasure(service, decision(ended))
    opened = service.personal_reader(ended).opened(service.history(ended)[0])
    assert set(opened.values()) == {ERASED}
    assert all(map(is_sealed, service.history(ended)[0].body.personal.values()))
    with psycopg.connect(database_url) as connection:
        after = connection.execute(
            "SELECT state FROM stored_events ORDER BY notification_id"
        ).fetchall()
        claims = connection.execute("SELECT count(*) FROM claims WHERE scope = 'person'").fetchone()
    assert after[: len(states)] == states
    assert claims == (0,)


def test_nothing_more_can_be_written_of_who_was_erased(service: CaseService, ended: UUID) -> None:
    ask(service, ended)
    decide_erasure(service, decision(ended))
    case = cases_of(service, ended)[0]
    assert service.state(case).ended == "deceased"
    with pytest.raises(Refused) as refused:
        ask(service, ended)
    assert code_of(refused) == "person_erased"


def test_who_asks_does_not_approve(service: CaseService, ended: UUID) -> None:
    both = c.Actor(ASKS.id, (*ASKS.holds, *DECIDES.holds))
    ask(service, ended, actor=both)
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended, actor=both))
    assert code_of(refused) == "second_person_needed"
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended, actor=_one("auditor", "audit")))
    assert code_of(refused) == "role_not_held"


def test_nobody_decides_what_nobody_asked(service: CaseService, ended: UUID) -> None:
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended))
    assert code_of(refused) == "nothing_asked"
    ask(service, ended)
    decide_erasure(service, decision(ended, approve=False, why="Sono atti dovuti."))
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended))
    assert code_of(refused) == "nothing_asked"


def test_an_open_case_a_legal_hold_and_the_time_of_keeping_forbid_it(
    service: CaseService, ended: UUID
) -> None:
    opened = service.handle(referral(person=SECRETS)).case
    with pytest.raises(Refused) as refused:
        ask(service, UUID(service.state(opened).attributes["person"]))
    assert code_of(refused) == "case_open"
    with pytest.raises(Refused) as refused:
        ask(service, ended, ground="retention_over")
    assert code_of(refused) == "to_be_kept"
    hold = HoldRecords(command_id=uuid4(), actor=DECIDES, case=ended, why="Causa in corso.")
    hold_records(service, hold)
    with pytest.raises(Refused) as refused:
        ask(service, ended)
    assert code_of(refused) == "legal_hold"
    lifted = HoldRecords(
        command_id=uuid4(), actor=DECIDES, case=ended, why="Causa finita.", lift=True
    )
    hold_records(service, lifted)
    ask(service, ended)
    hold_records(service, HoldRecords(command_id=uuid4(), actor=DECIDES, case=ended, why="Nuova."))
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended))
    assert code_of(refused) == "legal_hold"


class _Later:
    def __init__(self, years: int) -> None:
        self.years = years

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=366 * self.years)


def test_when_the_time_of_keeping_is_over_it_may_be(service: CaseService, ended: UUID) -> None:
    service.clock = _Later(11)
    ask(service, ended, ground="retention_over")


def test_given_twice_it_is_done_once_and_completed_if_it_was_cut_off(
    service: CaseService, ended: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(service, ended)
    command = decision(ended)
    real = service.vault.destroy
    with monkeypatch.context() as cut:
        # The process dies after the event is in the log, before the key is gone.
        cut.setattr(service.vault, "destroy", lambda person: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):  # noqa: PT011
            decide_erasure(service, command)
    assert service.vault.key_to_read(ended) is not None
    assert service.vault.destroy == real
    again = decide_erasure(service, command)
    assert again.replayed
    assert service.vault.key_to_read(ended) is None


def test_an_erasure_that_was_cut_off_is_completed_by_whoever_comes_next(
    service: CaseService, ended: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert complete_erasures(service) == 0
    ask(service, ended)
    with monkeypatch.context() as cut:
        cut.setattr(service.vault, "destroy", lambda person: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):  # noqa: PT011
            decide_erasure(service, decision(ended))
    assert service.vault.key_to_read(ended) is not None
    assert complete_erasures(service) == 1
    assert service.vault.key_to_read(ended) is None
    assert complete_erasures(service) == 0
    with pytest.raises(Refused) as refused:
        decide_erasure(service, decision(ended))
    assert code_of(refused) == "nothing_asked"


def test_who_stands_for_others_is_erased_with_them(service: CaseService, ended: UUID) -> None:
    other = service.handle(referral(person=SECRETS | {"phone": "+39 02 77"})).case
    manager = holder("municipal_referent", f"comune:{MELZO}")
    service.handle(c.ReportEvent(command_id=uuid4(), actor=manager, case=other, event="death"))
    merged = UUID(service.state(other).attributes["person"])
    merge(service, ended, merged)
    with pytest.raises(Refused) as refused:
        ask(service, merged)
    assert code_of(refused) == "person_merged"
    ask(service, ended)
    decide_erasure(service, decision(ended))
    for person in (ended, merged):
        assert service.vault.key_to_read(person) is None
        opened = service.personal_reader(person).opened(service.history(person)[0])
        assert set(opened.values()) == {ERASED}
    assert held(service.recorder, [ended, merged]) == ()


def test_what_was_typed_of_somebody_goes_with_them(service: CaseService, ended: UUID) -> None:
    ask(service, ended)
    hold = HoldRecords(command_id=uuid4(), actor=DECIDES, case=ended, why="Causa del sig. D'Àdda.")
    hold_records(service, hold)
    hold_records(
        service,
        HoldRecords(command_id=uuid4(), actor=DECIDES, case=ended, why="Finita.", lift=True),
    )
    (placed,) = (e for e in service.history(ended) if isinstance(e.body, LegalHoldPlaced))
    assert is_sealed(placed.body.why)
    assert service.personal_reader(ended).typed(placed, "why") == "Causa del sig. D'Àdda."
    decide_erasure(service, decision(ended))
    assert service.personal_reader(ended).typed(placed, "why") == ERASED


@pytest.mark.parametrize("changes", [{"ground": "perché sì"}, {"why": ""}, {"why": "a\x00b"}])
def test_a_request_says_why(service: CaseService, ended: UUID, changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        ask(service, ended, **changes)


def test_who_is_not_known_cannot_be_erased(service: CaseService, ended: UUID) -> None:
    for other in (uuid4(), cases_of(service, ended)[0]):
        with pytest.raises(Refused) as refused:
            ask(service, other)
        assert code_of(refused) == "unknown_person"
