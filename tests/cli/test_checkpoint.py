"""`cantiere checkpoint` and `cantiere proof`, as an auditor and a witness use them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psycopg

from tests.cli.conftest import Installation, Run


def test_from_a_sealed_log_to_a_proof_checked_elsewhere(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    assert run("checkpoint", "list").status == 0
    made = json.loads(run("checkpoint", "make", "--json").out)
    events = installation.service.recorder.last_position()
    assert (made["size"], made["new"]) == (events, events)
    again = json.loads(run("checkpoint", "make", "--json").out)
    assert (again["note"], again["new"]) == (made["note"], 0)
    keys = tmp_path / "keys"
    keys.write_text(run("checkpoint", "keys").out)
    proof, event = tmp_path / "evento.tlog-proof", tmp_path / "evento"
    assert run("proof", "make", "2", "-o", str(proof), "--event", str(event)).status == 0
    checked = run("proof", "check", str(proof), "--event", str(event), "--keys", str(keys))
    assert checked.status == 0
    assert "È l'evento 2 di cantiere/" in checked.out
    event.write_bytes(event.read_bytes()[:-1] + b" ")
    assert run("proof", "check", str(proof), "--event", str(event), "--keys", str(keys)).status == 1
    refused = run("proof", "make", "999", "-o", str(proof))
    assert (refused.status, "L'evento 999 non c'è" in refused.err) == (1, True)


def test_a_witness_cosigns_and_the_key_is_changed(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    run("checkpoint", "make")
    asked, cosigned, keys = tmp_path / "asked", tmp_path / "cosigned", tmp_path / "keys"
    keys.write_text(run("checkpoint", "keys").out)
    assert run("checkpoint", "request", "-o", str(asked)).status == 0
    witness = (
        "checkpoint", "witness", str(asked), "--key", str(tmp_path / "w.key"), "--state",
        str(tmp_path / "seen"), "--log-keys", str(keys), "--name", "ente.example/w",
        "-o", str(cosigned),
    )  # fmt: skip
    assert run(*witness).status == 0
    assert run("checkpoint", "add", str(cosigned)).status == 0
    assert "ente.example/w" in run("checkpoint", "list").out
    # The same request once more: the witness has moved on.
    assert run(*witness).status == 1
    assert run("checkpoint", "rotate").status == 0
    assert len(run("checkpoint", "keys").out.split()) == 2
    assert run("checkpoint", "make").status == 0
    assert run("verify", "--log-only").status == 0


def test_what_was_altered_is_neither_signed_nor_verified(
    installation: Installation, run: Run
) -> None:
    run("checkpoint", "make")
    installation.tamper(
        "UPDATE stored_events SET state = convert_to(convert_from(state, 'UTF8') || ' ', 'UTF8') "
        "WHERE notification_id = 2"
    )
    verified = run("verify", "--log-only")
    assert verified.status == 1
    assert "L'evento 2 non è quello che fu registrato" in verified.out
    (installation.home / "log-signing.key").unlink()
    lost = run("checkpoint", "make")
    assert (lost.status, "Manca la chiave di firma" in lost.err) == (1, True)


def test_a_lost_key_is_replaced_only_on_purpose(installation: Installation, run: Run) -> None:
    run("checkpoint", "make")
    (installation.home / "log-signing.key").unlink()
    assert run("checkpoint", "make").status == 1
    assert run("checkpoint", "rotate", "--lost").status == 0
    assert len(run("checkpoint", "keys").out.split()) == 2
    assert run("verify", "--log-only").status == 0


def test_all_checkpoints_lost_at_once_are_missed(installation: Installation, run: Run) -> None:
    run("checkpoint", "make")
    shutil.rmtree(installation.home / "archive")
    with psycopg.connect(installation.url) as connection:
        connection.execute("ALTER TABLE checkpoints DISABLE TRIGGER USER")
        connection.execute("DELETE FROM checkpoints")
        connection.execute("ALTER TABLE checkpoints ENABLE TRIGGER USER")
    found = run("verify", "--log-only", "--json")
    assert found.status == 1, found.err
    (lost,) = json.loads(found.out)["differences"]
    assert lost["part"] == "seals"
    assert "archivio" in lost["message"]["it"]
