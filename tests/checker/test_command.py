"""`cantiere protocol check` and `schema` at a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from api.cli.protocol_check import commands

HERE = Path(__file__).parent
BROKEN = str(HERE / "broken" / "dead_both_outcomes.yaml")
WARNED = str(HERE / "broken" / "reminder_too_early.yaml")
SOUND = str(HERE / "sound" / "smallest.yaml")
run = CliRunner().invoke


def test_a_sound_file_is_0_and_a_warning_too() -> None:
    assert run(commands, ["check", SOUND]).exit_code == 0
    assert run(commands, ["check", WARNED]).exit_code == 0


def test_an_error_is_1_with_line_rule_and_both_languages() -> None:
    result = run(commands, ["check", SOUND, BROKEN])
    assert result.exit_code == 1
    assert "dead-step" in result.output
    assert f"{BROKEN}:11" in result.output
    assert "non può mai aprirsi" in result.output
    assert "can never open" in result.output


def test_json_is_for_programs() -> None:
    result = run(commands, ["check", "--json", BROKEN])
    (report,) = json.loads(result.output)
    assert result.exit_code == 1
    assert report["findings"][0]["rule"] == "dead-step"
    assert report["findings"][0]["history"]


def test_sarif_is_for_editors() -> None:
    result = run(commands, ["check", "--sarif", BROKEN])
    assert json.loads(result.output)["version"] == "2.1.0"


def test_a_missing_file_and_one_of_ten_megabytes_are_told(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * 10_000_000)
    result = run(commands, ["check", str(tmp_path / "none.yaml"), str(large)])
    assert result.exit_code == 1
    assert result.output.count("language") == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_schema_is_printed() -> None:
    result = run(commands, ["schema"])
    assert json.loads(result.output)["title"] == "Cantiere protocol"
