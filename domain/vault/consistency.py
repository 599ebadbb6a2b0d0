"""Whether the vault is what the log says: a key for who has sealed data, none for the erased."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec

from domain.log.recorder import CaseLogRecorder
from domain.vault.wrapping import VaultProblem, Wrapping
from protocols.text import Text

_ERASED_WITH_KEY = """
    SELECT e.originator_id, e.notification_id FROM stored_events e
    JOIN vault_keys k ON k.person = e.originator_id AND k.wrapped IS NOT NULL
    WHERE e.topic = 'person.person-erased'
"""
_NO_KEY = """
    SELECT e.originator_id, e.notification_id FROM stored_events e
    LEFT JOIN vault_keys k ON k.person = e.originator_id
    WHERE e.topic = 'person.person-registered' AND e.originator_version = 1
      AND position('"sealed:1:'::bytea IN e.state) > 0
      AND (k.person IS NULL OR (k.wrapped IS NULL AND NOT EXISTS (
        SELECT FROM stored_events x WHERE x.originator_id = e.originator_id
        AND x.topic = 'person.person-erased')))
"""
_KEYS = """
    SELECT person, wrapped_by, wrapped FROM vault_keys
    WHERE wrapped IS NOT NULL AND person > %b ORDER BY person LIMIT %b
"""
_BATCH = 5_000


class VaultFlaw(msgspec.Struct, frozen=True):
    """`code`: not_destroyed, key_missing, key_unusable. `position`: of the event, 0 if none."""

    code: str
    person: UUID
    position: int
    message: Text


def vault_flaws(recorder: CaseLogRecorder, wrapping: Wrapping) -> Iterator[VaultFlaw]:
    """Raises LogUnavailable."""
    for person, position in recorder.rows(_ERASED_WITH_KEY):
        yield VaultFlaw(
            "not_destroyed", person, position,
            Text(
                "La cancellazione non è completa: ripetere `cantiere person erase --approve`.",
                "The erasure is not complete: repeat `cantiere person erase --approve`.",
            ),
        )  # fmt: skip
    for person, position in recorder.rows(_NO_KEY):
        yield VaultFlaw(
            "key_missing", person, position,
            Text(
                "Manca la chiave dei dati di una persona che non è stata cancellata.",
                "The key to the data of a person who was not erased is missing.",
            ),
        )  # fmt: skip
    last = UUID(int=0)
    while rows := recorder.rows(_KEYS, (last, _BATCH)):
        for person, wrapped_by, wrapped in rows:
            try:
                wrapping.unwrap(person, wrapped_by, wrapped)
            except VaultProblem as problem:
                yield VaultFlaw("key_unusable", person, 0, problem.message)
        last = rows[-1][0]
