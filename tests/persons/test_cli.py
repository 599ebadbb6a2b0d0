"""`cantiere person merge | restrict | correct`: what the API does can be done here too."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.case import commands as c
from tests.cli.conftest import MELZO, Installation, Run, holder, installation, run
from tests.persons.conftest import somebody

__all__ = ["installation", "run"]

DESK = holder("desk_operator", f"comune:{MELZO}").id
REFERENT = holder("municipal_referent", f"comune:{MELZO}")
COORDINATOR = holder("coordinator", "joint_office").id
OFFICER = holder("protection_officer", "audit").id


def person_of(installation: Installation, case: UUID) -> str:
    return str(installation.service.state(case).attributes["person"])


def ended(installation: Installation, **more: Any) -> UUID:
    """Another person's case, which has ended."""
    service = installation.service
    case = service.handle(
        c.Referral(
            command_id=uuid4(), actor=holder("desk_operator", f"comune:{MELZO}"), case=uuid4(),
            protocol="presa-in-carico", service="cps-melzo", comune=MELZO,
            referred_on=service.clock.now().date(), person=somebody(**more),
        )
    ).case  # fmt: skip
    service.handle(
        c.ReportEvent(command_id=uuid4(), actor=REFERENT, case=case, event="death", data={})
    )
    return case


def verified(run: Run) -> list[Any]:
    return list(json.loads(run("verify", "--log-only", "--json").out)["differences"])


def test_two_are_merged_by_two_and_parted_and_the_log_stays_right(
    installation: Installation, run: Run
) -> None:
    other = ended(installation)
    one, two = person_of(installation, installation.case), person_of(installation, other)
    merge = ("person", "merge", one, two, "--as")
    assert "altro operatore" in run(*merge, DESK, "--why", "Stessa carta d'identità.").out
    assert run(*merge, COORDINATOR, "--approve").status == 0
    shown = json.loads(run("person", "show", two, "--json").out)
    assert shown["ids"] == [one, two]
    assert set(shown["cases"]) == {str(installation.case), str(other)}
    parted = run("person", "part", one, two, "--as", COORDINATOR, "--why", "Erano cugini.")
    assert parted.status == 0
    assert verified(run) == []


def test_restricted_eased_and_lifted(installation: Installation, run: Run) -> None:
    person = person_of(installation, installation.case)
    restrict = ("person", "restrict", person, "--as", OFFICER, "--why", "Contestata.")
    assert run(*restrict, "--ground", "z").status == 1
    assert run(*restrict, "--ground", "a").status == 0
    service = installation.service
    day = service.clock.now().astimezone(service.territory.timezone).date().isoformat()
    ease = ("person", "ease", person, "--as", OFFICER, "--why", "Acconsente.", "--to", REFERENT.id)
    assert run(*ease, "--ground", "consent", "--until", day).status == 0
    assert "limitato" in run("person", "show", person).out
    assert run(*restrict, "--lift").status == 0


def test_what_is_right_comes_from_a_file_never_from_the_command_line(
    installation: Installation, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = person_of(installation, installation.case)
    correct = ("person", "correct", person, "--as", DESK, "--why", "Letto male.")
    assert run(*correct, "--fields", tmp_path / "none.json").status == 1
    file = tmp_path / "right.json"
    file.write_text('{"last_name": "Dell\'Orto"}', encoding="utf-8")
    assert run(*correct, "--fields", file).status == 0
    monkeypatch.setattr("sys.stdin", io.StringIO('{"birth_date": "ieri"}'))
    refused = run(*correct, "--fields", "-")
    assert (refused.status, "birth_date" in refused.err, "ieri" in refused.err) == (1, True, False)
    declined = run(*correct, "--decline", "birth_date, sex")
    assert declined.status == 0


def test_who_was_registered_before_the_index_is_found_once_it_is_made(
    installation: Installation, run: Run
) -> None:
    with psycopg.connect(installation.url) as connection:
        connection.execute("DELETE FROM claims WHERE scope = 'likeness'")
    verified = json.loads(run("verify", "--log-only", "--json").out)
    assert [d["part"] for d in verified["differences"]] == ["persons"]
    assert json.loads(run("person", "index", "--json").out) == {"persons": 1, "changed": 1}
    assert json.loads(run("person", "index", "--json").out) == {"persons": 1, "changed": 0}
    assert run("verify", "--log-only").status == 0
