"""What became of mail, for the operator."""

from __future__ import annotations

from tests.cli.conftest import Installation, Run


def test_failed_mail_is_shown_and_tried_again(installation: Installation, run: Run) -> None:
    said = run("mail")
    assert said.status == 0
    assert "CANTIERE_SMTP_HOST" in said.out
    installation.tamper(
        "INSERT INTO notice_mails (person, about, state, problem, ended_at) "
        "VALUES ('mr-melzo-1', 'notice 7', 'failed', 'recipient_550', clock_timestamp())"
    )
    said = run("mail")
    assert said.status == 1
    assert "mr-melzo-1: recipient_550" in said.out
    said = run("mail", "--retry")
    assert said.status == 0
    assert "In attesa: 1" in said.out
