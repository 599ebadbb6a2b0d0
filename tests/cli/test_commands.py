from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from api.http.tokens import Issuer
from projections.composition import read_models_of
from projections.rebuild import rebuild_models
from tests.cli.conftest import Installation, Run


def test_a_token_is_one_that_the_api_accepts(installation: Installation, run: Run) -> None:
    said = run("token", "mr-melzo-1")
    assert said.status == 0
    assert Issuer.of(installation.home).person(said.out.strip()) == "mr-melzo-1"


def test_an_unknown_person_is_told_the_nearest(installation: Installation, run: Run) -> None:
    said = run("token", "mr-melz-1")
    assert (said.status, said.out) == (1, "")
    assert "mr-melzo-1" in said.err


def test_the_clock_tells_the_installations_time(installation: Installation, run: Run) -> None:
    clock = installation.service.clock
    clock.advance_to(clock.now() + timedelta(days=400))  # type: ignore[attr-defined]
    said = run("clock", "now", "--json")
    assert json.loads(said.out)["now"][:10] == clock.now().date().isoformat()
    assert run("clock").status == 0


@pytest.mark.parametrize("arguments", [(), ("40x",), ("40d", "--to", "2099-01-01"), ("--to", "x")])
def test_a_clock_wrongly_moved_is_told_how(
    installation: Installation, run: Run, arguments: tuple[str, ...]
) -> None:
    said = run("clock", "advance", *arguments)
    assert said.status == 1
    assert "40d" in said.err


def test_a_real_installations_clock_does_not_move(installation: Installation, run: Run) -> None:
    installation.tamper("UPDATE installation SET kind = 'real'")
    said = run("clock", "advance", "40d")
    assert said.status == 1
    assert "formazione" in said.err


def test_cases_are_listed_and_shown_without_anything_personal(
    installation: Installation, run: Run
) -> None:
    recorder = installation.service.recorder
    rebuild_models(installation.url, recorder, read_models_of(recorder))
    listed = json.loads(run("case", "list", "--json").out)
    assert [row["id"] for row in listed] == [str(installation.case)]
    for arguments in (
        ("case", "list"),
        ("case", "show", installation.case),
        ("case", "show", str(installation.case)[:8]),
        ("replay", installation.case),
        ("replay", installation.case, "--json"),
    ):
        said = run(*arguments)
        assert said.status == 0, said.err
        assert str(installation.case) in said.out
        assert "Nomesegreto" not in said.out
    assert run("case", "list", "--state", "shut").status == 1
    assert "Nessun caso" in run("case", "list", "--district", "3").out


def test_a_case_that_does_not_exist_is_one_sentence(installation: Installation, run: Run) -> None:
    for number in ("zzzz", "00000000-0000-0000-0000-000000000000"):
        said = run("replay", number)
        assert said.status == 1
        assert "Traceback" not in said.err


def test_without_an_installation_one_is_told_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path / "none"))
    could_not = {("case", "list"): 1, ("verify",): 4, ("clock",): 1, ("rebuild", "projections"): 1}
    for command, status in could_not.items():
        said = run(*command)
        assert said.status == status
        assert "cantiere up" in said.err


def test_a_postgres_that_is_away_is_one_sentence(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    said = run("case", "list")
    assert said.status == 1
    assert "Postgres" in said.err


def test_read_models_are_rebuilt_by_name(installation: Installation, run: Run) -> None:
    assert "cases: " in run("rebuild", "projections", "cases").out
    said = run("rebuild", "projections", "casess")
    assert said.status == 1
    assert "cases" in said.err


def test_protocols_are_listed_and_shown(run: Run) -> None:
    assert "presa-in-carico 1.0.0" in run("protocol", "list").out
    assert json.loads(run("protocol", "list", "--json").out)[0]["digest"]
    assert "Analisi preliminare" in run("protocol", "show", "presa-in-carico").out
    assert run("protocol", "show", "presa-in-carico/1.0.0", "--text").out.count("\n") > 100
    for name in ("presa-in-caric", "presa-in-carico/7.0.0"):
        assert run("protocol", "show", name).status == 1
