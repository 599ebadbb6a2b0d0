"""The access policies and their reasons, asked at the command line."""

from __future__ import annotations

import io
import json

import pytest

from tests.cli.conftest import MELZO, Installation, Run, holder

WHY = "In pronto soccorso a Vizzolo, non risponde."


def test_policies_are_printed_with_their_words_and_law(run: Run) -> None:
    said = run("access", "policies")
    assert said.status == 0, said.err
    assert "comune-dati-sociali" in said.out
    assert "L. 328/2000" in said.out
    printed = json.loads(run("access", "policies", "--json").out)
    assert all(policy["said"]["it"] for policy in printed["policies"])


def test_policies_of_a_day_are_the_logs(installation: Installation, run: Run) -> None:
    shown = json.loads(run("access", "policies", "--on", "2026-01-01", "--json").out)
    assert shown["digest"] == json.loads(run("access", "policies", "--json").out)["digest"]
    said = run("access", "policies", "--on", "ieri")
    assert said.status == 1
    assert "2026-03-31" in said.err


def test_why_somebody_sees_a_case_is_told_policy_by_policy(
    installation: Installation, run: Run
) -> None:
    desk = holder("desk_operator", f"comune:{MELZO}").id
    said = run("access", "explain", desk, installation.case, "--json")
    assert said.status == 0, said.err
    found = json.loads(said.out)
    assert "comune" in found["relations"]
    assert found["parts"]["data"] == ["fascicolo-a-chi-vi-lavora"]
    (person,) = [field for field in found["fields"] if field["field"] == "person"]
    assert (person["may"], person["by"][0]) == (True, "comune-dati-sociali")
    outsider = run("access", "explain", "board-3", installation.case)
    assert "nessuna" in outsider.out
    assert run("access", "explain", "nobody", installation.case).status == 1


def test_the_glass_is_broken_with_a_reason_that_stands_on_no_command_line(
    installation: Installation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WHY}\n" * 3))
    asked = ("case", "break-glass", installation.case, "--as", "cps-trezzo-1")
    said = run(*asked, "--category", "clinical", "--json")
    assert said.status == 0, said.err
    assert "dpo-1" in json.loads(said.out)["alerted"]
    again = run(*asked, "--category", "clinical")
    assert again.status == 1
    assert "già aperto" in again.err
    refused = run(*asked, "--category", "diagnosis")
    assert refused.status == 1
