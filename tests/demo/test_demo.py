"""The demo as a newcomer runs it: one command, ten stories, everything stopped at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.demo.stories import HOSTS, STORIES

ENDS = {
    "Ivo": ("ended", "employment", 1),
    "Nadia": ("ended", "autonomy", 1),
    "K7": ("ended", "goals_partly_met", 1),
    "Sami": ("ended", "employment", 1),
    "Rosa": ("ended", "autonomy", 2),
    "Dragan": ("ended", "employment", 1),
    "Lucia": ("ended", "employment", 1),
    "Amadou": ("ended", "employment", 1),
    "Piero": ("ended", "deceased", 1),
    "Elena": ("open", None, 1),
}

# The base and the variants that each case follows from its referral on.
VERSIONS = {
    "Ivo": "2.0.0+cps-1.0.0+distretto-5-1.0.0",
    "Nadia": "2.0.0+violence-1.0.0",
    "K7": "2.0.0+sert-noa-1.0.0",
    "Sami": "2.0.0+uompia-1.0.0",
    "Rosa": "2.0.0+sert-noa-1.0.0",
    "Dragan": "2.0.0+distretto-5-1.0.0+housing-emergency-1.0.0",
    "Lucia": "2.0.0",
    "Amadou": "2.0.0",
    "Piero": "2.0.0+distretto-5-1.0.0",
    "Elena": "2.0.0+cps-1.0.0",
}

# Given in the stories' forms; nobody else may ever see them.
PERSONAL = (
    "Terzaghi", "Settimo", "Manca il quadro delle reti", "solo dal centro, in orario",
    "poi la sorella", "Bonfanti",
)  # fmt: skip


class Played:
    """What one run of the demo left: its screen, its summary, and its home."""

    def __init__(self, screen: str, summary: dict[str, Any], home: Path) -> None:
        self.screen = screen
        self.summary = summary
        self.home = home


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "out.json"
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABASE_URL", "TEMPORAL_", "CANTIERE_"))
    }
    finished = subprocess.run(
        [sys.executable, "-m", "api.cli", "demo", "--exit", "--json", str(out),
         "--home", str(folder / "home"), "--port", "0"],
        cwd=Path(__file__).parents[2],
        env={**environment, "COLUMNS": "140"},
        capture_output=True,
        text=True,
        timeout=280,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    return Played(finished.stdout, json.loads(out.read_text()), folder / "home")


def test_every_story_comes_to_its_own_end(played: Played) -> None:
    ends = {
        case["story"]: (case["state"], case["exit_reason"], case["episodes"])
        for case in played.summary["cases"]
    }
    assert ends == ENDS
    assert set(ends) == set(STORIES)


def test_every_story_follows_the_variants_it_belongs_to(played: Played) -> None:
    assert {case["story"]: case["version"] for case in played.summary["cases"]} == VERSIONS


def test_a_referral_of_the_last_day_waits_for_its_service_under_the_version_of_then(
    played: Played,
) -> None:
    waiting = played.summary["waiting"]
    assert waiting["version"] == "2.1.0+cps-1.1.0+distretto-5-1.1.0+servizio-inviante-1.0.0"
    assert waiting["state"] == "open"


def test_the_summary_says_what_ran_and_that_it_is_verified(played: Played) -> None:
    run = played.summary["run"]
    assert run["verified"] is True
    assert run["commands"] > 400
    assert run["events"] > sum(case["event_count"] for case in played.summary["cases"]) + len(HOSTS)
    assert all(case["protocol"] == "presa-in-carico" for case in played.summary["cases"])


def test_the_board_is_on_the_screen(played: Played) -> None:
    for words in ("UOMPIA", "tirocinio di inclusione", "90° perc.", "ritirato", "passo saltato"):
        assert words in played.screen


def test_nothing_personal_reaches_temporal_or_the_logs(played: Played) -> None:
    files = [*(played.home / "temporal").rglob("*"), *(played.home / "log").rglob("*")]
    read = 0
    for file in files:
        if file.is_file():
            content = file.read_bytes()
            read += 1
            for name in PERSONAL:
                for encoded in (name.encode(), name.encode("utf-16-le")):
                    assert encoded not in content, f"{name!r} in {file.name}"
    assert read >= 6
    assert not any(name in str(path) for path in played.home.rglob("*") for name in PERSONAL)


def test_nothing_is_left_running(played: Played) -> None:
    home = str(played.home)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        assert home.encode() not in command
