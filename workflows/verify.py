"""Comparing the log's open cases with Temporal's running workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID

import msgspec
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.service import CaseService
from domain.settings import Settings
from protocols.text import Text
from workflows.connection import RPC_TIMEOUT, connect
from workflows.due import Waiting
from workflows.names import TASK_QUEUE, case_and_episode, workflow_id
from workflows.open_cases import every_case

# What the conductor and the notices have read of the log: beyond its end they would pass over what
# comes next. The end is asked for by the same statement, for they follow it.
_ASTRAY_OF = """
    SELECT coalesce(max(position), -1) NOT BETWEEN 0
        AND (SELECT coalesce(max(notification_id), 0) FROM stored_events)
    FROM {}
"""
_FOLLOWERS = ("conductor_position", "notices_position")
_THERE = "SELECT to_regclass(%t) IS NOT NULL"
_DUE = """
    SELECT case_id, version, episode, workflow_type, next_at, automating, ended FROM conductor_due
"""
_RUNNING = f'ExecutionStatus="Running" AND TaskQueue="{TASK_QUEUE}"'


class Difference(msgspec.Struct, frozen=True):
    """``workflow``: its id; ``message`` says what differs and what to do."""

    workflow: str
    message: Text


def differences(settings: Settings, *, service: CaseService | None = None) -> list[Difference]:
    """What differs, ordered by workflow id; empty when log and Temporal agree.

    The conductor may be a moment behind: a difference that passes is no difference, so what is
    found is looked at twice.

    Raises:
        TemporalUnavailable: Temporal is away.
        LogUnavailable: Postgres is away.
    """
    own = service or CaseService.connect(settings)
    try:
        return asyncio.run(_differences(settings, own))
    finally:
        if service is None:
            own.close()


async def _differences(settings: Settings, service: CaseService) -> list[Difference]:
    client = await connect(settings)
    found = await _compare(client, service)
    for _ in range(3):
        if not found:
            return found
        await asyncio.sleep(0.5)
        again = {difference.workflow for difference in await _compare(client, service)}
        found = [difference for difference in found if difference.workflow in again]
    return found


async def _compare(client: Client, service: CaseService) -> list[Difference]:
    # What is wrong with those is said where the log is checked.
    unreadable: set[UUID] = set()
    cases = await asyncio.to_thread(lambda: list(every_case(service, unreadable)))
    expected = {workflow_id(w.case, w.episode): w for w in cases if not w.ended}
    listed = {w.id: w.workflow_type async for w in client.list_workflows(_RUNNING)}
    found: list[Difference] = []
    for name, waiting in expected.items():
        kind = listed.pop(name, None)
        if kind != waiting.workflow_type:
            # Visibility lags behind.
            kind = await _running_type(client, name)
        difference = _wrong(name, waiting, kind)
        if difference is not None:
            found.append(difference)
    for name in listed:
        # Visibility lags behind: ask for this one before blaming it.
        named = case_and_episode(name)
        if named is None or named[0] in unreadable:
            continue
        if await _running_type(client, name):
            found.append(_needless(name))
    found += await asyncio.to_thread(lambda: list(_remembered(service, cases)))
    return sorted(found, key=lambda difference: difference.workflow)


def _remembered(service: CaseService, cases: list[Waiting]) -> Iterator[Difference]:
    """The conductor's own tables: a case that has moved on since is no difference."""
    rows = service.recorder.rows
    for name in _FOLLOWERS:
        if rows(_THERE, (name,))[0][0] and rows(_ASTRAY_OF.format(name))[0][0]:
            yield Difference(name, _ASTRAY)
    kept = {row[0]: Waiting(*row) for row in rows(_DUE)}
    for waiting in cases:
        due = kept.pop(waiting.case, None)
        if due is not None and due.version >= waiting.version and due != waiting:
            yield Difference(workflow_id(waiting.case, waiting.episode), _OTHERWISE)


async def _running_type(client: Client, name: str) -> str | None:
    try:
        description = await client.get_workflow_handle(name).describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    running = description.status is WorkflowExecutionStatus.RUNNING
    return description.workflow_type if running else None


def _wrong(name: str, waiting: Waiting, kind: str | None) -> Difference | None:
    if kind is None:
        return Difference(
            name,
            Text(
                it=f"Il caso {waiting.case} è aperto ma il suo workflow non è in corso: "
                "eseguire `cantiere rebuild workflows`.",
                en=f"Case {waiting.case} is open but its workflow is not running: "
                "run `cantiere rebuild workflows`.",
            ),
        )
    if kind != waiting.workflow_type:
        return Difference(
            name,
            Text(
                it=f"Il caso {waiting.case} segue {waiting.workflow_type}, ma il suo workflow è "
                f"{kind}.",
                en=f"Case {waiting.case} follows {waiting.workflow_type}, but its workflow is "
                f"{kind}.",
            ),
        )
    return None


def _needless(name: str) -> Difference:
    return Difference(
        name,
        Text(
            it=f"Il workflow {name} è in corso, ma nel registro quel caso o episodio non è aperto.",
            en=f"Workflow {name} is running, but in the log that case or episode is not open.",
        ),
    )


_ASTRAY = Text(
    it="La posizione nel registro manca, o è oltre la sua fine: ciò che verrà sarebbe taciuto. "
    "Rimetterla alla fine del registro, eseguire `cantiere rebuild workflows`, e cercare chi l'ha "
    "cambiata.",
    en="The position in the log is missing, or beyond its end: what comes next would be passed "
    "over. Set it to the log's end, run `cantiere rebuild workflows`, and find out who changed it.",
)
_OTHERWISE = Text(
    it="La tabella conductor_due non dice di questo caso ciò che dice il registro: togliere la "
    "riga ed eseguire `cantiere rebuild workflows`.",
    en="The table conductor_due does not say of this case what the log says: delete the row and "
    "run `cantiere rebuild workflows`.",
)
