"""Whom the log tells, of what, and how often."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace

from domain.case import commands as c
from domain.case.notes import WriteNote
from domain.conformance import check_case
from domain.emergency.commands import OpenEmergencyAccess
from domain.notices import book
from domain.notices.schema import pass_over
from domain.notices.telling import Place, Told, told_of
from domain.person.restricting import (
    EaseRestriction,
    LiftRestriction,
    RestrictPerson,
    ease_restriction,
    lift_restriction,
    restrict_person,
)
from protocols.engine import events as e
from tests.notices.conftest import DISTRICT, REFERENT, Town, holder
from workflows.activities import WORKFLOW
from workflows.notices.following import BATCH, Following
from workflows.notices.forgetting import tidy

OFFICER = holder("protection_officer", "audit")


def test_who_may_do_a_step_is_told_that_it_is_there(town: Town) -> None:
    case = town.refer()
    town.tell()
    assert town.notices() == [("opened", "triage")]
    town.triage(case)
    town.tell()
    assert town.notices(DISTRICT) == [("opened", "team")]
    # The letter is the machine's until it gives up.
    assert town.notices() == [("opened", "triage")]
    town.do(c.GiveUpAutomation, case, WORKFLOW, task="letter", attempts=3, error="PrinterJam")
    town.tell()
    assert town.notices()[-1] == ("opened", "letter")


def test_nobody_is_told_of_what_they_did_or_of_what_is_over(town: Town) -> None:
    done = town.refer()
    town.triage(done, "simple")
    ended = town.refer()
    town.do(c.ReportEvent, ended, event="death")
    town.tell()
    assert town.notices() == []
    case = town.refer()
    town.do(c.AssignTask, case, task="triage", to=REFERENT.id)
    town.tell()
    assert town.notices() == [("opened", "triage")]


def test_a_reminder_and_an_escalation_arrive(town: Town) -> None:
    case = town.refer()
    town.tell()
    town.later(28, case)
    town.tell()
    assert town.notices()[-1] == ("reminded", "triage")
    town.later(60, case)
    town.tell()
    assert town.notices()[-1] == ("escalated", "triage")
    assert ("escalated", "triage") in town.notices(holder("management", "management"))
    told = len(town.notices())
    (matter,) = book.listed(town.connection, REFERENT.id)
    assert (matter.kind, matter.earlier, matter.read_at) == ("escalated", told - 1, None)
    assert book.unread(town.connection, REFERENT.id) == 1
    town.refer()
    town.tell()
    book.mark_read(town.connection, REFERENT.id, one=matter.id, until=matter.id)
    assert [(m.kind, bool(m.read_at)) for m in book.listed(town.connection, REFERENT.id)] == [
        ("opened", False), ("escalated", True),
    ]  # fmt: skip


def test_a_question_finds_its_answerer_and_the_answer_its_asker(town: Town) -> None:
    case = town.refer()
    town.triage(case)
    town.tell()
    town.do(WriteNote, case, text="Quando?", to=DISTRICT.id)
    town.tell()
    assert town.notices(DISTRICT)[-1] == ("asked", "")
    note = town.service.state(case).questions[0].note
    town.do(WriteNote, case, DISTRICT, text="Domani.", answers=note)
    town.tell()
    assert town.notices()[-1] == ("answered", "")


def test_an_event_tells_once_whoever_follows_and_however_often(town: Town) -> None:
    before = book.told_until(town.connection)
    town.refer()
    entries = town.service.recorder.read_from(before, BATCH)
    following = Following(town.service)
    for _ in range(2):
        following.take(town.connection, entries)
    assert town.notices() == [("opened", "triage")]
    town.connection.execute("UPDATE notices_position SET position = %s", (before,))
    town.tell()
    assert town.notices() == [("opened", "triage")]


def test_what_was_there_before_is_nobodys_news(town: Town) -> None:
    town.refer()
    pass_over(town.connection)
    town.tell()
    assert town.notices() == []
    town.refer()
    town.tell()
    assert town.notices() == [("opened", "triage")]


def test_a_case_that_cannot_be_read_holds_up_no_other(town: Town) -> None:
    broken = town.refer()
    town.connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
    town.connection.execute(
        "UPDATE stored_events SET state = '\\x00' WHERE originator_id = %s", (broken,)
    )
    town.refer()
    town.tell()
    assert town.notices() == [("opened", "triage")]


def test_read_is_what_was_on_the_page_and_each_persons_own(town: Town) -> None:
    for _ in range(3):
        town.refer()
    town.tell()
    first, *_, latest = sorted(n.id for n in book.listed(town.connection, REFERENT.id))
    assert book.unread(town.connection, REFERENT.id) == 3
    book.mark_read(town.connection, DISTRICT.id, until=latest)
    book.mark_read(town.connection, REFERENT.id, until=latest - 1)
    assert book.unread(town.connection, REFERENT.id) == 1
    book.mark_read(town.connection, REFERENT.id, one=latest, until=latest)
    assert book.unread(town.connection, REFERENT.id) == 0
    assert book.unread(town.connection, str(uuid4())) == 0
    assert first < latest


def test_an_emergency_access_is_told_to_who_follows_and_who_reviews(town: Town) -> None:
    case = town.refer()
    town.tell()
    town.do(
        OpenEmergencyAccess, case, holder("referrer", "service:cps-melzo"), categories=("social",),
        reason="È in pronto soccorso.", grounds=("emergenza",),
    )  # fmt: skip
    town.tell()
    assert town.notices()[-1] == ("emergency", "")
    assert town.notices(OFFICER)[-1] == ("emergency", "")


def test_an_authorisation_about_to_expire_and_expired_is_told_once_each(town: Town) -> None:
    case = town.refer(protocol="presa-in-carico")
    desk = holder("desk_operator", "comune:015142")
    needs = {"needs": ["functioning"]}
    today = town.service.clock.now().astimezone(town.service.territory.timezone).date()
    given = {
        "recipients": ["health_provider"], "categories": ["social"], "takes_part": True,
        "purpose": "taking_in_charge", "until": (today + timedelta(days=60)).isoformat(),
    }  # fmt: skip
    for task, outcome, by, data in (
        ("register_referral", "complete", desk, {**needs, "channel": "letter"}),
        ("triage", "complex", REFERENT, {**needs, "met_on": today.isoformat()}),
        ("authorise_disclosure", "granted", REFERENT, given),
    ):
        town.do(c.CompleteTask, case, by, task=task, outcome=outcome, data=data)
    pass_over(town.connection)
    ends = []
    for days in (28, 4, 20, 10):
        town.later(days)
        for _ in range(8):
            town.do(c.PassTime, case, WORKFLOW)
        town.tell()
        ends.append([kind for kind, _ in town.notices() if kind.startswith("expir")])
    assert ends == [[], ["expiring"], ["expiring"], ["expiring", "expired"]]
    assert (
        check_case(
            case, town.service.history(case), town.service.registry, town.service.territory
        ).findings
        == []
    )


def test_who_works_on_a_case_is_told_that_its_data_are_restricted_and_of_the_end(
    town: Town,
) -> None:
    case = town.refer()
    town.tell()
    person = UUID(town.service.state(case).attributes["person"])
    now = town.service.clock.now()
    why = {"actor": OFFICER, "case": person, "why": "La data di nascita è contestata."}
    restrict_person(town.service, RestrictPerson(command_id=uuid4(), ground="a", **why))
    town.tell()
    assert town.notices()[-1] == ("restricted", "")
    town.later(28, case)
    town.tell()
    # No reminder of what may not be worked on.
    assert town.notices()[-1] == ("restricted", "")
    eased = {"to": DISTRICT.id, "ground": "consent", "until": now + timedelta(days=60)}
    ease_restriction(town.service, EaseRestriction(command_id=uuid4(), **eased, **why))
    lift_restriction(town.service, LiftRestriction(command_id=uuid4(), **why))
    town.tell()
    assert town.notices(DISTRICT)[-1] == ("eased", "")
    assert town.notices()[-1] == ("lifted", "")


def test_who_holds_a_task_is_told_that_its_case_follows_another_version(town: Town) -> None:
    """As a migration writes it; `tests/migration` shows it written."""
    case = town.refer()
    town.do(c.ClaimTask, case, task="triage")
    (opened, *_) = town.service.history(case)
    state = town.service.state(case)
    place = Place(town.service.territory, town.service.plan(state), state, opened.at)
    carried = e.TaskCarried("triage", "triage", 1, "open", claimed_by=REFERENT.id)
    body = e.MigrationReverted("m", "mini", "1.0.0", "0" * 64, (carried,))
    told = told_of(place, replace(opened, body=body, actor="design-1"))
    assert told == Told("moved", (REFERENT.id,))


def test_old_notices_are_forgotten_and_what_waits_to_be_mailed_is_not(town: Town) -> None:
    town.refer()
    town.tell()
    (old,) = book.listed(town.connection, REFERENT.id)
    town.connection.execute(
        "INSERT INTO notice_mails (person, about, state, ended_at) VALUES "
        "('a', 'notice 1', 'sent', clock_timestamp() - interval '31 days'), "
        "('a', 'notice 2', 'waiting', NULL), ('a', 'notice 3', 'failed', clock_timestamp())"
    )
    town.later(book.KEPT.days - 1)
    town.refer()
    town.tell()
    tidy(town.service, town.url)
    assert len(book.listed(town.connection, REFERENT.id)) == 2
    town.later(2)
    tidy(town.service, town.url)
    assert old.id not in {n.id for n in book.listed(town.connection, REFERENT.id)}
    assert len(book.listed(town.connection, REFERENT.id)) == 1
    assert [row[2] for row in town.mails()] == ["waiting", "failed"]
