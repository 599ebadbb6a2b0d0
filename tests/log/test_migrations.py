"""Migrations: in order, once, by one process at a time, and never changed afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from domain.log.migrations import CASE_LOG, MigrationError, Migrations, current, migrate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (id int);\n")
    (tmp_path / "0002_two.sql").write_text("CREATE TABLE two (id int);\nSELECT '%s';\n")
    return tmp_path


def test_the_log_s_schema_is_created_once(empty_database_url: str) -> None:
    assert current(empty_database_url) == 0
    assert migrate(empty_database_url) == [m.name for m in CASE_LOG.known]
    assert migrate(empty_database_url) == []
    assert current(empty_database_url) == CASE_LOG.latest == len(CASE_LOG.known)


def test_many_processes_may_migrate_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [empty_database_url] * 4))
    assert sorted(map(len, applied)) == [0, 0, 0, len(CASE_LOG.known)]


def test_only_what_is_new_is_applied(empty_database_url: str, folder: Path) -> None:
    assert Migrations(folder).migrate(empty_database_url) == ["one", "two"]
    (folder / "0003_three.sql").write_text("ALTER TABLE two ADD COLUMN name text")
    assert Migrations(folder).migrate(empty_database_url) == ["three"]


def test_two_folders_keep_their_own_count(empty_database_url: str, folder: Path) -> None:
    migrate(empty_database_url)
    views = Migrations(folder, "view_migrations")
    assert views.migrate(empty_database_url) == ["one", "two"]
    assert views.current(empty_database_url) == 2
    assert current(empty_database_url) == CASE_LOG.latest


def test_a_failing_migration_leaves_nothing_and_can_be_mended(
    empty_database_url: str, folder: Path
) -> None:
    broken = folder / "0003_three.sql"
    broken.write_text("CREATE TABLE three (id int); SELECT 1/0;")
    with pytest.raises(psycopg.DataError):
        Migrations(folder).migrate(empty_database_url)
    assert Migrations(folder).current(empty_database_url) == 2
    broken.write_text("CREATE TABLE three (id int)")
    assert Migrations(folder).migrate(empty_database_url) == ["three"]


def test_a_past_migration_that_changed_is_refused(empty_database_url: str, folder: Path) -> None:
    Migrations(folder).migrate(empty_database_url)
    (folder / "0001_one.sql").write_text("CREATE TABLE one (id bigint);\n")
    (folder / "0003_three.sql").write_text("CREATE TABLE three (id int)")
    with pytest.raises(MigrationError, match="0001 one"):
        Migrations(folder).migrate(empty_database_url)
    assert Migrations(folder).current(empty_database_url) == 2


def test_line_ends_of_a_checkout_are_no_change(empty_database_url: str, folder: Path) -> None:
    Migrations(folder).migrate(empty_database_url)
    one = folder / "0001_one.sql"
    one.write_bytes(one.read_bytes().replace(b"\n", b"\r\n"))
    assert Migrations(folder).migrate(empty_database_url) == []


def test_an_older_program_refuses_a_newer_database(empty_database_url: str, folder: Path) -> None:
    Migrations(folder).migrate(empty_database_url)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(MigrationError, match="0002 two"):
        Migrations(folder).migrate(empty_database_url)


@pytest.mark.parametrize("name", ["0004_gap.sql", "three.sql", "0002_twice.sql"])
def test_files_are_numbered_without_holes(folder: Path, name: str) -> None:
    (folder / name).write_text("SELECT 1")
    with pytest.raises(ValueError, match="expected a name like"):
        Migrations(folder)
