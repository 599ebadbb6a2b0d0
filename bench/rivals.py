"""Other ways to take a command durably, asked for as many commands on as many cases."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from bench.measuring import Case

COMMANDS_OF_A_CASE = 10

RECEIVED = """
    CREATE TABLE received (
        id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        the_case uuid NOT NULL,
        command  int  NOT NULL
    )
"""
INSERT = "INSERT INTO received (the_case, command) VALUES (%b, %b)"


class Absent(Exception):
    """Not installed here."""


class Rival(Protocol):
    name: str

    def cases(self, database_url: str, number: int) -> AbstractContextManager[list[Case]]:
        """So many cases of ten commands, each of which leaves a row in `received`; ready to run.
        Raises Absent."""
        ...
