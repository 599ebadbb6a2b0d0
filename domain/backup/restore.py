"""Restore: a backup into an installation that holds nothing, checked before anybody works on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg

from domain.backup.backup import BackupProblem, Manifest, read_manifest
from domain.backup.tables import DATA, KEYS, read_table
from domain.documents.copying import bring_back
from domain.documents.store import Store
from domain.log.migrations import CASE_LOG
from domain.log.recorder import CaseLogRecorder
from domain.notices.schema import pass_over
from domain.proof.archive import Archive
from domain.proof.audit import Flaw, audit
from domain.proof.keys import read_verifiers

_WORK = """SELECT count(*) FROM stored_events
    WHERE topic NOT LIKE 'protocol.%' AND topic NOT LIKE 'territory.%'"""
_GUARDED = ("stored_events", "commands", "installation", "clock")


class Restored(msgspec.Struct, frozen=True):
    """`sealed`: how many events stand under a signed checkpoint; `flaws`: what does not agree;
    `erased_again`: persons erased since, whose keys were not brought back."""

    manifest: Manifest
    sealed: int
    flaws: list[Flaw]
    erased_again: int


def restore(
    database_url: str,
    data: Path,
    keys: Path,
    archive: Archive,
    key_files: dict[str, Path],
    erased: Iterable[UUID] = (),
    documents: Store | None = None,
) -> Restored:
    """Bring a backup into a migrated database without work in it. `archive`: where the outside
    checkpoints are; what is there already is newer than the backup's and is kept, and the log is
    checked against it. `key_files`: where the keys' files go, none of them there yet or the same.
    `erased`: persons known to have been erased since; neither their keys nor their documents come
    back. `documents`: where those go.

    Nothing of the database changes unless everything could be read. Raises BackupProblem.
    """
    manifest, kept = read_manifest(data, "data"), read_manifest(keys, "keys")
    if manifest.installation != kept.installation:
        raise BackupProblem(
            "Dati e chiavi sono di due installazioni diverse.",
            "Data and keys are of two different installations.",
        )
    if manifest.schema > CASE_LOG.latest:
        raise BackupProblem(
            "Il backup è di una versione più recente di Cantiere: installarla prima.",
            "The backup is of a newer version of Cantiere: install that one first.",
        )
    _check_key_files(keys, key_files)
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        row = connection.execute(_WORK).fetchone()
        if row is None or row[0]:
            raise BackupProblem(
                "Questa installazione ha già degli eventi: si ripristina solo in una vuota.",
                "This installation holds events already: restore into an empty one.",
            )
        _replace_all(connection, data, keys)
        again = _erase_again(connection, erased)
        pass_over(connection)
    _bring_archive(data / "archive", archive)
    for name, path in key_files.items():
        if (keys / name).exists() and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(keys / name, path)
            os.chmod(path, 0o600)
    with CaseLogRecorder.connect(database_url, pool_size=1, max_size=2) as recorder:
        if documents is not None:
            bring_back(data / "documents", documents, recorder)
        found = audit(recorder, archive, read_verifiers(archive.keys))
    return Restored(manifest, found.sealed, found.flaws, again)


def _check_key_files(keys: Path, key_files: dict[str, Path]) -> None:
    for name, path in key_files.items():
        there = keys / name
        if path.exists() and there.exists() and path.read_bytes() != there.read_bytes():
            raise BackupProblem(
                f"La chiave «{path.name}» di questa installazione è un'altra: metterla da parte.",
                f"This installation's key “{path.name}” is another one: put it aside.",
            )


def _replace_all(connection: psycopg.Connection, data: Path, keys: Path) -> None:
    for table in _GUARDED:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for part in (*DATA, *KEYS):
        connection.execute(f"DELETE FROM {part.table}")
    connection.execute("DELETE FROM tree_tiles")
    for part in DATA:
        read_table(connection, part, data)
    for part in KEYS:
        read_table(connection, part, keys)
    for table in _GUARDED:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _erase_again(connection: psycopg.Connection, erased: Iterable[UUID]) -> int:
    """Keys of persons who are erased, by the log or by what is known outside, do not come back."""
    return connection.execute(
        """
        UPDATE vault_keys SET wrapped = NULL, destroyed_at = clock_timestamp()
        WHERE wrapped IS NOT NULL AND (person = ANY(%s) OR person IN (
            SELECT originator_id FROM stored_events WHERE topic = 'person.person-erased'))
        """,
        (list(erased),),
    ).rowcount


def _bring_archive(source: Path, archive: Archive) -> None:
    if source.exists() and not archive.folder.exists():
        shutil.copytree(source, archive.folder)
