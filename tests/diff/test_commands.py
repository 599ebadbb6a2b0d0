"""`show`, `draw` and `diff` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from lxml import etree
from typer.testing import CliRunner

from api.cli import protocol_diff, protocol_draw, protocol_show
from domain.refusal import Refused

RUN = CliRunner()
MINI = Path(__file__).parents[1] / "engine" / "mini.yaml"


def command() -> typer.Typer:
    whole = typer.Typer()
    for part in (protocol_show, protocol_draw, protocol_diff):
        whole.add_typer(part.commands)
    return whole


def run(*arguments: str) -> str:
    result = RUN.invoke(command(), list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def edited(tmp_path: Path) -> str:
    path = tmp_path / "mini" / "2.0.0.yaml"
    path.parent.mkdir()
    text = MINI.read_text().replace("due: 20 working", "due: 25 working")
    text = text.replace("within: 20 working", "within: 25 working")
    text = text.replace("  letter:", "  send_letter:").replace("version: 1.0.0", "version: 2.0.0")
    path.write_text(text)
    return str(path)


def test_show_prints_a_page_and_writes_markdown_and_html(tmp_path: Path) -> None:
    assert "Analisi preliminare" in run("show", str(MINI))
    assert run("show", str(MINI), "--markdown").startswith("# Percorso breve")
    assert run("show", str(MINI), "--html", "-l", "en").startswith(
        '<!doctype html>\n<html lang="en"'
    )
    run("show", str(MINI), "--markdown", "-o", str(tmp_path / "page.md"))
    assert (tmp_path / "page.md").read_text().startswith("# Percorso breve")


def test_show_takes_an_id_and_a_version() -> None:
    assert "1.0.0" in run("show", "presa-in-carico", "1.0.0", "--markdown")
    assert run("show", "presa-in-carico@1.0.0", "--text").startswith("# Il protocollo")


def test_draw_writes_bpmn_with_its_losses_apart() -> None:
    result = RUN.invoke(command(), ["draw", str(MINI), "--bpmn"], catch_exceptions=False)
    assert etree.fromstring(result.stdout.encode()).tag.endswith("definitions")
    assert "quorum" in result.stderr


def test_draw_writes_svg() -> None:
    assert etree.fromstring(run("draw", str(MINI)).encode()).tag.endswith("svg")


def test_diff_as_text_json_and_drawing(edited: str) -> None:
    assert "passo rinominato: letter ora è send_letter" in run("diff", str(MINI), edited)
    told = json.loads(run("diff", str(MINI), edited, "--json"))
    assert {c["kind"] for c in told["changes"]} == {"step_renamed", "deadline_loosened"}
    drawn = run("diff", str(MINI), edited, "--svg")
    assert "≠ cambiato" in drawn
    assert "→ rinominato" in drawn


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for source in (str(tmp_path / "none.yaml"), "no-such-protocol"):
        with pytest.raises(Refused) as refused:
            run("show", source)
        assert refused.value.message.it
