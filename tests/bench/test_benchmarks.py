"""That the measurements run and say what they must. How fast is `make bench`'s business alone."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from bench.__main__ import BENCHMARKS, main, measure
from bench.generated import fill
from bench.path import PACK, service_on
from bench.report import Row, show
from protocols.registry import Registry

GOALS = {
    "commands": 4, "engine": 2, "projections": 1, "verify": 2, "migration": 1, "simulation": 2,
    "checker": 3, "reads": 2, "timetravel": 3, "conformance": 7, "pages": 4,
}  # fmt: skip
# Rivals' servers and long preparations; one is enough to know that a change broke none.
LONG = tuple(name for name in BENCHMARKS if name != "engine")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in BENCHMARKS],
)
def test_a_benchmark_measures_ours_and_its_rivals_and_judges_the_goals(name: str) -> None:
    rows = measure(name, quick=True)
    for row in rows:
        assert row.value > 0 or "not installed" in row.name
        assert row.ratio is None or row.against
    assert sum(row.met is not None for row in rows) >= GOALS[name]


def test_the_generated_log_is_one_that_the_application_could_have_written(
    empty_database_url: str,
) -> None:
    events = fill(empty_database_url, 2_000)
    with psycopg.connect(empty_database_url) as connection:
        cases = connection.execute(
            "SELECT originator_id, max(originator_version) FROM stored_events"
            " WHERE originator_id IN (SELECT originator_id FROM commands) GROUP BY 1"
        ).fetchall()
        answered = connection.execute("SELECT max(last_position) FROM commands").fetchone()
    assert answered == (events,)
    service = service_on(empty_database_url, threads=1)
    try:
        for case, version in cases[:50]:
            state = service.state(case)
            assert state.version == version
            assert state.open
            assert service.plan(state).digest == Registry.load(PACK).get("mini", "1.0.0").digest
    finally:
        service.close()


def test_a_goal_is_judged_on_the_ratio() -> None:
    ours, theirs = Row("ours", 60.0, "x/s"), Row("theirs", 100.0, "x/s")
    assert ours.compared(theirs, 0.5).met is True
    assert ours.compared(theirs, 0.7).met is False
    assert ours.compared(theirs, 0.7, ratio=0.8).met is True
    assert ours.reaching(100).met is False
    assert theirs.compared(ours).met is None


def test_the_table_shows_each_figure_beside_its_goal() -> None:
    console = Console(width=200, record=True)
    row = Row("ours", 1234.0, "x/s", detail={"p99 ms": 7.5})
    show(console, "Comandi", [row.compared(Row("theirs", 617.0, "x/s"), 0.5)])
    text = console.export_text()
    for shown in ("ours", "1,234 x/s", "7.50", "theirs", "2.00", ">= 0.5 x sì · met"):
        assert shown in text


@pytest.mark.slow
def test_the_figures_can_be_had_for_a_machine(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    assert main(["--quick", "--only", "projections", "--json", str(file)]) == 0
    figures = json.loads(file.read_text())
    assert {row["unit"] for row in figures["projections"]} == {"events/s"}
