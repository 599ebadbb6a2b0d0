"""What the documentation shows is true: commands exist, protocols load, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from api.cli.main import application
from protocols.language.document import Due, Outcome
from protocols.language.library import Library, Source
from protocols.language.load import read_protocol, resolve

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```", re.M | re.S)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def blocks(language: str) -> list[tuple[str, str, str]]:
    return [
        (page.name, mark, text)
        for page in PAGES
        for found, mark, text in _BLOCK.findall(page.read_text())
        if found == language
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_command_shown_exists() -> None:
    shown = [
        line[2:]
        for _, _, text in blocks("console")
        for line in text.splitlines()
        if line[:2] == "$ "
    ]
    assert len(shown) > 15
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    for line in shown:
        program, *words = shlex.split(line)
        if program == "make":
            assert not words or words[0] in targets, line
            continue
        assert program == "cantiere", line
        _check_command(line, words)


def _check_command(line: str, words: list[str]) -> None:
    command = get_command(application())
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, line
        command = command.commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word.split("=")[0] in options, line


def test_whole_protocols_shown_load_and_their_variants_with_them() -> None:
    whole = [text for _, mark, text in blocks("yaml") if mark == "protocol"]
    variants = [text for _, mark, text in blocks("yaml") if mark == "variant"]
    assert whole
    assert variants
    library = Library(Source(text, "docs") for text in (*whole, *variants))
    for text in (*whole, *variants):
        assert read_protocol(text, "docs", library).steps
    shown = [source for source in library.sources() if source.variant]
    for base in {(source.protocol, source.head.of) for source in shown if source.head}:
        labels = [source.label for source in shown if source.protocol == base[0]]
        assert resolve(library, base[0], "+".join((base[1], *labels))).plan.steps


@pytest.mark.slow
def test_the_page_of_variants_is_what_the_command_writes(tmp_path: Path) -> None:
    written = tmp_path / "variants.md"
    words = ["protocol", "variants", "presa-in-carico", "--markdown", "-o", str(written)]
    assert CliRunner().invoke(application(), words).exit_code == 0
    shown = (ROOT / "docs/variants.md").read_text()
    assert shown == written.read_text(), "write it again with the command in docs/designer.md"


def test_fragments_shown_are_of_the_language() -> None:
    for page, mark, text in blocks("yaml"):
        if mark:
            continue
        data = yaml.safe_load(text)
        if "due" in data:
            Due.model_validate(data["due"])
        elif "outcomes" in data:
            for outcome in data["outcomes"].values():
                Outcome.model_validate(outcome or {})
        else:
            assert "events" in data, (page, text)
