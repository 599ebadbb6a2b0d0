"""PM4Py, in an environment of its own, reads what we export and agrees with our verdicts.

PM4Py is AGPL: it is nowhere among our dependencies. It is installed for this proof and thrown away.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import Columns
from tests.exchange.conftest import Installation, Run
from tests.exchange.logs import TERRITORY, checking, timeless, xes
from tests.patterns.patterns import patterns

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("pm4py_script.py")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has PM4Py."""
    folder = tmp_path_factory.mktemp("pm4py")
    venv.create(folder, with_pip=True)
    found = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    installed = subprocess.run(
        [found, "-m", "pip", "install", "--quiet", "pm4py"], capture_output=True, text=True
    )
    if installed.returncode:
        pytest.fail(f"PM4Py cannot be installed here:\n{installed.stderr[-2000:]}")
    return found


def ask(python: Path, *arguments: object) -> Any:
    done = subprocess.run([python, SCRIPT, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_it_reads_our_exports(
    python: Path, installation: Installation, run: Run, tmp_path: Path
) -> None:
    run("export", "xes", "-o", tmp_path / "log.xes")
    run("export", "ocel", "-o", tmp_path / "log.json")
    said = ask(python, "read", tmp_path / "log.xes", tmp_path / "log.json")
    every = Columns(transitions=frozenset({"complete", "schedule", "start", "assign", "withdraw"}))
    ours = list(read_log(tmp_path / "log.xes", every, TERRITORY.timezone))
    assert said["cases"] == sorted(trace.case for trace in ours)
    assert said["events"] == said["ocel_events"] == sum(len(trace.events) for trace in ours)
    assert said["activities"] == sorted({e.activity for t in ours for e in t.events})
    assert said["ocel_cases"] == 3
    assert set(said["ocel_types"]) == {"actor", "case", "person", "task"}


Transition = tuple[str | None, str, str]


# The same protocols as Petri nets, drawn by hand. A label is `step` or `step.outcome`.
def _net(*transitions: Transition) -> dict[str, Any]:
    places = {p for _, before, after in transitions for p in (before + " " + after).split()}
    return {
        "places": sorted(places),
        "start": "start",
        "end": "end",
        "transitions": [
            {"label": label, "from": before.split(), "to": after.split()}
            for label, before, after in transitions
        ],
    }


def _rounds() -> list[Transition]:
    """Pattern 21: back twice at most, so each round has places of its own."""
    found: list[Transition] = []
    for n in range(3):
        found.append(("assess", "start" if n == 0 else f"again{n}", f"met{n}"))
        found.append(("meet.admit", f"met{n}", "end"))
        if n < 2:
            found.append(("meet.integrate", f"met{n}", f"again{n + 1}"))
    return found


def _cycles() -> list[Transition]:
    """Pattern 10: each of its two ways back twice at most; `ij` counts them."""
    found: list[Transition] = []
    for i in range(3):
        for j in range(3):
            ij = f"{i}{j}"
            found.append(("collect", "start" if ij == "00" else f"c{ij}", f"d{ij}"))
            found.append(("draft", f"d{ij}", f"r{ij}"))
            found.append(("review.fine", f"r{ij}", f"s{ij}"))
            found.append(("sign.signed", f"s{ij}", "end"))
            if i < 2:
                found.append(("review.incomplete", f"r{ij}", f"c{i + 1}{j}"))
            if j < 2:
                found.append(("sign.changed", f"s{ij}", f"d{i}{j + 1}"))
    return found


NETS: dict[str, list[Transition]] = {
    "03_synchronisation": [
        (None, "start", "v l"),
        ("visit", "v", "visited"),
        ("letter", "l", "sent"),
        ("meet", "visited sent", "end"),
    ],
    "05_simple_merge": [
        ("triage.simple", "start", "a"),
        ("triage.complex", "start", "t"),
        ("advise", "a", "r"),
        ("team", "t", "r"),
        ("report", "r", "end"),
    ],
    "10_arbitrary_cycles": _cycles(),
    "21_structured_loop": _rounds(),
}


def _runs(net: list[Transition], draw: random.Random) -> list[list[str]]:
    """Runs of the net, and the same with something left out, done twice, moved, or unheard of."""
    labels = [label for label, _, _ in net if label] + ["unheard"]
    found = []
    for number in range(60):
        marking, done = ["start"], []
        while marking != ["end"]:
            able = [t for t in net if all(place in marking for place in t[1].split())]
            label, before, after = draw.choice(able)
            for place in before.split():
                marking.remove(place)
            marking += after.split()
            done += [label] if label else []
        for _ in range(number % 4):
            place = draw.randrange(len(done))
            what = draw.randrange(4)
            if what == 0 and len(done) > 1:
                del done[place]
            elif what == 1:
                done.insert(place, done[place])
            elif what == 2:
                done.insert(draw.randrange(len(done)), done.pop(place))
            else:
                done.insert(place, draw.choice(labels))
        found.append(done)
    return found


@pytest.mark.parametrize("name", NETS)
def test_its_alignments_and_ours_give_the_same_fitness(
    python: Path, tmp_path: Path, name: str
) -> None:
    pattern = next(p for p in patterns() if p.name == name)
    runs = {f"c{n}": run for n, run in enumerate(_runs(NETS[name], random.Random(name)))}
    (tmp_path / "log.xes").write_bytes(xes(runs))
    (tmp_path / "net.json").write_text(json.dumps(_net(*NETS[name])))
    theirs = ask(python, "judge", tmp_path / "net.json", tmp_path / "log.xes")
    check = checking(pattern.plan)
    ours = {case: check.trace(timeless(*run)) for case, run in runs.items()}
    assert all(found.exact for found in ours.values())
    assert {case: round(found.fitness, 6) for case, found in ours.items()} == {
        case: round(found["fitness"], 6) for case, found in theirs.items()
    }
    assert {case for case, found in ours.items() if found.conforms} == {
        case for case, found in theirs.items() if found["cost"] == 0
    }
    assert 15 <= sum(found.conforms for found in ours.values()) < 60
