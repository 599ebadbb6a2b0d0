"""Edits of what stands beside the events, by somebody with full write access: each is named."""

from __future__ import annotations

import psycopg

from domain.verify import LogVerified
from tests.verifying.conftest import Log


def _codes(found: LogVerified) -> set[str]:
    return {flaw.code for flaw in found.flaws} | {finding.code for finding in found.findings}


def _place(found: LogVerified, code: str) -> int:
    return next(finding.position for finding in found.findings if finding.code == code)


def _first_command(log: Log, after: int) -> int:
    with psycopg.connect(log.url) as connection:
        row = connection.execute(
            "SELECT min(first_position) FROM commands WHERE first_position > %s", (after,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_commands_claims_and_guards_that_were_altered_are_named(log: Log) -> None:
    changed, gone = _first_command(log, 300), _first_command(log, 600)
    log.tamper(
        "ALTER TABLE commands DISABLE TRIGGER USER",
        f"UPDATE commands SET command_id = gen_random_uuid() WHERE first_position = {changed}",
        f"DELETE FROM commands WHERE first_position = {gone}",
        "DELETE FROM claims WHERE ctid = (SELECT min(ctid) FROM claims WHERE scope LIKE 'open-%')",
        "ALTER TABLE clock DISABLE TRIGGER USER",
        "UPDATE clock SET offset_ = '3 days'",
        "UPDATE tree_tiles SET hashes = set_byte(hashes, 7, 255 - get_byte(hashes, 7))",
        "DROP TRIGGER stored_events_append_only ON stored_events",
    )
    found = log.verify()
    assert _codes(found) == {
        "command_altered", "command_missing", "claim", "clock_moved", "tile_altered", "unguarded",
    }  # fmt: skip
    assert _place(found, "command_altered") == changed
    assert _place(found, "command_missing") == gone


def test_rows_that_the_tables_own_rules_would_not_allow_are_named_and_end_nothing(log: Log) -> None:
    columns = ("state", "topic", "hash", "originator_id", "originator_version", "notification_id")
    log.tamper(
        "ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey",
        *(f"ALTER TABLE stored_events ALTER {name} DROP NOT NULL" for name in columns),
        *(
            f"UPDATE stored_events SET {name} = NULL WHERE notification_id = {100 * number}"
            for number, name in enumerate(columns, start=1)
        ),
        "UPDATE stored_events SET hash = 'short' WHERE notification_id = 700",
        # Read by who asks for the case, and by no one who asks for positions.
        "INSERT INTO stored_events SELECT originator_id, originator_version + 1000, topic, state, "
        "NULL, hash FROM stored_events WHERE notification_id = 800",
        "ALTER TABLE checkpoints ALTER note DROP NOT NULL",
        "UPDATE checkpoints SET note = NULL",
    )
    found = log.verify()
    assert {"unguarded", "placeless", "altered", "gap", "checkpoint_forged"} <= _codes(found)
    assert found.flaws[0].position == 100
    at = {flaw.position for flaw in found.flaws} | {one.position for one in found.findings}
    assert {100, 200, 300, 500, 700} <= at


def test_guards_that_stand_and_refuse_nothing_are_named_one_by_one(log: Log) -> None:
    nothing = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    log.tamper(
        f"CREATE OR REPLACE FUNCTION refuse_change() {nothing}",
        f"CREATE OR REPLACE FUNCTION guard_vault() {nothing}",
        "DROP TRIGGER commands_append_only ON commands",
        "ALTER TABLE vault_keys DROP CONSTRAINT vault_keys_check",
        "ALTER TABLE claims ENABLE ROW LEVEL SECURITY",
        "CREATE RULE never AS ON DELETE TO checkpoints DO INSTEAD NOTHING",
        "DROP TRIGGER stored_events_append_only ON stored_events",
        "CREATE TRIGGER stored_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON stored_events FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION refuse_change()",
        "ALTER TABLE stored_events ALTER notification_id TYPE numeric",
        "DELETE FROM clock",
        "CREATE INDEX harmless ON stored_events (topic)",
    )
    found = log.verify()
    assert _codes(found) == {"unguarded", "clock_moved"}
    named = {f.message.it.split("»")[0][1:] for f in found.findings if f.code == "unguarded"}
    assert named == {
        "refuse_change()", "guard_vault()", "commands", "vault_keys", "claims", "checkpoints",
        "stored_events",
    }  # fmt: skip


def test_a_position_that_no_number_can_follow_ends_nothing(log: Log) -> None:
    log.tamper("UPDATE stored_events SET notification_id = 9223372036854775807 "
               "WHERE notification_id = 400")  # fmt: skip
    assert {"gap", "altered"} <= _codes(log.verify())


def test_a_read_model_that_says_it_is_farther_than_the_log_or_nowhere_is_named(log: Log) -> None:
    log.tamper(
        "UPDATE cases.position SET position = 999999",
        "DELETE FROM hosts.position",
        "ALTER TABLE persons.position ALTER position DROP NOT NULL",
        "UPDATE persons.position SET position = NULL",
    )
    found = log.verify_with_views()
    astray = {one.model for one in found.beside if one.table == "position"}
    assert astray == {"cases", "hosts", "persons"}


def test_an_archive_without_the_hashes_of_what_was_sealed_is_named(log: Log) -> None:
    (log.home / "archive" / "tile" / "0" / "000").write_bytes(b"")
    assert _codes(log.verify()) == {"archive_incomplete"}
