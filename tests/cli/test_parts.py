"""The parts of the command: each is imported only for the words that it answers."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from typer import Typer
from typer.main import get_command

from api.cli.main import PARTS, application

ROOT = Path(__file__).parents[2]


def test_every_part_is_known_by_the_words_that_it_answers() -> None:
    answered = {name: _part(name) for name in PARTS}
    for name, words in PARTS.items():
        # A part may put its commands into the group of another, whose word it then shares.
        others = {w for other, them in answered.items() if other != name for w in them}
        assert answered[name] <= set(words) <= answered[name] | others, name


def test_a_word_that_no_part_answers_is_looked_for_in_all() -> None:
    everything = {word for words in PARTS.values() for word in words}
    assert _words(application()) == _words(application("verifi")) == everything
    assert _words(application("person")) == {"person"}


def test_asking_for_one_part_does_not_import_the_others() -> None:
    said = "import sys; from api.cli.main import application; application('verify'); "
    said += "print([m for m in sys.modules if m in ('fastapi', 'temporalio', 'api.cli.stack')])"
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def _words(whole: Typer) -> set[str]:
    return set(get_command(whole).list_commands(None))  # type: ignore[attr-defined]


def _part(name: str) -> set[str]:
    part: Typer = import_module(name).commands
    if not part.registered_commands and not part.registered_groups:
        return set()
    whole = Typer()
    whole.add_typer(part)
    return _words(whole)
