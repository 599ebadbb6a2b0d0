from __future__ import annotations

import json
from uuid import UUID

import pytest

from domain.verify import verify_log
from tests.cli.conftest import Installation, Run

# Each is done to the log behind everybody's back, and must be found out.
TAMPERINGS = {
    "a deadline moved": (
        "differs",
        "UPDATE stored_events SET state = convert_to(regexp_replace(convert_from(state, 'UTF8'),"
        " '\"due\":\"20', '\"due\":\"21'), 'UTF8')"
        " WHERE topic = 'case.step-opened' AND originator_id = %s"
        " AND convert_from(state, 'UTF8') LIKE '%%\"task\":\"triage\"%%'",
    ),
    "another outcome": (
        "not_allowed",
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
        ' \'"outcome":"complete"\', \'"outcome":"perfect"\'), \'UTF8\')'
        " WHERE topic = 'case.step-completed' AND originator_id = %s",
    ),
    "another role": (
        "differs",
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
        " 'municipal_referent', 'management'), 'UTF8')"
        " WHERE topic = 'case.step-opened' AND originator_id = %s",
    ),
    "another text": (
        "digest",
        "UPDATE stored_events SET state = convert_to(regexp_replace(convert_from(state, 'UTF8'),"
        " '\"digest\":\"[0-9a-f]{4}', '\"digest\":\"0000'), 'UTF8')"
        " WHERE topic = 'case.case-opened' AND originator_id = %s",
    ),
    "a version of the protocol that was never published": (
        "unknown_protocol",
        "UPDATE stored_events SET state = convert_to(regexp_replace(convert_from(state,"
        " 'UTF8'), '\"version\":\"[0-9.]+', '\"version\":\"9.0.0'), 'UTF8')"
        " WHERE topic = 'case.case-opened' AND originator_id = %s",
    ),
    "the last event lost": (
        "missing",
        "DELETE FROM stored_events WHERE originator_id = %s"
        " AND notification_id = (SELECT max(notification_id) FROM stored_events)",
    ),
    "an event lost": (
        "order",
        "DELETE FROM stored_events WHERE topic = 'case.step-completed' AND originator_id = %s",
    ),
    "an unknown kind of event": (
        "unreadable",
        "UPDATE stored_events SET topic = 'case.miracle'"
        " WHERE topic = 'case.step-completed' AND originator_id = %s",
    ),
}


def test_a_log_as_the_program_wrote_it_is_verified(installation: Installation) -> None:
    found = verify_log(installation.url)
    assert found.findings == []
    assert (found.cases, found.commands) == (1, 2)
    assert found.events == installation.service.recorder.last_position()


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_tampered_with_is_found_out(
    installation: Installation, run: Run, name: str
) -> None:
    code, statement = TAMPERINGS[name]
    installation.tamper(statement, installation.case)
    found = verify_log(installation.url)
    assert code in {finding.code for finding in found.findings}
    assert {f.originator for f in found.findings} <= {installation.case, UUID(int=0)}
    said = run("verify", "--log-only")
    assert said.status == 1
    assert str(installation.case) in said.out


def test_an_event_lost_leaves_a_gap(installation: Installation) -> None:
    installation.tamper("DELETE FROM stored_events WHERE notification_id = 1")
    assert "gap" in {finding.code for finding in verify_log(installation.url).findings}


def test_acknowledged_commands_without_their_events_are_found_out(
    installation: Installation,
) -> None:
    installation.tamper("DELETE FROM stored_events WHERE notification_id > 3")
    assert "tail" in {finding.code for finding in verify_log(installation.url).findings}


def test_what_is_said_of_a_difference_holds_no_value(installation: Installation, run: Run) -> None:
    installation.tamper(
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
        ' \'"outcome":"complete"\', \'"outcome":"Nomesegreto"\'), \'UTF8\')'
        " WHERE topic = 'case.step-completed'"
    )
    said = run("verify", "--log-only", "--json")
    assert json.loads(said.out)["verified"] is False
    assert "Nomesegreto" not in said.out + said.err


def test_two_processes_find_what_one_finds(installation: Installation) -> None:
    assert verify_log(installation.url, processes=2) == verify_log(installation.url, processes=1)


def test_for_a_program_it_says_what_was_checked_and_where_it_begins_to_differ(
    installation: Installation, run: Run
) -> None:
    said = json.loads(run("verify", "--log-only", "--json").out)
    assert (said["verified"], said["kind"], said["first"]) == (True, "full", None)
    assert {"log", "seals", "vault"} <= set(said["checked"])
    assert not {"views", "workflows"} & set(said["checked"])
    assert said["read"] == said["events"] == installation.service.recorder.last_position()
    assert {"log", "vault"} <= set(said["seconds_by_part"])
    installation.tamper(
        "UPDATE stored_events SET state = convert_to(convert_from(state, 'UTF8') || ' ', 'UTF8') "
        "WHERE notification_id >= 3"
    )
    found = run("verify", "--log-only", "--json")
    assert (found.status, json.loads(found.out)["first"]) == (1, 3)


def test_since_last_goes_on_from_the_last_one(installation: Installation, run: Run) -> None:
    assert json.loads(run("verify", "--log-only", "--json").out)["kind"] == "full"
    again = json.loads(run("verify", "--log-only", "--since-last", "--json").out)
    assert (again["kind"], again["read"]) == ("incremental", 0)
    assert "solo gli eventi dopo" in again["notices"][0]["it"]
    assert run("verify", "--full", "--since-last").status == 2


def test_an_interruption_is_said_in_a_sentence(
    installation: Installation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.verify.verify_log", interrupted)
    said = run("verify", "--log-only")
    assert said.status == 130
    assert "la prossima riprende da qui" in said.err


def test_what_could_not_be_done_is_told_from_what_differs(
    installation: Installation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://cantiere@127.0.0.1:1/nowhere")
    said = run("verify", "--log-only")
    assert said.status == 4
    assert "Il registro dei casi non è raggiungibile" in said.err
