"""What happens to jobs when somebody changes their mind, or something dies."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from api.http.app import create_app
from protocols.language.load import read_protocol
from protocols.simulation.figures import report
from protocols.simulation.running import simulate
from protocols.territory import default_pack
from tests.api.conftest import serving
from tests.jobs.conftest import LONG, MINI, Bench, open_service
from tests.jobs.test_jobs import SHIPPED, SMALL

ROOT = Path(__file__).parents[2]
ENDLESS = {"sources": [SHIPPED], "cases": 50_000, "replications": 1}


def is_ended(job: Any) -> bool:
    return job["ended_at"] is not None


def is_under_way(job: Any) -> bool:
    return bool(job["progress"] > 0)


def cancel(bench: Bench, where: str) -> Any:
    return bench.http.delete(where, headers=bench.headers()).json()


@pytest.mark.slow
def test_one_may_have_only_so_many_jobs_waiting(idle: Bench) -> None:
    asked = [idle.job("check", {"source": SMALL}) for _ in range(3)]
    assert {idle.get(where).json()["state"] for where in asked} == {"waiting"}
    refused = idle.ask("check", {"source": SMALL})
    assert (refused.status_code, refused.json()["type"]) == (
        429,
        "urn:cantiere:problem:too_many_jobs",
    )
    assert int(refused.headers["Retry-After"]) > 0
    early = idle.get(f"{asked[0]}/result")
    assert (early.status_code, early.json()["type"]) == (409, "urn:cantiere:problem:job_not_done")
    for where in asked:
        assert cancel(idle, where)["state"] == "cancelled"
    again = idle.job("check", {"source": SMALL})
    with idle.worker():
        assert idle.done(again)["publishable"] is True
    assert {idle.get(where).json()["state"] for where in asked} == {"cancelled"}


def test_a_running_job_that_is_cancelled_stops_computing(idle: Bench) -> None:
    with idle.worker():
        where = idle.job("simulate", ENDLESS)
        idle.until(where, is_under_way)
        assert multiprocessing.active_children()
        assert cancel(idle, where)["state"] == "cancelled"
        deadline = monotonic() + LONG
        while multiprocessing.active_children():
            assert monotonic() < deadline
        assert idle.get(where).json()["state"] == "cancelled"
        # The worker is free for the next one.
        idle.done(idle.job("check", {"source": SMALL}))


@pytest.mark.slow  # Temporal waits for the heartbeat that does not come
def test_a_killed_worker_leaves_a_job_that_the_next_one_does(idle: Bench) -> None:
    asked = {"sources": [SMALL], "cases": 1500, "seed": 3, "replications": 2}
    with worker_process(idle) as dying:
        where = idle.job("simulate", asked)
        idle.until(where, is_under_way)
        computing = children_of(dying.pid)
        assert computing
        dying.kill()
        dying.wait()
    wait_for_end_of(computing)
    with idle.worker():
        result = idle.done(where)
    plan = read_protocol(MINI, "mini.yaml")
    here = report(simulate(plan, default_pack(), cases=1500, seed=3, replications=2))
    assert result["reports"] == [msgspec.to_builtins(here)]
    with psycopg.connect(idle.settings.database_url) as connection:
        query = "SELECT attempts FROM jobs WHERE id = %s"
        attempts = connection.execute(query, (where.rpartition("/")[2],)).fetchone()
    assert attempts == (2,)


def test_what_is_asked_while_temporal_is_away_is_done_when_it_is_back(idle: Bench) -> None:
    away = replace(idle.settings, temporal_address="127.0.0.1:1")
    app = create_app(away, open_service(idle.settings.database_url))
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        offline = Bench(away, app.state.parts.service, http)
        offline.issuer = app.state.parts.issuer
        accepted = offline.ask("check", {"source": SMALL})
        assert accepted.status_code == 202
        assert accepted.json()["state"] == "waiting"
        assert "Temporal non risponde" in accepted.json()["doing"]["it"]
    with idle.worker():
        assert idle.done(accepted.headers["Location"])["publishable"] is True


def test_what_has_expired_is_removed_when_somebody_asks_again(idle: Bench) -> None:
    with idle.worker():
        where = idle.job("check", {"source": SMALL})
        idle.done(where)
        with psycopg.connect(idle.settings.database_url) as connection:
            connection.execute("UPDATE jobs SET expires_at = now() - interval '1 second'")
        idle.done(idle.job("check", {"source": SMALL}))
        assert idle.get(where).status_code == 404
        with psycopg.connect(idle.settings.database_url) as connection:
            files = connection.execute("SELECT count(DISTINCT job) FROM job_files").fetchone()
            assert files == (1,)


@contextmanager
def worker_process(bench: Bench) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        str(Path(__file__).parent / "worker_process.py"),
        bench.settings.database_url,
        str(bench.settings.temporal_address),
    ]
    worker = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def children_of(process: int) -> list[int]:
    """And theirs."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return children + [grandchild for child in children for grandchild in children_of(child)]


def wait_for_end_of(processes: list[int]) -> None:
    deadline = monotonic() + LONG
    while any(is_alive(process) for process in processes):
        assert monotonic() < deadline, "a computation went on by itself"


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
