"""Publishing at the command line, as a member of staff."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from api.cli.main import main
from domain.installation import initialise
from tests.publishing.conftest import FASTER, MANAGER, TERRITORY, TODAY, TOMORROW, Desk

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    desk: Desk,
    database_url: str,
    pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run `cantiere protocol …` in this process: (status, output, errors)."""
    monkeypatch.setattr("domain.service.load_territory", lambda _: TERRITORY)
    monkeypatch.setattr("domain.service.default_pack", lambda: pack)
    monkeypatch.setattr("api.cli.protocol_published.default_pack", lambda: pack)
    initialise(database_url, "real")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cantiere", "protocol", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def test_from_a_file_to_new_cases(run: Run, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FASTER)
    name = "small/1.1.0"
    designer, manager = ("--as", "design-1"), ("--as", MANAGER.id)
    why = ("--why", "tempi più stretti")
    for command, who, shown in (
        (("draft", file), (*designer, *why), "bozza"),
        (("propose", name), (*designer, *why), "proposta"),
        (("approve", name), (*manager, *why), "approvata"),
        (("publish", name), (*designer, "--from", TODAY), "pubblicata"),
        (("retire", name), (*manager, *why, "--from", TOMORROW), "ritirata"),
    ):
        status, out, err = run(*command, *who)
        assert status == 0, err
        assert shown in out
    assert desk.refer().version == "1.1.0"
    # Where an installation is at hand, its published texts are as good as the pack's.
    assert "small 1.1.0" in run("list")[1]
    assert "Accoglienza" in run("show", name)[1]
    status, out, _ = run("status", name)
    assert status == 0
    for said in ("scritta da design-1", f"approvata da {MANAGER.id} (management)", why[1]):
        assert said in out
    history = json.loads(run("status", name, "--json")[1])
    assert [moment["kind"] for moment in history][-1] == "retired"
    assert "small 1.0.0" in run("status", "small")[1]


def test_what_is_wrong_is_said_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    designer, why = ("--as", "design-1"), ("--why", "prova")
    text = FASTER.replace("after: meet.complex", "after: meet.complexx")
    line = text.splitlines().index("    after: meet.complexx") + 1
    file.write_text(text)
    assert run("draft", file, *designer, *why)[0] == 0
    status, _, err = run("propose", "small/1.1.0", *designer, *why)
    assert status == 1
    assert f"text:{line}:" in err
    assert "complexx" in err
    file.write_text("steps: [\n")
    assert run("draft", file, *designer, *why)[0] == 1
    assert run("draft", tmp_path / "none.yaml", *designer, *why)[0] == 1
    file.write_text(FASTER)
    assert "design-1" in run("draft", file, "--as", "desing-1", *why)[2]
    for wrong in ("small", "small/9.9.9"):
        status, _, err = run("approve", wrong, "--as", MANAGER.id, *why)
        assert (status, err.count("\n") > 0) == (1, True)
    yesterday = TODAY - timedelta(days=1)
    assert run("retire", "small/1.0.0", "--as", MANAGER.id, *why, "--from", yesterday)[0] == 1
