"""`cantiere person erase`: asked by one, approved by another."""

from __future__ import annotations

import json
from uuid import UUID

import psycopg

from tests.cli.conftest import Installation, Run, holder


def test_an_open_case_keeps_its_persons_data(installation: Installation, run: Run) -> None:
    person = installation.service.state(installation.case).attributes["person"]
    asks = holder("coordinator", "joint_office").id
    refused = run(
        "person", "erase", person, "--as", asks, "--ground", "unlawful", "--why", "Senza titolo."
    )
    assert (refused.status, "caso aperto" in refused.err) == (1, True)
    nobody = run("person", "erase", person, "--as", "nessuno")
    assert (nobody.status, "nessuno" in nobody.err) == (1, True)


def test_a_hold_is_placed_once(installation: Installation, run: Run) -> None:
    person = installation.service.state(installation.case).attributes["person"]
    decides = holder("management", "management").id
    hold = ("person", "hold", person, "--as", decides, "--why", "Causa in corso.")
    assert run(*hold).status == 0
    assert run(*hold).status == 1
    assert run(*hold, "--lift").status == 0
    assert run("verify", "--log-only").status == 0


def test_keys_are_rotated_and_what_is_lost_is_found(installation: Installation, run: Run) -> None:
    person = UUID(installation.service.state(installation.case).attributes["person"])
    assert run("vault", "rotate").status == 0
    assert run("verify", "--log-only").status == 0
    with psycopg.connect(installation.url) as connection:
        connection.execute("DELETE FROM vault_keys")
    found = json.loads(run("verify", "--log-only", "--json").out)
    assert [(d["part"], d["where"]) for d in found["differences"]] == [("vault", str(person))]
