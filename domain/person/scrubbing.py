"""Whatever stands beside the log about a person who was erased: drafts, results of jobs, notices.

Every part that keeps such things brings, among the migrations of its own tables, a function of the
database that forgets them:

    forget_<part>(persons uuid[], cases uuid[], words text[]) RETURNS SETOF text

It deletes what is about these persons and cases, or holds one of these words in the clear, and
gives the names of the tables from which something readable was removed. So whichever process
erases, also one that does not know the part, all of them forget, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from domain.log.datastore import patiently
from domain.person.particulars import particulars_of
from domain.vault.fields import ERASED

if TYPE_CHECKING:
    from domain.service import CaseService

_PARTS = """
    SELECT p.proname AS part FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND starts_with(p.proname, 'forget_')
        AND oidvectortypes(p.proargtypes) = 'uuid[], uuid[], text[]'
    ORDER BY p.proname
"""
_FORGET = SQL("SELECT told FROM {}(%s::uuid[], %s::uuid[], %s::text[]) told")

# What is too short, or common to many, would take with it what is about others.
_DISTINCTIVE = ("tax_code", "phone", "email", "address", "pseudonym", "alias")
_SHORTEST = 5


def words_of(service: CaseService, persons: Iterable[UUID]) -> list[str]:
    """By which these persons can be told from others; nothing once their keys are gone.
    Raises LogUnavailable, VaultProblem."""
    words: set[str] = set()
    for person in persons:
        known = {n: v for n, v in particulars_of(service, person).items() if v and v != ERASED}
        words |= {str(known[name]) for name in _DISTINCTIVE if name in known}
        if "first_name" in known and "last_name" in known:
            first, last = known["first_name"], known["last_name"]
            words |= {f"{first} {last}", f"{last} {first}"}
    return sorted(word for word in words if len(word) >= _SHORTEST)


def scrub(
    service: CaseService, persons: Sequence[UUID], cases: Sequence[UUID], words: Sequence[str]
) -> list[str]:
    """Have every part forget; the tables from which something readable was removed. Harmless to
    repeat. Raises LogUnavailable, psycopg.Error."""

    def attempt(connection: Connection[DictRow], _: int) -> list[str]:
        given = (list(persons), list(cases), list(words))
        with connection.transaction():
            parts = connection.execute(_PARTS).fetchall()
            return [
                row["told"]
                for part in parts
                for row in connection.execute(_FORGET.format(Identifier(part["part"])), given)
            ]

    found: list[Any] = patiently(service.recorder.datastore, attempt)
    return found
