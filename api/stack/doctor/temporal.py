"""Temporal: reachable, its namespace known, its search attributes there, a worker at work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client

from api.stack.doctor.check import Check, guarded
from domain.settings import Settings
from protocols.text import Text

_REACH = Text(
    it="avviare Temporal (`cantiere up`) o correggere TEMPORAL_ADDRESS e TEMPORAL_NAMESPACE",
    en="start Temporal (`cantiere up`) or correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE",
)


def temporal_checks(settings: Settings) -> Iterator[Check]:
    """All that Temporal can tell; one failing check if it cannot be reached."""
    title = Text(it="Temporal", en="Temporal")
    yield from guarded("temporal", title, _REACH, lambda: iter(asyncio.run(_look(settings, title))))


async def _look(settings: Settings, title: Text) -> list[Check]:
    from workflows.connection import connect

    client = await connect(settings, patience=3.0)
    service = client.workflow_service
    version = (await service.get_system_info(GetSystemInfoRequest())).server_version
    await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return [
        Check("temporal", title, f"{version}, namespace {client.namespace}"),
        await _attributes(client),
        await _workers(client),
    ]


async def _attributes(client: Client) -> Check:
    from workflows.names import DISTRICT, PROTOCOL, STAGE

    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    wanted = [attribute.name for attribute in (PROTOCOL, STAGE, DISTRICT)]
    missing = [name for name in wanted if name not in known.custom_attributes]
    return Check(
        "search-attributes",
        Text(it="attributi di ricerca", en="search attributes"),
        ", ".join(wanted) if not missing else f"− {', '.join(missing)}",
        Text(
            it="mancano: riavviare un worker, che li registra, con il permesso di farlo",
            en="missing: restart a worker, which registers them, with the permission to do it",
        )
        if missing
        else None,
    )


async def _workers(client: Client) -> Check:
    from workflows.names import TASK_QUEUE

    queue = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    count = len({poller.identity for poller in queue.pollers})
    return Check(
        "workers",
        Text(it="worker in ascolto", en="workers listening"),
        str(count),
        None
        if count
        else Text(
            it="nessuno esegue scadenze e automatismi: avviare `cantiere worker`",
            en="nobody runs deadlines and automations: start `cantiere worker`",
        ),
    )
