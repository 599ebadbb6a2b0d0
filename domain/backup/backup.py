"""Backup: one consistent moment of the log, with the archive of checkpoints; and the keys.

Two folders, to be kept in two places. With the data alone nothing personal can be read; with the
keys alone there is nothing to read.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg

from domain.backup.tables import DATA, KEYS, Part, Written, sha256_of, write_table
from domain.documents.copying import copy_out
from domain.documents.store import Store
from domain.log.migrations import CASE_LOG
from domain.proof.archive import Archive
from protocols.text import Text

MANIFEST = "manifest.json"


class Manifest(msgspec.Struct, frozen=True):
    """`schema`: number of the log's last migration; `events`: how many the log had; `files`: by
    their path in the folder, with their hashes."""

    what: str
    installation: UUID
    schema: int
    events: int
    made_at: datetime
    tables: dict[str, Written]
    files: dict[str, str]


class BackupProblem(Exception):
    """`message` says what is wrong and what to do."""

    def __init__(self, it: str, en: str) -> None:
        self.message = Text(it, en)
        super().__init__(it)


def back_up(
    database_url: str,
    archive: Archive,
    data: Path,
    keys: Path,
    key_files: dict[str, Path],
    now: datetime | None = None,
    documents: Store | None = None,
) -> Manifest:
    """Write both folders (new, or empty). `key_files`: by the name they get in `keys`.
    `documents`: those attached to cases, which go with the data, sealed as they are.

    While people work: it is one snapshot. A folder without a manifest is not a backup: it is
    written last. Raises BackupProblem, OSError, psycopg.Error.
    """
    for folder in (data, keys):
        if folder.exists() and any(folder.iterdir()):
            raise BackupProblem(
                f"La cartella «{folder.name}» non è vuota: un backup non ne sovrascrive un altro.",
                f"The folder “{folder.name}” is not empty: a backup never overwrites another.",
            )
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = now or datetime.now(UTC)
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute(
            "SELECT (SELECT id FROM installation),"
            " (SELECT coalesce(max(notification_id), 0) FROM stored_events)"
        ).fetchone()
        assert row is not None
        installation, events = row
        tables = {part.table: write_table(connection, part, data) for part in DATA}
        wrapped = {part.table: write_table(connection, part, keys) for part in KEYS}
    if archive.folder.exists():
        shutil.copytree(archive.folder, data / "archive")
    if documents is not None:
        copy_out(documents, data / "documents")
    for name, path in key_files.items():
        if path.exists():
            shutil.copyfile(path, keys / name)
            os.chmod(keys / name, 0o600)
    schema = CASE_LOG.latest
    made = Manifest("data", installation, schema, events, at, tables, _files(data))
    _write(keys, Manifest("keys", installation, schema, events, at, wrapped, _files(keys)))
    _write(data, made)
    return made


def read_manifest(folder: Path, what: str) -> Manifest:
    """The manifest, its files checked against their hashes. Raises BackupProblem."""
    try:
        found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise BackupProblem(
            f"In «{folder.name}» non c'è un backup completo.",
            f"There is no complete backup in “{folder.name}”.",
        ) from None
    if found.what != what:
        raise BackupProblem(
            f"«{folder.name}» contiene l'altra metà del backup: servono dati e chiavi.",
            f"“{folder.name}” holds the other half of the backup: data and keys are needed.",
        )
    for name, sha256 in found.files.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != sha256:
            raise BackupProblem(
                f"Il file «{name}» del backup manca o è cambiato.",
                f"The file “{name}” of the backup is missing or has changed.",
            )
    return found


def parts_of(what: str) -> tuple[Part, ...]:
    return DATA if what == "data" else KEYS


def _files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in found}


def _write(folder: Path, manifest: Manifest) -> None:
    aside = folder / f".{MANIFEST}"
    aside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    aside.rename(folder / MANIFEST)
