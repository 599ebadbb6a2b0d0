"""Mail leaves once, says nothing personal, is tried again, and is seen to fail where it fails."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from domain.case import commands as c
from domain.notices import book, outbox
from domain.notices.book import Preferences
from domain.notices.settings import MailSettings
from domain.settings import SettingsError
from tests.notices.conftest import DISTRICT, REFERENT, Postman, Town
from workflows.notices.posting import send_next

ROOT = Path(__file__).parents[2]
EACH = Preferences("each", None)
COMPLETE = {
    "CANTIERE_SMTP_HOST": "mail.example.org",
    "CANTIERE_SMTP_FROM": "cantiere@example.org",
    "CANTIERE_PUBLIC_URL": "https://casi.example.org",
}


@pytest.fixture
def waiting(town: Town, mail: MailSettings) -> Town:
    """One mail for the municipal referent waits."""
    book.choose(town.connection, REFERENT.id, EACH)
    town.refer()
    town.tell(mail)
    assert town.mails() == [(REFERENT.id, "notice", "waiting", "", 0)]
    return town


def test_a_mail_leaves_once_and_says_only_where_to_look(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    assert send_next(waiting.connection, mail)
    assert not send_next(waiting.connection, mail)
    (message,) = postman.taken
    assert postman.recipients == ["referente@example.org"]
    assert message["Auto-Submitted"] == "auto-generated"
    text = str(message.get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
    assert text.count("https://casi.example.org/avvisi") == 2
    whole = message.as_string() + text
    case = waiting.connection.execute("SELECT case_id::text FROM notices").fetchone()
    assert case is not None
    for secret in ("D'Adda", "Ivo", "Melzo", "triage", "Analisi", case[0][:8], REFERENT.id):
        assert secret not in whole
    assert waiting.mails() == [(REFERENT.id, "notice", "sent", "", 1)]


def test_people_choose_what_is_mailed(town: Town, mail: MailSettings) -> None:
    case = town.refer()
    town.tell(mail)
    assert town.mails() == []
    town.do(c.ClaimTask, case, task="triage")
    town.later(28, case)
    town.tell(mail)
    assert town.mails() == []
    town.later(60, case)
    town.tell(mail)
    # The deputy was called in; the referent, who has the task, is told of it.
    assert {person for person, *_ in town.mails()} == {REFERENT.id, DISTRICT.id}
    for person in (REFERENT.id, DISTRICT.id):
        book.choose(town.connection, person, Preferences("never", None))
    before = len(town.mails())
    town.later(120, town.refer())
    town.tell(mail)
    assert town.notices()[-1][0] == "escalated"
    assert len(town.mails()) == before


def test_a_recipient_refused_for_good_is_shown_and_not_tried_again(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    postman.mood = "refuse"
    assert send_next(waiting.connection, mail)
    assert waiting.mails() == [(REFERENT.id, "notice", "failed", "recipient_550", 1)]
    assert not send_next(waiting.connection, mail)
    (failure,) = outbox.failures(waiting.connection, REFERENT.id)
    assert failure.problem == "recipient_550"
    assert outbox.failures(waiting.connection, DISTRICT.id) == []
    postman.mood = "accept"
    assert outbox.retry_failed(waiting.connection) == 1
    assert send_next(waiting.connection, mail)
    assert waiting.mails()[0][2] == "sent"


@pytest.mark.parametrize(
    ("mood", "problem"),
    [("later", "recipient_451"), ("hang", "disconnected"), ("drop", "disconnected")],
)
def test_what_may_pass_is_tried_again_and_then_given_up(
    waiting: Town, mail: MailSettings, postman: Postman, mood: str, problem: str
) -> None:
    postman.mood = mood  # type: ignore[assignment]
    settings = replace(mail, timeout=0.2) if mood == "hang" else mail
    assert send_next(waiting.connection, settings)
    assert waiting.mails() == [(REFERENT.id, "notice", "waiting", problem, 1)]
    # Not before its time.
    assert not send_next(waiting.connection, settings)
    assert outbox.standing(waiting.connection) == (1, 1, 0)
    waiting.connection.execute("UPDATE notice_mails SET attempts = %s", (outbox.ATTEMPTS - 1,))
    waiting.at_once()
    assert send_next(waiting.connection, settings)
    assert waiting.mails() == [(REFERENT.id, "notice", "failed", problem, outbox.ATTEMPTS)]
    assert outbox.standing(waiting.connection) == (0, 0, 1)


def test_a_second_attempt_has_the_same_message_id(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    postman.mood = "drop"
    send_next(waiting.connection, mail)
    postman.mood = "accept"
    waiting.at_once()
    send_next(waiting.connection, mail)
    first, second = postman.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_a_sender_killed_after_the_server_accepted_repeats_it_once_at_most(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    arguments = [waiting.url, str(mail.port), str(mail.people)]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.notices.sender_process", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdout.readline()
        postman.mood, postman.pid = "kill", child.pid
        child.stdin.write(b"go\n")
        child.stdin.flush()
        assert child.wait(60) == -signal.SIGKILL
    postman.mood = "accept"
    assert waiting.mails() == [(REFERENT.id, "notice", "waiting", "", 0)]
    while not send_next(waiting.connection, mail):
        # The dead one's transaction ends when the server notices.
        waiting.connection.execute("SELECT pg_stat_clear_snapshot()")
    assert not send_next(waiting.connection, mail)
    assert len({message["Message-ID"] for message in postman.taken}) == 1
    assert len(postman.taken) == 2
    assert waiting.mails()[0][2] == "sent"


def test_two_senders_do_not_send_the_same(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    with psycopg.connect(waiting.url) as other:
        assert outbox.take(other) is not None
        assert not send_next(waiting.connection, mail)
    assert send_next(waiting.connection, mail)
    assert len(postman.taken) == 1


def test_one_mail_that_fails_does_not_stop_the_next(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    waiting.connection.execute(
        "INSERT INTO notice_mails (person, about, next_at) VALUES ('gone', 'notice 1', 'epoch')"
    )
    assert send_next(waiting.connection, mail)
    assert send_next(waiting.connection, mail)
    assert len(postman.taken) == 1
    assert {row[0]: row[2:4] for row in waiting.mails()} == {
        "gone": ("failed", "no_address"),
        REFERENT.id: ("sent", ""),
    }


def test_nothing_leaves_about_a_case_that_has_ended(
    town: Town, mail: MailSettings, postman: Postman
) -> None:
    book.choose(town.connection, REFERENT.id, EACH)
    case = town.refer()
    town.tell(mail)
    town.do(c.ReportEvent, case, event="death")
    town.tell(mail)
    assert not send_next(town.connection, mail)
    assert town.mails()[0][2] == "dropped"


def test_what_cannot_be_is_said_at_the_start(tmp_path: Path) -> None:
    assert MailSettings.from_environment({}) is None
    people = tmp_path / "posta.yaml"
    whole = {**COMPLETE, "CANTIERE_SMTP_PEOPLE": str(people)}
    with pytest.raises(SettingsError, match="CANTIERE_SMTP_PEOPLE"):
        MailSettings.from_environment(COMPLETE)
    wrong = ("{", "a: [1]", "a: 'Anna <anna@example.org>'", "a: 'anna@example.org\\nBcc: b@c.org'")
    for content in wrong:
        people.write_text(content)
        with pytest.raises(SettingsError) as refused:
            MailSettings.from_environment(whole)
        assert "anna" not in str(refused.value)
    people.write_text("")
    found = MailSettings.from_environment(whole)
    assert found is not None
    assert (found.port, found.security) == (587, "starttls")
    assert found.link == "https://casi.example.org/avvisi"
    for name, value in (
        ("CANTIERE_SMTP_PORT", "0"),
        ("CANTIERE_SMTP_SECURITY", "ssl"),
        ("CANTIERE_SMTP_FROM", "Cantiere"),
    ):
        with pytest.raises(SettingsError, match=name):
            MailSettings.from_environment({**whole, name: value})


def test_a_server_that_offers_no_encryption_gets_no_mail(
    waiting: Town, mail: MailSettings, postman: Postman
) -> None:
    assert send_next(waiting.connection, replace(mail, security="starttls"))
    assert waiting.mails() == [(REFERENT.id, "notice", "waiting", "no_encryption", 1)]
    assert postman.taken == []


def test_no_server_at_all_is_waited_for(waiting: Town, mail: MailSettings) -> None:
    assert send_next(waiting.connection, replace(mail, port=9))
    assert waiting.mails() == [(REFERENT.id, "notice", "waiting", "unreachable", 1)]
