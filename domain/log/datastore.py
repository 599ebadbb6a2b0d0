"""The pool of connections to the case log, and how long to be patient with it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from domain.log.errors import LogUnavailable

T = TypeVar("T")

LOST = (psycopg.OperationalError, psycopg.InterfaceError)
"""What psycopg raises when the connection, not the statement, is at fault."""

_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)


class CaseLogDatastore(PostgresDatastore):
    """A pool on a database URL; nothing connects before the first use.

    ``patience`` is the longest, in seconds, that a call waits for Postgres.
    """

    def __init__(
        self, database_url: str, *, pool_size: int = 2, max_size: int = 16, patience: float = 4.5
    ) -> None:
        super().__init__("", "", "", "", "", idle_in_transaction_session_timeout=60)
        given = conninfo_to_dict(database_url)
        # A server that vanishes without a word must be noticed within the patience.
        silence: dict[str, Any] = {
            "connect_timeout": max(2, int(patience)),
            "tcp_user_timeout": int(patience * 1000),
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
        }
        self.database_url = database_url
        self.patience = patience
        self.pool = ConnectionPool(
            database_url,
            connection_class=Connection[DictRow],
            kwargs={k: v for k, v in silence.items() if k not in given} | {"row_factory": dict_row},
            min_size=pool_size,
            max_size=max_size,
            open=False,
            configure=self.after_connect_func(),
            timeout=patience,
            # Short, or the pool would back off for minutes after Postgres is up again.
            reconnect_timeout=2.0,
        )

    def register_type_adapters(self) -> None:
        """Nothing to fetch: the log passes arrays, not composite types."""


def patiently(datastore: PostgresDatastore, attempt: Callable[[Connection[DictRow], int], T]) -> T:
    """Run ``attempt(connection, number)`` until it succeeds or patience ends.

    Only lost connections are tried again, so an attempt may follow one that was
    committed without its acknowledgement: ``number`` is 0 the first time.

    Raises:
        LogUnavailable: Postgres could not be reached, or did not answer in time.
    """
    patience = getattr(datastore, "patience", 4.5)
    deadline = monotonic() + patience
    number = 0
    while True:
        try:
            datastore.pool.open(wait=False)
            connection = datastore.pool.getconn(timeout=max(0.05, deadline - monotonic()))
            try:
                return attempt(connection, number)
            finally:
                # In autocommit mode there is nothing for the pool to commit or roll back.
                datastore.pool.putconn(connection)
        except _BUSY as error:
            raise LogUnavailable from error
        except LOST as error:
            pause = min(0.02 * 2**number, 0.5)
            if monotonic() + pause >= deadline:
                raise LogUnavailable from error
            if number == 0 and not isinstance(error, PoolTimeout):
                # A restarted server leaves every idle connection dead: drop them at once.
                datastore.pool.check()
            sleep(pause)
            number += 1
