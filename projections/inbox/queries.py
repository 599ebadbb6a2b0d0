"""The task list of a person, a role or a district."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from projections.cursor import after, cursor_of, instant, number


class InboxTask(msgspec.Struct, frozen=True, kw_only=True):
    """One open task. `id`: `<case>:<task>`.

    `comune` is empty where the address is sealed. `overdue`: the deadline has passed and the
    clocks run. `due` is meaningless while `paused`. `escalated`: how many rungs have been called.
    `given_by`: who gave the task to whoever has it; empty where they took it themselves.
    `via`: why the asker sees it: `assigned`, `claimed`, `role`, `deputy`, `called`, or empty where
    nobody asked for themselves. `pseudonym` is sealed: `domain.vault.pseudonyms`.
    """

    id: str
    case: UUID
    task: str
    step: str
    instance: str
    title_it: str
    title_en: str
    stage: str
    protocol: str
    version: str
    episode: int
    person: UUID
    pseudonym: str
    comune: str
    district: int
    source: str
    role: str
    scope: str
    deputy: str
    assignee: str
    claimed_by: str
    given_by: str = ""
    automation: str
    priority: int
    due: datetime | None
    opened_at: datetime
    overdue: bool
    escalated: int
    reminded: bool
    paused: bool
    sealed: bool
    restricted: bool
    via: str


class InboxPage(msgspec.Struct, frozen=True):
    """`cursor` asks for the next page; empty on the last."""

    tasks: list[InboxTask]
    cursor: str


_QUERY = """
    SELECT t.originator_id || ':' || t.task AS id, t.originator_id AS "case", t.task, t.step,
        t.instance, t.title_it, t.title_en, t.stage, c.protocol, c.version, c.episode,
        c.person::uuid AS person, coalesce(p.pseudonym, '') AS pseudonym,
        CASE WHEN c.sealed OR p.sealed OR c.restricted THEN '' ELSE c.comune END AS comune,
        c.district, c.source,
        t.role, t.scope, t.deputy, t.assignee, t.claimed_by, t.given_by, t.automation,
        t.priority, t.due, t.opened_at, t.rung AS escalated, t.reminded,
        c.paused <> '{}' AND NOT t.ignores_pause AS paused,
        c.sealed OR coalesce(p.sealed, false) AS sealed,
        c.restricted OR c.stored_only AS restricted,
        coalesce(t.due <= %(now)s AND (c.paused = '{}' OR t.ignores_pause), false) AS overdue,
        CASE WHEN t.claimed_by = %(person)s AND t.claimed_by <> '' THEN 'claimed'
             WHEN t.assignee = %(person)s AND t.assignee <> '' THEN 'assigned'
             WHEN t.role || ' ' || t.scope = ANY(%(holds)s) THEN 'role'
             WHEN t.holders && %(holds)s THEN 'deputy'
             WHEN t.called && %(holds)s THEN 'called'
             ELSE '' END AS via
    FROM inbox.tasks t
    JOIN inbox.cases c USING (originator_id)
    LEFT JOIN persons.persons p ON p.originator_id = c.person::uuid
    WHERE (%(person)s = '' AND %(holds)s = '{}'
           OR (%(person)s <> '' AND %(person)s IN (t.assignee, t.claimed_by)
               OR t.holders && %(holds)s OR t.called && %(holds)s) <> %(waiting)s
           OR %(waiting)s AND t.given_by = %(person)s AND t.claimed_by <> %(person)s)
      AND (NOT %(waiting)s OR %(person)s IN (c.case_manager, t.given_by) AND %(person)s <> '')
      AND (%(automations)s OR t.automation = '')
      AND (%(case)s::uuid IS NULL OR t.originator_id = %(case)s)
      AND (%(district)s::int IS NULL OR c.district = %(district)s)
      AND (%(role)s::text IS NULL OR t.role = %(role)s)
      AND (%(scope)s::text IS NULL OR t.scope = %(scope)s)
      AND (%(step)s::text IS NULL OR t.step = %(step)s)
      AND (%(due_before)s::timestamptz IS NULL OR t.due < %(due_before)s)
      AND (%(due_after)s::timestamptz IS NULL
           OR t.due > %(due_after)s AND (c.paused = '{}' OR t.ignores_pause))
      AND (%(priority)s::int IS NULL OR t.priority >= %(priority)s)
      AND (NOT %(unclaimed)s OR t.claimed_by IN ('', %(person)s))
      AND CASE %(held)s WHEN 'me' THEN %(person)s IN (t.assignee, t.claimed_by)
                        WHEN 'nobody' THEN t.claimed_by = '' AND t.assignee = ''
                        WHEN 'others' THEN t.claimed_by NOT IN ('', %(person)s)
                        ELSE true END
      AND (NOT %(overdue)s
           OR t.due <= %(now)s AND (c.paused = '{}' OR t.ignores_pause))
      AND (%(after_case)s::uuid IS NULL
           OR (-t.priority, coalesce(t.due, 'infinity'), t.originator_id, t.task)
              > (%(after_priority)s::int, %(after_due)s::timestamptz,
                 %(after_case)s::uuid, %(after_task)s::text))
    ORDER BY -t.priority, coalesce(t.due, 'infinity'), t.originator_id, t.task
    LIMIT %(limit)s
"""


def inbox(
    connection: Connection[Any],
    *,
    now: datetime,
    person: str = "",
    holds: Sequence[tuple[str, str]] = (),
    case: UUID | None = None,
    district: int | None = None,
    role: str | None = None,
    scope: str | None = None,
    step: str | None = None,
    due_before: datetime | None = None,
    due_after: datetime | None = None,
    priority: int | None = None,
    overdue: bool = False,
    unclaimed: bool = False,
    automations: bool = False,
    held: Literal["", "me", "nobody", "others"] = "",
    waiting: bool = False,
    limit: int = 50,
    cursor: str = "",
) -> InboxPage:
    """Open tasks: the most urgent first, then the nearest deadline.

    `person` and `holds` (role, scope) are those who ask: they see what is assigned to them, what
    their roles may do, also as deputies, and what they have been called in for; with neither, every
    open task. `priority`: at least. `unclaimed`: leaves out what others have taken. Tasks that the
    machine is doing are left out unless `automations`. `due_after`: with clocks that run. `held`:
    by whom a task has been taken. `waiting`: instead of their own, what `person` gave to others,
    and what others have to do in the cases that `person` manages. Raises BadCursor.
    """
    after_priority, after_due, after_case, after_task = after(cursor, number, instant, UUID, str)
    parameters = {
        "now": now,
        "person": person,
        "holds": [f"{held} {where}" for held, where in holds],
        "case": case,
        "district": district,
        "role": role,
        "scope": scope,
        "step": step,
        "due_before": due_before,
        "due_after": due_after,
        "priority": priority,
        "overdue": overdue,
        "unclaimed": unclaimed,
        "automations": automations,
        "held": held,
        "waiting": waiting,
        "limit": limit + 1,
        "after_priority": after_priority,
        "after_due": after_due,
        "after_case": after_case,
        "after_task": after_task,
    }
    with connection.cursor(row_factory=class_row(InboxTask)) as cursor_:
        tasks = cursor_.execute(_QUERY, parameters).fetchall()
    if len(tasks) <= limit:
        return InboxPage(tasks, "")
    tasks = tasks[:limit]
    last = tasks[-1]
    due = last.due.isoformat() if last.due else "infinity"
    return InboxPage(tasks, cursor_of(-last.priority, due, last.case, last.task))


def still_open(
    connection: Connection[Any], tasks: Iterable[tuple[UUID, str]]
) -> set[tuple[UUID, str]]:
    """Of these tasks (case, key) those that are open."""
    asked = list(tasks)
    query = """
        SELECT originator_id, task FROM inbox.tasks
        JOIN unnest(%s::uuid[], %s::text[]) AS asked ("case", key)
          ON originator_id = asked."case" AND task = asked.key
    """
    keys = [case for case, _ in asked], [task for _, task in asked]
    return set(connection.execute(query, keys).fetchall())
