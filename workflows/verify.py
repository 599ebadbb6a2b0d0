"""Comparing the log's open cases with Temporal's running workflows."""

from __future__ import annotations

import asyncio
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
    return sorted(found, key=lambda difference: difference.workflow)


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
