"""A whole installation in use, all of whose traces lie in one folder."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.cli.main import main
from api.stack.stack import Stack
from tests.canary.marks import Files
from tests.canary.places import (
    found_in_dump,
    found_in_processes,
    found_in_tables,
    settle_files,
)
from tests.canary.playing import Played, Town


class Traces:
    """A running stack, what was played on it, and where to look for what that left behind.

    `folder` holds the installation, its temporary files and everything that was made of it.
    """

    def __init__(self, folder: Path, stack: Stack, town: Town) -> None:
        self.folder = folder
        self.stack = stack
        self.town = town
        self.played: list[Played] = []
        self.made = folder / "made"
        self.made.mkdir()
        self.running: list[str] = []
        self.files = Files(folder)

    @property
    def url(self) -> str:
        return self.stack.settings.database_url

    def play(self, first: int, last: int) -> None:
        self.played += [self.town.play(number) for number in range(first, last)]
        self.look_at_processes()

    def cantiere(self, *arguments: object, ok: tuple[int, ...] = (0,)) -> None:
        """Run the command; what it says is kept where everything is searched. `ok`: how it may
        end."""
        said, complained = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sys, "argv", ["cantiere", *map(str, arguments)])
            patched.setattr(sys, "stdout", said)
            patched.setattr(sys, "stderr", complained)
            with pytest.raises(SystemExit) as left:
                main()
        name = f"{len(list(self.made.iterdir()))}-{arguments[0]}"
        (self.made / f"{name}.out").write_text(said.getvalue())
        (self.made / f"{name}.err").write_text(complained.getvalue())
        assert (left.value.code or 0) in ok, said.getvalue()[-3000:] + complained.getvalue()[-3000:]

    def keep(self, name: str, answer: httpx.Response) -> None:
        (self.made / name).write_bytes(answer.content)

    def look_at_processes(self) -> None:
        leaders = [self.stack.pid(name) for name in ("postgres", "temporal", *self.stack.roles)]
        self.running += found_in_processes(leaders)

    def found(self) -> list[str]:
        """Every place in which something planted stands in the clear."""
        settle_files(self.url)
        self.look_at_processes()
        dump = ["pg_dump"] if found_in_dump(self.url) else []
        return [*found_in_tables(self.url), *dump, *self.files.found(), *self.running]


@contextmanager
def installation(folder: Path) -> Iterator[Traces]:
    temporary = folder / "tmp"
    temporary.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patched:
        for name in [n for n in os.environ if n.startswith(("DATABASE_URL", "TEMPORAL_"))]:
            patched.delenv(name)
        patched.setenv("TMPDIR", str(temporary))
        patched.setattr(tempfile, "tempdir", None)
        patched.setenv("CANTIERE_HOME", str(folder / "home"))
        with Stack(folder / "home", training=True, environment={}) as stack:
            town = Town(stack)
            try:
                yield Traces(folder, stack, town)
            finally:
                town.close()


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    with installation(tmp_path_factory.mktemp("canary")) as running:
        yield running
