"""A log as it was stored by a release, in text files: written once, read for ever.

`python -m tests.history.recording HOME FOLDER` writes the files from an installation whose database
runs (a demo's: everything in them is invented). They are never written again; a later release reads
them with whatever upcasters it has by then.

``log.jsonl``: the rows of the log in their order, the state as it stood byte for byte (it is JSON
in UTF-8). ``keys.jsonl``: the persons' keys, wrapped. ``installation.json``: the log's name, and
the two secrets that open what is sealed. ``forms.jsonl``: one event of every kind that the
release knew, whether or not it happened in the log.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg

from api.stack.discovery import current_settings
from domain.log.migrations import migrate
from domain.log.recorded import Entry
from domain.proof.leaf import FIRST, event_hash
from domain.verifying.basis import release
from tests.beside import make_rows_beside
from tests.history.forms import forms

FOLDER = Path(__file__).parent


class Row(msgspec.Struct, frozen=True):
    """An event as the log keeps it."""

    position: int
    originator: UUID
    version: int
    topic: str
    state: str


class Key(msgspec.Struct, frozen=True):
    """A person's data key; ``wrapped``: base64, None for somebody who was erased."""

    person: UUID
    wrapped_by: str
    wrapped: str | None


class Installation(msgspec.Struct, frozen=True):
    """``secret``: base64; ``vault_keys``: the text of that file."""

    release: str
    id: UUID
    secret: str
    vault_keys: str


class Recording:
    """What one release left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def installation(self) -> Installation:
        written = (self.folder / "installation.json").read_bytes()
        return msgspec.json.decode(written, type=Installation)

    def rows(self, name: str = "log") -> Iterator[Entry]:
        """In the order of the log."""
        with (self.folder / f"{name}.jsonl").open("rb") as lines:
            for row in map(msgspec.json.Decoder(Row).decode, lines):
                yield Entry(
                    row.position, row.originator, row.version, row.topic, row.state.encode()
                )

    def load(
        self, database_url: str, home: Path, change: Callable[[Entry], Entry] = lambda row: row
    ) -> None:
        """Into an empty database and a new home, as a restore would bring them. ``change``: what is
        stored in the place of an event, as another release might have stored it."""
        migrate(database_url)
        installation = self.installation
        home.mkdir(parents=True, exist_ok=True)
        _secret(home / "secret.key", base64.b64decode(installation.secret))
        _secret(home / "vault.keys", installation.vault_keys.encode())
        with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM installation")
            cursor.execute(
                "INSERT INTO installation (id, kind) VALUES (%s, 'training')", (installation.id,)
            )
            last: dict[UUID, bytes] = {}
            with cursor.copy(
                "COPY stored_events (notification_id, originator_id, originator_version, topic,"
                " state, hash) FROM STDIN"
            ) as copy:
                for position, originator, version, topic, state in map(change, self.rows()):
                    last[originator] = event_hash(
                        last.get(originator, FIRST), originator, version, position, topic, state
                    )
                    copy.write_row((position, originator, version, topic, state, last[originator]))
            with (self.folder / "keys.jsonl").open("rb") as lines:
                for key in map(msgspec.json.Decoder(Key).decode, lines):
                    wrapped = base64.b64decode(key.wrapped) if key.wrapped else None
                    cursor.execute(
                        "INSERT INTO vault_keys (person, wrapped_by, wrapped, destroyed_at)"
                        " VALUES (%s, %s, %s, CASE WHEN %s THEN clock_timestamp() END)",
                        (key.person, key.wrapped_by, wrapped, wrapped is None),
                    )
            make_rows_beside(cursor)


def recordings() -> list[Recording]:
    """Of every release, the oldest first."""
    found = [path.parent for path in FOLDER.glob("*/log.jsonl")]
    return [Recording(folder) for folder in sorted(found, key=_number)]


def record(home: Path, folder: Path) -> int:
    """Write the files into a new folder; how many events."""
    folder.mkdir(parents=True)
    settings = current_settings(home)
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute(
            "SELECT notification_id, originator_id, originator_version, topic,"
            " convert_from(state, 'UTF8') FROM stored_events ORDER BY notification_id"
        ).fetchall()
        keys = connection.execute(
            "SELECT person, wrapped_by, encode(wrapped, 'base64') FROM vault_keys ORDER BY person"
        ).fetchall()
        named = connection.execute("SELECT id FROM installation").fetchone()
    assert named is not None
    _lines(folder / "log.jsonl", (Row(*row) for row in rows))
    _lines(
        folder / "keys.jsonl",
        (Key(person, by, key and key.replace("\n", "")) for person, by, key in keys),
    )
    _lines(
        folder / "forms.jsonl",
        (Row(e.position, e.originator_id, e.originator_version, e.topic, e.state.decode())
         for e in forms()),
    )  # fmt: skip
    installation = Installation(
        release(),
        named[0],
        base64.b64encode((home / "secret.key").read_bytes()).decode(),
        (home / "vault.keys").read_text(encoding="ascii"),
    )
    written = msgspec.json.format(msgspec.json.encode(installation), indent=2)
    (folder / "installation.json").write_bytes(written + b"\n")
    return len(rows)


def _lines(path: Path, values: Iterator[msgspec.Struct]) -> None:
    with path.open("wb") as file:
        for value in values:
            file.write(msgspec.json.encode(value) + b"\n")


def _secret(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def _number(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.name.split("."))


if __name__ == "__main__":
    print(record(Path(sys.argv[1]), Path(sys.argv[2])))
