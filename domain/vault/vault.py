"""The persons' data keys, wrapped, in a table beside the log."""

from __future__ import annotations

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from domain.log.datastore import patiently
from domain.log.recorder import CaseLogRecorder
from domain.vault.wrapping import VaultProblem, Wrapping

_REMEMBERED = 10_000
_REMEMBERED_FOR = 60.0

_FIND = """
    SELECT person, wrapped_by, wrapped FROM vault_keys
    WHERE person = ANY(%b) AND wrapped IS NOT NULL
"""
# Of two processes at once the second gets the first one's key.
_MAKE = """
    INSERT INTO vault_keys (person, wrapped_by, wrapped) VALUES (%b, %t, %b)
    ON CONFLICT (person) DO UPDATE SET person = excluded.person
    WHERE vault_keys.destroyed_at IS NULL
    RETURNING wrapped_by, wrapped
"""
_DESTROY = """
    INSERT INTO vault_keys (person, wrapped_by, wrapped, destroyed_at)
    VALUES (%b, '', NULL, clock_timestamp())
    ON CONFLICT (person) DO UPDATE SET wrapped = NULL, destroyed_at = clock_timestamp()
    WHERE vault_keys.destroyed_at IS NULL
"""
_OLD = """
    SELECT person, wrapped_by, wrapped FROM vault_keys
    WHERE wrapped_by <> %t AND wrapped IS NOT NULL
"""
_REWRAP = """
    UPDATE vault_keys SET wrapped_by = %t, wrapped = %b
    WHERE person = %b AND wrapped_by = %t AND destroyed_at IS NULL
"""


def note_erased(register: Path, person: UUID) -> None:
    """Add to the outside register of who was erased: ids, one a line."""
    if person not in read_erased(register):
        register.parent.mkdir(parents=True, exist_ok=True)
        with register.open("a", encoding="ascii") as file:
            file.write(f"{person}\n")
            file.flush()
            os.fsync(file.fileno())


def read_erased(register: Path) -> set[UUID]:
    """Everybody in the register; nobody where there is none."""
    try:
        return {UUID(line) for line in register.read_text(encoding="ascii").split()}
    except FileNotFoundError:
        return set()


class Erased(Exception):
    """This person's data were erased: nothing personal of theirs can be written any more."""


class Vault:
    """Thread-safe. Keys are remembered for writing only, and for a minute: what is read asks each
    time, so that a destroyed key opens nothing from then on, in any process."""

    def __init__(
        self, recorder: CaseLogRecorder, wrapping: Wrapping, register: Path | None = None
    ) -> None:
        self._recorder = recorder
        self._wrapping = wrapping
        self._register = register
        # By person, the key and until when it is remembered, in monotonic seconds.
        self._writing: OrderedDict[UUID, tuple[bytes, float]] = OrderedDict()
        self._guard = threading.Lock()

    def key_to_write(self, person: UUID) -> bytes:
        """The person's key, made if there is none. Raises Erased, VaultProblem, LogUnavailable."""
        with self._guard:
            known = self._writing.get(person)
        now = monotonic()
        if known is not None and now < known[1]:
            return known[0]
        key = self.key_to_read(person) or self._make(person)
        with self._guard:
            self._writing.pop(person, None)
            while self._writing and next(iter(self._writing.values()))[1] <= now:
                self._writing.popitem(last=False)
            self._writing[person] = key, now + _REMEMBERED_FOR
            if len(self._writing) > _REMEMBERED:
                self._writing.popitem(last=False)
        return key

    def key_to_read(self, person: UUID) -> bytes | None:
        """The person's key; None where there is none, or none any more.
        Raises VaultProblem, LogUnavailable."""
        return self.keys_to_read([person]).get(person)

    def keys_to_read(self, persons: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys of those who have one still. Raises VaultProblem, LogUnavailable."""
        rows = self._recorder.rows(_FIND, (list(persons),))
        return {person: self._wrapping.unwrap(person, by, wrapped) for person, by, wrapped in rows}

    def destroy(self, person: UUID) -> None:
        """For ever, also where there was no key yet. Harmless to repeat."""
        if self._register is not None:
            # First where no backup of the database reaches: a restore must not bring the key back.
            note_erased(self._register, person)
        self._run(_DESTROY, (person,))
        with self._guard:
            self._writing.pop(person, None)

    def rewrap(self, progress: Callable[[int], None] | None = None) -> int:
        """Wrap every key by the current key-encryption key; how many were not. No event changes.
        Raises VaultProblem, LogUnavailable."""
        rows = self._recorder.rows(_OLD, (self._wrapping.current,))
        for done, (person, wrapped_by, wrapped) in enumerate(rows, 1):
            key = self._wrapping.unwrap(person, wrapped_by, wrapped)
            again = self._wrapping.wrap(person, key)
            self._run(_REWRAP, (self._wrapping.current, again, person, wrapped_by))
            if progress is not None:
                progress(done)
        return len(rows)

    def _make(self, person: UUID) -> bytes:
        wrapped = self._wrapping.wrap(person, secrets.token_bytes(32))
        rows = self._run(_MAKE, (person, self._wrapping.current, wrapped))
        if not rows:
            raise Erased(str(person))
        return self._wrapping.unwrap(person, *rows[0])

    def _run(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        def attempt(connection: Any, _: int) -> list[tuple[Any, ...]]:
            with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []

        return patiently(self._recorder.datastore, attempt)


__all__ = ["Erased", "Vault", "VaultProblem"]
