"""What an installation is for: real work, or training, whose clock may be moved."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import psycopg

from protocols.text import Text

Kind = Literal["real", "training"]

# The texts that came with the program are nobody's work.
SOMETHING_WRITTEN = """EXISTS (SELECT FROM stored_events
    WHERE topic NOT IN ('protocol.installed', 'territory.installed') LIMIT 1)"""


class InstallationRefused(Exception):
    """The installation is of another kind, and stays so; ``message`` says what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


def installation_kind(database_url: str) -> Kind | None:
    """Kind of the installation; None before :func:`initialise`."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        row = connection.execute("SELECT kind FROM installation").fetchone()
    return row[0] if row else None


def initialise(database_url: str, kind: Kind) -> UUID:
    """Say once what the installation is for; return its id. Saying the same again is harmless.

    A real installation never becomes a training one. A training one becomes real only
    while nobody has written in its log, and its clock then returns to the true time.

    Raises:
        InstallationRefused: the installation is of another kind.
    """
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        connection.execute("LOCK TABLE installation IN EXCLUSIVE MODE")
        row = connection.execute("SELECT kind FROM installation").fetchone()
        if row is None:
            connection.execute("INSERT INTO installation (kind) VALUES (%s)", (kind,))
        elif row[0] != kind:
            _convert(connection, kind)
        found = connection.execute("SELECT id FROM installation").fetchone()
    assert found is not None
    return found[0]


def _convert(connection: psycopg.Connection, kind: Kind) -> None:
    if kind == "training":
        raise InstallationRefused(
            Text(
                it="Questa è un'installazione reale e non può diventare di formazione: "
                "creare una nuova installazione in un'altra cartella o in un altro database.",
                en="This is a real installation and cannot become a training one: "
                "make a new installation in another folder or another database.",
            )
        )
    connection.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
    row = connection.execute(f"SELECT {SOMETHING_WRITTEN}").fetchone()
    if row is not None and row[0]:
        raise InstallationRefused(
            Text(
                it="Questa installazione di formazione contiene già dei casi e non può diventare "
                "reale: creare una nuova installazione in un'altra cartella o in un altro "
                "database.",
                en="This training installation already holds cases and cannot become real: "
                "make a new installation in another folder or another database.",
            )
        )
    connection.execute("UPDATE clock SET offset_ = interval '0'")
    connection.execute("UPDATE installation SET kind = 'real'")
