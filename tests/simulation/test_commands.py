"""`cantiere protocol simulate` and `try`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
import typer
from typer.testing import CliRunner

from api.cli import protocol_simulate, protocol_try
from domain.case import commands as c
from domain.installation import initialise
from domain.service import CaseService
from domain.settings import Settings
from protocols.simulation.shares import read_shares
from tests.simulation.shapes import SHIPPED, TERRITORY

MINI = str(Path(__file__).parents[1] / "engine" / "mini.yaml")


@pytest.fixture
def cantiere(monkeypatch):
    """Runs `protocol …` with these lines typed; the answer has `.exit_code` and `.output`."""
    monkeypatch.setenv("COLUMNS", "200")
    group = typer.Typer()
    group.add_typer(protocol_simulate.commands)
    group.add_typer(protocol_try.commands)

    def run(*arguments: str, typed: str = ""):
        from api.cli import speaking

        runner = CliRunner()
        with monkeypatch.context() as patch:
            # The consoles were made for the real terminal.
            patch.setattr(speaking.out, "_file", None)
            return runner.invoke(group, list(arguments), input=typed)

    return run


def test_a_simulation_tells_waits_loads_and_where_it_jams(cantiere):
    result = cantiere("simulate", MINI, "--cases", "60", "--processes", "1")
    assert result.exit_code == 0, result.output
    for words in ("60 casi", "Analisi preliminare", "Referente comunale", "Durata mediana"):
        assert words in result.output


def test_json_holds_everything_and_the_same_seed_says_the_same(cantiere):
    arguments = ("simulate", MINI, "--cases", "40", "--processes", "1", "--json", "--seed", "7")
    first, again = cantiere(*arguments), cantiere(*arguments)
    found = json.loads(first.stdout)
    assert found["cases"] == 40
    assert {"steps", "roles", "jams", "indicators", "late"} <= set(found)
    assert first.stdout == again.stdout


def test_two_versions_are_told_side_by_side_with_charts(cantiere, tmp_path):
    text = Path(MINI).read_text().replace("version: 1.0.0", "version: 2.0.0")
    other = tmp_path / "2.0.0.yaml"
    other.write_text(text.replace("within: 20 working days", "within: 60 working days"))
    result = cantiere(
        "simulate", MINI, str(other), "--cases", "100", "--processes", "1",
        "--charts", str(tmp_path / "charts"),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1.0.0 → 2.0.0" in result.output
    assert "step.triage.median" in result.output
    assert {path.name for path in (tmp_path / "charts").iterdir()} == {
        "waits.svg", "late.svg", "load.svg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("simulate", "nowhere.yaml"), 1, "non c'è"),
        (("simulate", "presa-in-caricho"), 1, "presa-in-carico"),
        (("simulate", MINI, MINI, MINI), 2, "due versioni"),
        (("simulate", MINI, "--cases", "3"), 2, "prove"),
        (("simulate", MINI, "--shares", "nowhere.yaml"), 2, "non esiste"),
        (("try", MINI, "--on", "domani"), 2, "domani"),
        (("try", MINI, "--case", "minor"), 2, "NOME=VALORE"),
        (("try", MINI, "--case", "comune=999"), 2, "999"),
    ],
)
def test_what_is_wrongly_asked_is_told_in_a_sentence(cantiere, arguments, code, words):
    result = cantiere(*arguments)
    assert result.exit_code == code, result.output
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_mistake_in_the_shares_is_told_with_its_line(cantiere, tmp_path):
    path = tmp_path / "shares.yaml"
    path.write_text("steps:\n  triagge: {effort: 2}\n")
    result = cantiere("simulate", MINI, "--cases", "20", "--shares", str(path))
    assert result.exit_code == 1
    assert "shares.yaml:2" in result.output
    assert "«triage»" in result.output


def test_a_case_is_walked_by_hand(cantiere):
    typed = "\n".join(
        [
            "1", "complex", "need=health", "",  # triage, one answer changed
            "team", "",  # by its key, with suggested answers
            "+3d", "next", "undo", "data",
            "e", "death", "history", "q",
        ]
    )  # fmt: skip
    result = cantiere("try", MINI, typed=typed + "\n")
    assert result.exit_code == 0, result.output
    for words in ("StepCompleted triage complex", "StepOpened assess#", '"need": "health"',
                  "CaseEnded deceased", "Non è stato scritto nulla"):  # fmt: skip
        assert words in result.output
    assert "Traceback" not in result.output


def test_what_is_not_understood_is_told_and_the_walk_goes_on(cantiere):
    typed = "boh\n99\n+3lustri\n1\nnowhere\n1\nsimple\nneed=x\n\ne\nhost_withdrawal\nundo\n?\n"
    result = cantiere("try", MINI, typed=typed)
    assert result.exit_code == 0, result.output
    for words in ("«boh»", "+20d", "non è tra questi", "need", "non c'è nulla da annullare",
                  "Non è stato scritto nulla"):  # fmt: skip
        assert words in result.output


def test_shares_are_taken_from_a_real_log_and_written_to_a_file(
    cantiere, database_url, tmp_path, monkeypatch
):
    initialise(database_url, "training")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path))
    service = CaseService.connect(Settings(database_url, home=tmp_path, training=True))
    day = service.clock.now().date()
    person = TERRITORY.holders("desk_operator", "comune:015142", day)[0][0]
    held = TERRITORY.memberships(person, day)
    actor = c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))
    for number in range(6):
        receipt = service.handle(
            c.Referral(
                command_id=uuid4(), actor=actor, case=uuid4(), protocol="presa-in-carico",
                service="cps-melzo", comune="015142", referred_on=day,
                person={"first_name": "Ivo", "last_name": f"Nome{'abcdef'[number]}"},
            )
        )  # fmt: skip
        service.handle(
            c.CompleteTask(
                command_id=uuid4(), actor=actor, case=receipt.case, task="register_referral",
                outcome="complete" if number else "outside_area", data={"needs": ["work"]},
            )
        )  # fmt: skip
    service.close()
    path = tmp_path / "shares.yaml"
    result = cantiere(
        "simulate", "presa-in-carico/1.0.0", "--cases", "20", "--processes", "1",
        "--save-shares", str(path),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = read_shares(path.read_bytes(), path.name, [SHIPPED], TERRITORY)
    assert found.steps["register_referral"].outcomes == {"complete": 5, "outside_area": 1}
    assert found.arrivals.sources == {"PSYCHIATRIC_CENTRE": 6}
    assert "Nome" not in path.read_text()
