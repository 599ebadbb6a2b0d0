"""Reaching the servers: Temporal, embedded or by its own environment settings, and Postgres."""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import timedelta
from typing import Any

import psycopg
import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from domain.log.errors import LogUnavailable
from domain.service import CaseService
from domain.settings import Settings
from protocols.text import Text
from workflows.names import DISTRICT, PROTOCOL, STAGE

_TYPES = {
    PROTOCOL.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    STAGE.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    DISTRICT.name: IndexedValueType.INDEXED_VALUE_TYPE_INT,
}
_PAUSE = 0.2

log = structlog.get_logger()

PASSING = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)
"""Answers of a server that is starting, busy or gone: the same call may succeed later."""


class TemporalUnavailable(Exception):
    """Temporal could not be reached in time, or refused; ``message`` says where and what to do."""

    def __init__(self, address: str, reason: str) -> None:
        self.message = Text(
            it=f"Temporal non risponde a {address} ({reason}). Avviarlo con `cantiere up`, oppure "
            "controllare TEMPORAL_ADDRESS e TEMPORAL_NAMESPACE. Il lavoro sui casi continua; "
            "promemoria e automatismi arriveranno in ritardo.",
            en=f"Temporal does not answer at {address} ({reason}). Start it with `cantiere up`, "
            "or check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE. Work on cases goes on; reminders "
            "and automations will be late.",
        )
        super().__init__(self.message.it)


async def connect(settings: Settings, *, patience: float = 15.0) -> Client:
    """A client of the configured server and namespace.

    ``settings.temporal_address`` wins over the environment's; a profile file is read only where
    no address is given or the environment names one, so that somebody's personal profile does
    not disturb an embedded server. ``patience`` is in seconds.

    Raises:
        TemporalUnavailable: no answer within ``patience``.
    """
    options = _options(settings)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            return await asyncio.wait_for(
                Client.connect(**options), max(1.0, deadline - loop.time())
            )
        except (TimeoutError, RPCError, RuntimeError, OSError) as error:
            if loop.time() + _PAUSE >= deadline:
                raise TemporalUnavailable(options["target_host"], type(error).__name__) from error
            await asyncio.sleep(_PAUSE)


async def connect_at_last(settings: Settings, stop: asyncio.Event) -> Client | None:
    """A client, however long Temporal is away; None if ``stop`` comes first."""
    while not stop.is_set():
        try:
            return await connect(settings, patience=2.0)
        except TemporalUnavailable as error:
            log.warning("temporal_unavailable", reason=type(error.__cause__).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
    return None


async def service_at_last(settings: Settings, stop: asyncio.Event) -> CaseService | None:
    """The case service, however long Postgres is away; None if ``stop`` comes first."""
    while not stop.is_set():
        try:
            return await asyncio.to_thread(CaseService.connect, settings)
        except (LogUnavailable, psycopg.OperationalError) as error:
            log.warning("postgres_unavailable", reason=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
    return None


async def prepare_namespace(settings: Settings, client: Client | None = None) -> None:
    """Register the search attributes; saying so again is harmless.

    Raises:
        TemporalUnavailable: no answer, or a permission is missing.
    """
    client = client or await connect(settings)
    service = client.operator_service
    for attempt in range(50):
        try:
            known = await service.list_search_attributes(
                ListSearchAttributesRequest(namespace=client.namespace)
            )
            missing = {k: v for k, v in _TYPES.items() if k not in known.custom_attributes}
            if not missing:
                return
            await service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            )
            return
        except RPCError as error:
            if error.status is RPCStatusCode.ALREADY_EXISTS:
                return
            # A server that has just started does not know its own namespace yet.
            if attempt == 49 or error.status not in PASSING | {RPCStatusCode.NOT_FOUND}:
                raise TemporalUnavailable(
                    client.service_client.config.target_host, error.status.name
                ) from error
        await asyncio.sleep(_PAUSE)


def _options(settings: Settings) -> dict[str, Any]:
    named = os.environ.get("TEMPORAL_PROFILE") or os.environ.get("TEMPORAL_CONFIG_FILE")
    alone = settings.temporal_address is not None and not named
    options: dict[str, Any] = dict(ClientConfig.load_client_connect_config(disable_file=alone))
    if settings.temporal_address:
        options["target_host"] = settings.temporal_address
        if settings.temporal_namespace != "default" or "namespace" not in options:
            options["namespace"] = settings.temporal_namespace
    options.setdefault("target_host", "localhost:7233")
    return options


RPC_TIMEOUT = timedelta(seconds=10)
"""For one call: a server under load answers late, one that is gone must be noticed."""
