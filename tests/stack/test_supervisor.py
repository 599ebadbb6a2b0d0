"""The stack as a library, with stand-in roles: faults, restarts, giving up."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest
from temporalio.client import Client

from api.stack.failure import StackError
from api.stack.stack import Stack
from api.stack.temporal import server_version
from tests.stack.standin import ROLES, parts
from tests.stack.supervising import installation, wait_for


@pytest.fixture(scope="module")
def stack():
    with installation() as home, Stack(home, roles=ROLES, parts=parts(), environment={}) as stack:
        yield stack


def test_the_servers_are_those_we_promise(stack):
    with psycopg.connect(stack.settings.database_url) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("fsync", "synchronous_commit", "server_encoding", "timezone")
        }
        assert connection.info.server_version >= 180000
        owner = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert owner.fetchone() == (False,)
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "server_encoding": "UTF8",
        "timezone": "UTC",
    }
    assert server_version(stack.settings.temporal_address, "default")


@pytest.mark.parametrize("name", ["worker", "api", "temporal", "postgres"])
def test_a_killed_child_comes_back_at_the_same_address(stack, name):
    before, addresses = stack.pid(name), stack.addresses
    stack.kill(name)
    stack.wait_ready(name)
    assert stack.pid(name) != before
    assert stack.addresses == addresses
    with psycopg.connect(stack.settings.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server_version(stack.settings.temporal_address, "default")


def test_a_halted_child_stays_down_until_it_is_resumed(stack):
    stack.halt("temporal")
    with pytest.raises(RuntimeError):
        asyncio.run(Client.connect(stack.settings.temporal_address))
    stack.resume("temporal")
    assert server_version(stack.settings.temporal_address, "default")


def test_a_restart_from_a_thread_that_ends_does_not_take_the_child_along(stack):
    thread = threading.Thread(target=stack.restart, args=["worker"])
    thread.start()
    thread.join()
    pid = stack.pid("worker")
    stack.restart("api")
    assert stack.pid("worker") == pid


def test_a_child_that_keeps_dying_ends_the_stack_with_its_last_words(home):
    heard: list[str] = []
    stack = Stack(
        home,
        roles=("api", "broken"),
        parts=parts(),
        environment={},
        say=lambda message: heard.append(message.it),
    )
    try:
        stack.start()
    except StackError as error:
        failure = error
    else:
        wait_for(lambda: stack.failure)
        failure = stack.failure
    stack.stop()
    assert "broken: uscito con codice 3; riavvio (5/5)…" in heard
    assert str(home / "log" / "broken.log") in failure.message.it
    assert "the stand-in was told to break" in failure.message.it


def test_servers_named_by_the_environment_are_used_and_not_started(stack, home):
    environment = {
        "DATABASE_URL": stack.settings.database_url,
        "TEMPORAL_ADDRESS": stack.settings.temporal_address,
    }
    with Stack(home, roles=ROLES, parts=parts(), environment=environment) as other:
        assert other.settings.database_url == stack.settings.database_url
        assert other.settings.temporal_address == stack.settings.temporal_address
        assert set(other.home.remembered()["pids"]) == set(ROLES)
    assert server_version(stack.settings.temporal_address, "default")


def test_data_of_another_postgres_are_refused_untouched(home):
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(StackError, match="Postgres 12"):
        Stack(home, parts=parts(), environment={}).start()
    assert [entry.name for entry in (home / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_damaged_database_of_temporal_is_said_and_not_waited_upon(home):
    (home / "temporal").mkdir(parents=True)
    (home / "temporal" / "temporal.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StackError, match="Temporal non si è avviato"):
        Stack(home, roles=ROLES, parts=parts(), environment={}).start()
