"""What the documentation shows is true: commands exist, protocols load, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from api.cli.main import application
from protocols.language.document import Due, Outcome
from protocols.language.load import read_protocol

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


def test_whole_protocols_shown_load() -> None:
    whole = [text for _, mark, text in blocks("yaml") if mark == "protocol"]
    assert whole
    for text in whole:
        assert read_protocol(text, "docs").steps


def test_fragments_shown_are_of_the_language() -> None:
    for page, mark, text in blocks("yaml"):
        if mark == "protocol":
            continue
        data = yaml.safe_load(text)
        if "due" in data:
            Due.model_validate(data["due"])
        elif "outcomes" in data:
            for outcome in data["outcomes"].values():
                Outcome.model_validate(outcome or {})
        else:
            assert "events" in data, (page, text)
