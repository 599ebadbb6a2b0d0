"""What the command line does with a variant's file and with a composed version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.protocol import commands
from api.cli.protocol_simulate import find_plan
from api.cli.protocol_source import protocol_at
from tests.variants.writing import BASE, line_of, variant

PLAN = "steps: {plan: {title: Piano, after: team, role: municipal_referent}}\n"
PLACE = "steps: {place: {title: Posto, after: team, role: municipal_referent}}\n"
CPS = variant("cps", PLAN)
VIOLENCE = variant(
    "violence", PLACE, applies_to="[{source: ANTI_VIOLENCE_CENTRE}, {violence: true}]"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of loose files: the base and its variants."""
    for name, text in (("base", BASE), ("cps", CPS), ("violence", VIOLENCE)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(commands, ["protocol", *map(str, words)], env={"COLUMNS": "300"})


def test_check_proves_a_variant_and_its_combinations(folder: Path) -> None:
    result = run("check", folder / "cps.yaml")
    assert result.exit_code == 0, result.output
    assert "(1.0.0+cps-1.0.0)" in result.output
    assert "(1.0.0+cps-1.0.0+violence-1.0.0)" in result.output
    alone = run("check", folder / "cps.yaml", "--alone", "--json")
    assert [report["version"] for report in json.loads(alone.output)] == ["1.0.0+cps-1.0.0"]


def test_check_tells_a_conflict_with_the_variant_beside_it(folder: Path) -> None:
    other = variant("zone", PLAN.replace("Piano", "Altro"), applies_to="{minor: true}")
    (folder / "zone.yaml").write_text(other, encoding="utf-8")
    result = run("check", folder / "zone.yaml")
    assert result.exit_code == 1
    assert f"zone.yaml:{line_of(other, 'Altro')}" in result.output
    assert "In conflitto con" in result.output


def test_check_tells_two_files_that_are_the_same_version(folder: Path) -> None:
    (folder / "copy.yaml").write_text(BASE + "# changed\n", encoding="utf-8")
    result = run("check", folder / "base.yaml", folder / "copy.yaml")
    assert result.exit_code == 1
    assert f"copy.yaml:{line_of(BASE, 'version:')}" in result.output
    assert "c'è già" in result.output


def test_check_tells_a_version_that_goes_backwards(folder: Path) -> None:
    text = BASE.replace("version: 1.0.0", "version: 1.1.0").replace("2021-01-01", "2020-01-01")
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    result = run("check", folder / "base.yaml", folder / "new.yaml")
    assert result.exit_code == 1
    assert f"new.yaml:{line_of(text, 'valid_from')}" in result.output
    assert "all'indietro" in result.output


def test_variants_is_a_table_of_differences(folder: Path) -> None:
    result = run("variants", folder / "base.yaml")
    assert result.exit_code == 0, result.output
    for words in ("cps-1.0.0", "violence-1.0.0", "Piano", "Posto", "aggiunto", "o violenza"):
        assert words in result.output
    values: Any = json.loads(run("variants", folder / "base.yaml", "--json").output)
    assert [each["variant"] for each in values["variants"]] == ["cps", "violence"]
    added = values["variants"][0]["difference"]["changes"]
    assert [(change["kind"], change["step"]) for change in added] == [("step_added", "plan")]
    page = run("variants", folder / "base.yaml", "--markdown", "-l", "en").output
    assert "| Piano | added |  |" in page


def test_the_other_commands_take_a_variant_s_file(folder: Path) -> None:
    cps, base = folder / "cps.yaml", folder / "base.yaml"
    assert "Piano" in run("show", cps, "--markdown").output
    assert "passo nuovo: «Piano»" in run("diff", base, cps).output
    assert "<svg" in run("draw", cps, "--svg").output
    for found in (find_plan(str(cps)), protocol_at(str(cps))):
        assert found.protocol.version == "1.0.0+cps-1.0.0"


def test_a_file_without_its_base_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cps.yaml"
    path.write_text(CPS, encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 1
    assert "Il protocollo di base «mini/1.0.0» non c'è" in result.output
