"""The list of cases, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of, instant


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case in one row. `comune` is empty where the address is sealed. `paused`: the causes for
    which the clocks stand still. `next_it`, `next_en`: titles of the steps that are open.
    `event_count` is the case's version. `pseudonym` is sealed: `domain.vault.pseudonyms`."""

    id: UUID
    protocol: str
    version: str
    person: UUID
    pseudonym: str
    source: str
    service: str
    comune: str
    district: int
    referred_on: date
    opened_at: datetime
    episode: int
    episode_at: datetime
    state: str
    stage: str
    stage_it: str
    stage_en: str
    ended_at: datetime | None
    reason: str
    silent: bool
    result: str
    anonymous: bool
    sealed: bool
    restricted: bool
    paused: list[str]
    open_tasks: list[str]
    next_it: list[str]
    next_en: list[str]
    exceptions: int
    event_count: int
    last_at: datetime
    last_position: int


class CasePage(msgspec.Struct, frozen=True):
    """`cursor` asks for the next page; empty on the last."""

    cases: list[CaseSummary]
    cursor: str


_SELECT = """
    SELECT c.originator_id AS id, c.protocol, c.version, c.person,
        coalesce(p.pseudonym, '') AS pseudonym, c.source, c.service,
        CASE WHEN c.sealed OR p.sealed THEN '' ELSE c.comune END AS comune, c.district,
        c.referred_on, c.opened_at, c.episode, c.episode_at, c.state, c.stage, c.stage_it,
        c.stage_en, c.ended_at, c.reason, c.silent, c.result, c.anonymous,
        c.sealed OR coalesce(p.sealed, false) AS sealed,
        c.restricted OR c.stored_only AS restricted, c.paused, c.open_tasks,
        c.next_it, c.next_en, c.exceptions, c.event_count, c.last_at, c.last_position
    FROM cases.cases c
    LEFT JOIN persons.persons p ON p.originator_id = c.person
"""
_LIST = (
    _SELECT
    + """
    WHERE (%(state)s::text IS NULL OR c.state = %(state)s)
      AND (%(districts)s::int[] IS NULL OR c.district = ANY(%(districts)s))
      AND (%(comune)s::text IS NULL
           OR c.comune = %(comune)s AND NOT (c.sealed OR coalesce(p.sealed, false)))
      AND (%(source)s::text IS NULL OR c.source = %(source)s)
      AND (%(service)s::text IS NULL OR c.service = %(service)s)
      AND (%(protocol)s::text IS NULL OR c.protocol = %(protocol)s)
      AND (%(version)s::text IS NULL OR c.version = %(version)s)
      AND (%(stage)s::text IS NULL OR c.stage = %(stage)s)
      AND (%(reason)s::text IS NULL OR c.reason = %(reason)s)
      AND (%(person)s::uuid IS NULL OR c.person = %(person)s
           OR c.person = (SELECT kept_by FROM persons.persons WHERE originator_id = %(person)s))
      AND (NOT %(pseudonymous)s OR p.pseudonym <> '')
      AND (%(paused)s::boolean IS NULL OR (c.paused <> '{}') = %(paused)s)
      AND (%(open_step)s::text IS NULL
           OR EXISTS (SELECT FROM unnest(c.open_tasks) t
                      WHERE split_part(t, '#', 1) = %(open_step)s))
      AND (%(after_at)s::timestamptz IS NULL
           OR (c.opened_at, c.originator_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
    ORDER BY c.opened_at DESC, c.originator_id DESC
    LIMIT %(limit)s
"""
)
_ONE = _SELECT + " WHERE c.originator_id = %s"


def cases(
    connection: Connection[Any],
    *,
    state: str | None = None,
    districts: Sequence[int] | None = None,
    comune: str | None = None,
    source: str | None = None,
    service: str | None = None,
    protocol: str | None = None,
    version: str | None = None,
    stage: str | None = None,
    reason: str | None = None,
    person: UUID | None = None,
    pseudonymous: bool = False,
    paused: bool | None = None,
    open_step: str | None = None,
    limit: int = 50,
    cursor: str = "",
) -> CasePage:
    """Cases, the latest opened first. `state`: open or ended; `pseudonymous`: only of persons who
    have a pseudonym. A sealed case is not found by its
    comune. Raises BadCursor."""
    after_at, after_id = after(cursor, instant, UUID)
    parameters = {
        "state": state,
        "districts": None if districts is None else list(districts),
        "comune": comune,
        "source": source,
        "service": service,
        "protocol": protocol,
        "version": version,
        "stage": stage,
        "reason": reason,
        "person": person,
        "pseudonymous": pseudonymous,
        "paused": paused,
        "open_step": open_step,
        "limit": limit + 1,
        "after_at": after_at,
        "after_id": after_id,
    }
    with connection.cursor(row_factory=class_row(CaseSummary)) as cursor_:
        found = cursor_.execute(_LIST, parameters).fetchall()
    if len(found) <= limit:
        return CasePage(found, "")
    found = found[:limit]
    return CasePage(found, cursor_of(found[-1].opened_at.isoformat(), found[-1].id))


def case(connection: Connection[Any], case: UUID) -> CaseSummary | None:
    """One case; None if there is none."""
    with connection.cursor(row_factory=class_row(CaseSummary)) as cursor:
        return cursor.execute(_ONE, (case,)).fetchone()
