"""`cantiere person erase`: asked by one, approved by another."""

from __future__ import annotations

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
