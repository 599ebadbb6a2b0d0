"""How often somebody may ask: counted in Postgres, so that all API processes count together."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from psycopg_pool import ConnectionPool

from api.http.problems import Problem
from protocols.text import Text

_COUNT = """
    INSERT INTO web_limits (key, window_at, times)
    VALUES (%s, date_bin(make_interval(secs => %s), clock_timestamp(), 'epoch'), 1)
    ON CONFLICT (key, window_at) DO UPDATE SET times = web_limits.times + 1
    RETURNING times,
        ceil(extract(epoch FROM window_at + make_interval(secs => %s) - clock_timestamp()))::int
"""
_FORGET = "DELETE FROM web_limits WHERE window_at < clock_timestamp() - interval '1 day'"


class Limits:
    """Fixed windows. What is counted is hashed by a key: no address is stored."""

    def __init__(self, pool: ConnectionPool[Any], key: bytes) -> None:
        self._pool = pool
        self._key = key

    def count(self, what: str, who: str, times: int, seconds: int) -> None:
        """`who` does `what` once more; at most `times` in a window of `seconds`.

        Raises Problem (429, with Retry-After in seconds).
        """
        key = hmac.new(self._key, f"{what}\0{who}".encode(), hashlib.sha256).digest()
        with self._pool.connection() as connection:
            row = connection.execute(_COUNT, (key, seconds, seconds)).fetchone()
            assert row is not None
            if row[0] == 1:
                connection.execute(_FORGET)
        if row[0] > times:
            raise too_many(max(1, row[1]))


def too_many(seconds: int) -> Problem:
    return Problem(
        429,
        "too_many_requests",
        Text("Troppi tentativi in poco tempo.", "Too many attempts in a short time."),
        Text(f"Riprovare fra {seconds} secondi.", f"Try again in {seconds} seconds."),
        headers={"Retry-After": str(seconds)},
    )
