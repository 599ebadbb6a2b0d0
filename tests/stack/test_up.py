"""`cantiere up` as a person at a terminal, or a service manager, sees it."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.stack.account import postgres_account
from tests.stack.supervising import Supervising, installation, listening, living_in, wait_for


@pytest.fixture(scope="module")
def running() -> Iterator[Supervising]:
    """One stack in use, for what can be seen without disturbing it."""
    with installation() as home:
        stack = Supervising(home)
        stack.wait_running()
        yield stack
        stack.end()


def test_ctrl_c_while_starting_stops_everything(home, supervise):
    stack = supervise(home)
    wait_for(lambda: "avvio Temporal" in stack.said)
    stack.process.send_signal(signal.SIGINT)
    assert stack.wait() == 0
    assert "è in funzione" not in stack.said
    assert living_in(home) == {}


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_stop_leaves_nothing_running_and_a_restart_finds_what_was_written(
    home, supervise, number
):
    stack = supervise(home)
    pids = stack.wait_running()
    assert set(pids) == {"postgres", "temporal", "api", "worker"}
    assert set(pids.values()) <= set(living_in(home))
    first = stack.home.remembered()
    with psycopg.connect(first["environment"]["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    stack.process.send_signal(number)
    assert stack.wait() == 0
    assert living_in(home) == {}
    assert stack.home.remembered()["pids"] == {}
    again = supervise(home)
    again.wait_running()
    with psycopg.connect(first["environment"]["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
    assert again.home.remembered()["ports"]["temporal"] == first["ports"]["temporal"]


@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_orphans_and_loses_nothing(home, supervise):
    stack = supervise(home)
    stack.wait_running()
    url = stack.home.remembered()["environment"]["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    stack.process.kill()
    stack.process.wait()
    # at once, while the old servers are still ending
    again = supervise(home)
    again.wait_running()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
    again.process.kill()
    wait_for(lambda: living_in(home) == {})


def test_a_second_up_on_the_same_home_is_told_who_holds_it(running, supervise):
    second = supervise(running.home.path)
    assert second.wait() == 1
    assert f"pid {running.process.pid}" in second.said
    assert "--home" in second.said
    assert running.process.poll() is None


def test_a_port_in_use_is_named_with_the_remedy(home, supervise):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = supervise(home, port)
        assert stack.wait() == 1
    assert f"la porta {port} è già usata" in stack.said
    assert "--port" in stack.said
    assert living_in(home) == {}


def test_the_api_listens_where_it_was_told(home, supervise):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    stack = supervise(home, port)
    pids = stack.wait_running()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
        assert int(answer.read()) == pids["api"]


def test_a_home_below_a_file_is_refused_in_one_sentence(home, supervise):
    home.parent.joinpath("file").write_text("not a folder")
    stack = supervise(home.parent / "file" / "home")
    assert stack.wait() == 1
    assert "non può essere una cartella" in stack.said
    assert "Traceback" not in stack.said


@pytest.mark.slow
def test_a_home_with_a_long_path_works_and_cleans_up_its_sockets(home, supervise):
    deep = home / ("molto-" * 15) / ("lungo-" * 15)
    stack = supervise(deep)
    stack.wait_running()
    sockets = Path(stack.home.remembered()["temporary_sockets"])
    assert sockets.stat().st_mode & 0o077 == 0
    stack.end()
    assert not sockets.exists()


def test_the_url_of_the_database_and_the_logs_are_for_the_owner_only(running):
    assert (running.home.run / "stack.json").stat().st_mode & 0o077 == 0
    assert running.home.log.stat().st_mode & 0o077 == 0
    assert (running.home.run / "postgres").stat().st_mode & 0o077 == 0


def test_nothing_listens_beyond_this_machine(running):
    pids = {*running.home.remembered()["pids"].values(), running.process.pid}
    assert {address for address in listening(pids) if address != "127.0.0.1"} == set()


def test_a_child_that_dies_is_said_and_started_again(home, supervise):
    stack = supervise(home)
    pids = stack.wait_running()
    for name in ("worker", "api", "temporal", "postgres"):
        os.kill(pids[name], signal.SIGKILL)
        wait_for(lambda n=name: stack.home.remembered()["pids"].get(n, pids[n]) != pids[n])
        assert f"{name}: terminato dal segnale SIGKILL; riavvio (1/5)" in stack.said


def test_an_ordinary_user_can_run_it(home, supervise):
    nobody = pwd.getpwnam("nobody")
    ours = os.geteuid() == 0
    stack = supervise(_home_of(nobody, home), prefix=_as(nobody)) if ours else supervise(home)
    pids = stack.wait_running()
    user = nobody.pw_uid if ours else os.geteuid()
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in pids.values()} == {user}
    stack.end()
    assert stack.process.returncode == 0


def _home_of(user, home):
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    return home


def _as(user):
    """Run as this user; the interpreter itself may lie where only root may walk."""
    walking = postgres_account(Path(sys.executable)).capability
    names = {None: [], 1: ["+dac_override"], 2: ["+dac_read_search"]}[walking]
    capabilities = [f"--{kind}={name}" for name in names for kind in ("inh-caps", "ambient-caps")]
    return [
        *("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *capabilities,
    ]
