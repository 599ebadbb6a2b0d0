"""The steering board's tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from projections.indicators.population import EPISODES, EVERYBODY, Population, divided
from projections.indicators.tables import (
    ChangeRow,
    CountRow,
    ExitRow,
    FollowUpRow,
    FunnelRow,
    MoneyRow,
    PlacementRow,
    WaitRow,
)

Shape = TypeVar("Shape")


_DAYS = "extract(epoch FROM {} - {}) / 86400.0"
_MEDIAN = "round(percentile_cont({}) WITHIN GROUP (ORDER BY {})::numeric, 1)::float8"

_FUNNEL = """
    SELECT {group} AS "group", count(DISTINCT person) AS persons,
        count(DISTINCT originator_id) AS cases, count(*) AS episodes,
        count(triaged_at) AS triaged, count(authorised_at) AS authorised, count(team_at) AS team,
        count(assessed_at) AS assessed, count(decided_at) AS decided, count(signed_at) AS signed,
        count(placed_at) AS placed, count(hired_at) AS hired, count(ended_at) AS ended
    FROM population GROUP BY {columns} ORDER BY 1
"""
_WAITS_OF = """
    SELECT indicator, {group} AS "group", count(*) AS started, count(w.ended) AS ended,
        count(*) FILTER (WHERE w.ended IS NULL AND w.runs) AS running,
        {median} AS median_days, {p90} AS p90_days,
        count(*) FILTER (WHERE w.late) AS overdue,
        round(count(*) FILTER (WHERE w.late)::numeric
              / nullif(count(*) FILTER (WHERE w.due IS NOT NULL), 0), 3)::float8 AS overdue_share
    FROM (
        SELECT waits.*, coalesce(coalesce(ended, %(now)s) >= due AND (ended IS NOT NULL OR runs),
                                 false) AS late,
            CASE WHEN ended IS NOT NULL THEN {days} END AS days
        FROM ({source}) waits
    ) w
    JOIN population USING (originator_id, episode)
    GROUP BY indicator, {columns} ORDER BY indicator, 2
"""
_INDICATORS = """
    SELECT originator_id, episode, indicator, started, ended, due, e.ended_at IS NULL AS runs
    FROM indicators.waits JOIN indicators.episodes e USING (originator_id, episode)
"""
_STEPS = """
    SELECT originator_id, episode, step AS indicator, opened_at AS started,
        settled_at AS ended, due, false AS runs
    FROM indicators.tasks WHERE outcome <> '' AND NOT automation
    UNION ALL
    SELECT o.originator_id, c.episode, o.step, o.opened_at, null, o.due, true
    FROM indicators.open_tasks o JOIN indicators.cases c USING (originator_id)
    WHERE NOT o.automation
"""
_PLACEMENTS = """
    SELECT p.kind, CASE WHEN p.ended_at IS NULL THEN 'running' ELSE p.outcome END AS outcome,
        {group} AS "group", count(*) AS placements, count(DISTINCT person) AS persons,
        count(*) FILTER (WHERE p.hired) AS hired, {median} AS median_days
    FROM indicators.placements p JOIN population USING (originator_id, episode)
    GROUP BY p.kind, 2, {columns} ORDER BY p.kind, 2, 3
"""
_COUNTS = """
    SELECT c.{name} AS name, {detail} AS detail, {group} AS "group", count(*) AS times,
        count(DISTINCT originator_id) AS cases
    FROM indicators.{table} c JOIN population USING (originator_id, episode)
    WHERE {condition}
    GROUP BY 1, 2, {columns} ORDER BY 1, 2, 3
"""
_EXITS = """
    SELECT reason, {group} AS "group", count(*) AS episodes, count(DISTINCT person) AS persons,
        {median} AS median_days
    FROM population WHERE ended_at IS NOT NULL
    GROUP BY reason, {columns} ORDER BY reason, 2
"""
_CHANGES = """
    , scores AS (
        SELECT originator_id, episode, moment, d.dimension, d.place, avg(d.score) AS score
        FROM indicators.assessments a
        JOIN population USING (originator_id, episode),
        LATERAL (VALUES (1, 'functioning', functioning), (2, 'economic', economic),
                        (3, 'work', work), (4, 'education', education), (5, 'housing', housing),
                        (6, 'networks', networks)) AS d(place, dimension, score)
        WHERE d.score IS NOT NULL
        GROUP BY originator_id, episode, moment, d.dimension, d.place
    )
    SELECT dimension, count(*) AS episodes, round(avg(i.score), 2)::float8 AS entry,
        round(avg(o.score), 2)::float8 AS exit, round(avg(o.score - i.score), 2)::float8 AS change,
        count(*) FILTER (WHERE o.score - i.score >= 0.5) AS improved,
        count(*) FILTER (WHERE o.score - i.score <= -0.5) AS worsened
    FROM scores i JOIN scores o USING (originator_id, episode, dimension, place)
    WHERE i.moment = 'entry' AND o.moment = 'exit'
    GROUP BY place, dimension ORDER BY place
"""
_MONEY = """
    SELECT stream, coalesce(sum(committed), 0)::float8 AS committed,
        coalesce(sum(paid), 0)::float8 AS paid,
        coalesce(sum(hours_planned), 0)::float8 AS hours_planned,
        coalesce(sum(hours_attended), 0)::float8 AS hours_attended
    FROM (
        SELECT originator_id, episode, stream, amount AS committed, null AS paid,
            null AS hours_planned, null AS hours_attended FROM indicators.commitments
        UNION ALL
        SELECT originator_id, episode, stream, null, paid, hours_planned, hours_attended
        FROM indicators.attendance
    ) m JOIN population USING (originator_id, episode)
    GROUP BY stream ORDER BY stream
"""
_FOLLOW_UPS = """
    SELECT month, count(*) AS reached, count(*) FILTER (WHERE employed) AS employed,
        count(*) FILTER (WHERE hired_at IS NOT NULL) AS hired,
        count(*) FILTER (WHERE hired_at IS NOT NULL AND employed) AS hired_employed
    FROM indicators.follow_ups JOIN population USING (originator_id, episode)
    GROUP BY month ORDER BY month
"""


def funnel(
    connection: Connection[Any],
    population: Population = EVERYBODY,
    by: Sequence[str] = ("source", "district"),
) -> list[FunnelRow]:
    """How far the episodes of each group got."""
    group, columns = divided(by)
    return _ask(connection, FunnelRow, _FUNNEL.format(group=group, columns=columns), population)


def waits(
    connection: Connection[Any],
    now: datetime,
    population: Population = EVERYBODY,
    by: Sequence[str] = (),
) -> list[WaitRow]:
    """The waits that the protocol asks to be measured."""
    return _waits(connection, _INDICATORS, now, population, by)


def step_waits(
    connection: Connection[Any],
    now: datetime,
    population: Population = EVERYBODY,
    by: Sequence[str] = (),
) -> list[WaitRow]:
    """From opening to completion, for each step that people do."""
    return _waits(connection, _STEPS, now, population, by)


def _waits(
    connection: Connection[Any],
    source: str,
    now: datetime,
    population: Population,
    by: Sequence[str],
) -> list[WaitRow]:
    group, columns = divided(by)
    query = _WAITS_OF.format(
        source=source,
        group=group,
        columns=columns,
        days=_DAYS.format("ended", "started"),
        median=_MEDIAN.format("0.5", "w.days"),
        p90=_MEDIAN.format("0.9", "w.days"),
    )
    return _ask(connection, WaitRow, query, population, now=now)


def placements(
    connection: Connection[Any], population: Population = EVERYBODY, by: Sequence[str] = ()
) -> list[PlacementRow]:
    """Placements by kind and outcome."""
    group, columns = divided(by)
    days = f"{_DAYS.format('p.ended_at', 'p.started_at')} - p.suspended"
    query = _PLACEMENTS.format(group=group, columns=columns, median=_MEDIAN.format("0.5", days))
    return _ask(connection, PlacementRow, query, population)


def exceptions(
    connection: Connection[Any], population: Population = EVERYBODY, by: Sequence[str] = ()
) -> list[CountRow]:
    """Steps skipped, forced, redone or corrected with a reason, and automations that gave up."""
    return _counts(connection, "exceptions", "kind", "c.step", population, by)


def happenings(
    connection: Connection[Any], population: Population = EVERYBODY, by: Sequence[str] = ()
) -> list[CountRow]:
    """Case events: no-shows, crises, changes of residence, …"""
    return _counts(connection, "happenings", "event", "''", population, by)


def escalations(
    connection: Connection[Any], population: Population = EVERYBODY, by: Sequence[str] = ()
) -> list[CountRow]:
    """Which role was called in, and for which overdue step."""
    return _counts(connection, "calls", "role", "c.step", population, by, "c.rung >= 0")


def _counts(
    connection: Connection[Any],
    table: str,
    name: str,
    detail: str,
    population: Population,
    by: Sequence[str],
    condition: str = "true",
) -> list[CountRow]:
    group, columns = divided(by)
    query = _COUNTS.format(
        table=table, name=name, detail=detail, group=group, columns=columns, condition=condition
    )
    return _ask(connection, CountRow, query, population)


def exits(
    connection: Connection[Any], population: Population = EVERYBODY, by: Sequence[str] = ()
) -> list[ExitRow]:
    """Episodes that have ended, by reason."""
    group, columns = divided(by)
    days = _DAYS.format("ended_at", "started_at")
    query = _EXITS.format(group=group, columns=columns, median=_MEDIAN.format("0.5", days))
    return _ask(connection, ExitRow, query, population)


def changes(connection: Connection[Any], population: Population = EVERYBODY) -> list[ChangeRow]:
    """The change of the six dimensions from entry to exit: the measure of what was achieved."""
    return _ask(connection, ChangeRow, _CHANGES, population)


def money(connection: Connection[Any], population: Population = EVERYBODY) -> list[MoneyRow]:
    """What was committed and paid by each funding stream, and the hours behind it."""
    return _ask(connection, MoneyRow, _MONEY, population)


def follow_ups(
    connection: Connection[Any], population: Population = EVERYBODY
) -> list[FollowUpRow]:
    """Who still works 3, 6 and 12 months later."""
    return _ask(connection, FollowUpRow, _FOLLOW_UPS, population)


def _ask(
    connection: Connection[Any],
    shape: type[Shape],
    query: str,
    population: Population,
    **parameters: Any,
) -> list[Shape]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        # Composed of this module's own fragments and of names checked against DIVISIONS.
        return cursor.execute(
            (EPISODES + query).encode(), {**population.parameters(), **parameters}
        ).fetchall()
