"""Waiting until a read model has what one just did (`?after=<position>`)."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic, sleep
from typing import Any

from psycopg_pool import ConnectionPool

from projections.positions import positions

_SHORTEST, _LONGEST = 0.002, 0.05


def wait_for(
    pool: ConnectionPool[Any],
    model: str | Iterable[str],
    position: int,
    timeout: float = 5.0,
) -> bool:
    """Whether the model, or each of several, has come to `position` within `timeout` seconds.

    No connection is held between two looks, so that a projector that stands still cannot empty
    the pool.
    """
    names = [model] if isinstance(model, str) else list(model)
    deadline = monotonic() + timeout
    pause = _SHORTEST
    while True:
        with pool.connection() as connection:
            if min(positions(connection, names).values()) >= position:
                return True
        left = deadline - monotonic()
        if left <= 0:
            return False
        sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST)
