"""A case that changes version: its open tasks go on under the names that they have there."""

from __future__ import annotations

from msgspec.structs import replace

from projections.indicators.figures import Case, OpenTask
from projections.rows import Rows
from protocols.engine import events as e
from protocols.language.formula import OPEN


def change_version(rows: Rows, case: Case, body: e.Migrated | e.MigrationReverted) -> None:
    """What the move took away has been settled before."""
    of = case.originator_id
    for task in list(rows.of("open_tasks", of)):
        rows.delete("open_tasks", of, task.task)
    for carried in body.tasks:
        if carried.status == OPEN and carried.opened_at is not None:
            rows.put(
                "open_tasks",
                OpenTask(
                    of,
                    carried.key,
                    carried.step,
                    carried.role,
                    carried.round,
                    carried.opened_at,
                    carried.due,
                    bool(carried.automation),
                ),
            )
    since = case.paused_at if isinstance(body, e.Migrated) else body.paused_at
    pauses = list(body.pauses)
    rows.put(
        "cases",
        replace(case, version=body.version, paused=pauses, paused_at=since if pauses else None),
    )
