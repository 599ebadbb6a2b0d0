"""Telling Temporal that a case has moved: signal-with-start of its workflow."""

from __future__ import annotations

from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from workflows.automations.context import case_number
from workflows.connection import RPC_TIMEOUT
from workflows.due import Waiting
from workflows.names import (
    CLOCK_MOVED,
    MIGRATION,
    MOVED,
    TASK_QUEUE,
    migration_workflow_id,
    workflow_id,
)


async def tell_moved(client: Client, waiting: Waiting) -> None:
    """The workflow of an open case's episode, started if need be, hears of its version; that of
    an ended case only if it still runs. Raises RPCError."""
    if waiting.ended:
        await tell_ended(client, waiting, waiting.episode)
    else:
        await _signal_with_start(client, waiting, MOVED, [waiting.version])


async def tell_clock(client: Client, waiting: Waiting) -> None:
    """The workflow, started if need be, looks at once at what may be due. Raises RPCError."""
    await _signal_with_start(client, waiting, CLOCK_MOVED, [])


async def tell_ended(client: Client, waiting: Waiting, episode: int) -> None:
    """The workflow of a past episode, if it still runs, looks and ends. Raises RPCError."""
    handle = client.get_workflow_handle(workflow_id(waiting.case, episode))
    try:
        await handle.signal(MOVED, waiting.version, rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND or "namespace" in error.message.lower():
            raise


async def tell_migration(client: Client, plan: UUID) -> None:
    """The workflow of a migration plan, started if need be, hears that there is news of the plan.
    Raises RPCError."""
    await client.start_workflow(
        MIGRATION,
        args=[str(plan)],
        id=migration_workflow_id(plan),
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=MOVED,
        static_summary=f"Migrazione {str(plan)[:8]}",
        rpc_timeout=RPC_TIMEOUT,
    )


async def _signal_with_start(
    client: Client, waiting: Waiting, signal: str, arguments: list[int]
) -> None:
    await client.start_workflow(
        waiting.workflow_type,
        args=[str(waiting.case), waiting.episode],
        id=workflow_id(waiting.case, waiting.episode),
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=signal,
        start_signal_args=arguments,
        static_summary=f"Caso {case_number(waiting.case)}, episodio {waiting.episode}",
        rpc_timeout=RPC_TIMEOUT,
    )
