"""As whom Postgres runs, and what stands in its way."""

from __future__ import annotations

import os
import pwd

import psycopg

from api.stack.account import current_user, postgres_account
from api.stack.child import Child
from api.stack.postgres import EmbeddedPostgres


def test_an_ordinary_user_keeps_its_own_name_and_root_gives_its_away(tmp_path):
    account = postgres_account(tmp_path)
    assert account.uid != 0
    assert account.switch == (os.geteuid() == 0)
    if not account.switch:
        assert account.name == current_user()


def test_a_folder_only_we_may_enter_holds_a_postgres_all_the_same(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(
        closed / "postgres", closed / "log", closed / "s", options={"fsync": "off"}
    )
    server.prepare()
    child = Child.start(server.command())
    try:
        server.wait_ready(child)
        server.ensure_database()
        with psycopg.connect(server.database_url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("cantiere",)
    finally:
        child.stop()
        server.clean()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_existing_data_stay_with_the_user_that_owns_them(tmp_path):
    if os.geteuid() == 0:
        daemon = pwd.getpwnam("daemon")
        os.chown(tmp_path, daemon.pw_uid, daemon.pw_gid)
        assert postgres_account(tmp_path).name == "daemon"
    else:
        assert postgres_account(tmp_path).name == current_user()
