"""What is left to destroy once a person's erasure is in the log: keys, and what they opened.

Harmless to repeat, so that what a killed process left undone is done by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from domain.documents.events import DocumentAttached
from domain.person.scrubbing import scrub, words_of
from domain.vault.tidying import leave_no_trace

if TYPE_CHECKING:
    from domain.service import CaseService

_CASES = """
    SELECT originator_id FROM stored_events
    WHERE topic = 'case.case-opened' AND originator_version = 1
      AND position(convert_to(%b::text, 'UTF8') IN state) > 0
"""
_LATELY = (
    "SELECT person FROM vault_keys WHERE destroyed_at > clock_timestamp() - interval '3 hours'"
)
_UNFORGOTTEN = """
    SELECT e.originator_id FROM stored_events e
    LEFT JOIN vault_keys k ON k.person = e.originator_id
    WHERE e.topic = 'person.person-erased' AND k.destroyed_at IS NULL
"""


def cases_of(service: CaseService, person: UUID) -> list[UUID]:
    """Every case that was opened for the person, open or ended."""
    rows = service.recorder.rows(_CASES, (f'"person":"{person}"',))
    return [row[0] for row in rows]


def forget(service: CaseService, persons: Iterable[UUID]) -> None:
    """Destroy the keys, the files that nobody can open any more, and all that stands about these
    persons beside the log. Raises LogUnavailable, OSError, psycopg.Error."""
    ids = list(persons)
    if not ids:
        return
    cases = [case for person in ids for case in cases_of(service, person)]
    touched: list[str] = []
    try:
        # While the words by which they are known can still be read. Who dies on the way leaves the
        # keys, by which the next one sees that it is not done.
        touched = scrub(service, ids, cases, words_of(service, ids))
    finally:
        for person in ids:
            service.vault.destroy(person)
    if service.documents is not None:
        for case in cases:
            for event in service.history(case):
                if isinstance(event.body, DocumentAttached):
                    service.documents.store.remove(event.body.sha256)
    leave_no_trace(service.recorder, ["vault_keys", *touched])


def complete_erasures(service: CaseService) -> int:
    """Of all whose erasure was recorded and cut off; how many. Of those of the last hours, tidy up
    again: somebody may have been reading then, or saving what they had typed. Raises
    LogUnavailable, OSError, psycopg.Error."""
    left = [row[0] for row in service.recorder.rows(_UNFORGOTTEN)]
    forget(service, left)
    lately = [row[0] for row in service.recorder.rows(_LATELY)]
    if lately and not left:
        cases = [case for person in lately for case in cases_of(service, person)]
        touched = scrub(service, lately, cases, ())
        leave_no_trace(service.recorder, ["vault_keys", *touched])
    return len(left)
