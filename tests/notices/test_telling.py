"""Whom the log tells, of what, and how often."""

from __future__ import annotations

from uuid import uuid4

from domain.case import commands as c
from domain.case.notes import WriteNote
from domain.notices import book
from domain.notices.schema import pass_over
from tests.notices.conftest import DISTRICT, REFERENT, Town, holder
from workflows.activities import WORKFLOW
from workflows.notices.following import BATCH, Following, position


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
    before = position(town.connection)
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
