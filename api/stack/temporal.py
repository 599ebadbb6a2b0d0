"""The Temporal development server from the wheel, with its database in a file."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from api.stack.binaries import temporal_binary
from api.stack.child import Child, Command
from api.stack.failure import StackError
from api.stack.ports import free_port
from protocols.text import Text

# With SQLite's defaults sixteen concurrent callers made the server fail; with these it held.
_PRAGMAS = ("journal_mode=wal", "synchronous=normal")

NAMESPACE = "default"


class EmbeddedTemporal:
    """A development server that keeps `temporal.db` in `folder` and logs to `log`.

    `port` and `ui_port` are the ports it had last time; they are taken again if they are free.
    Everything it opens listens on the loopback only.
    """

    def __init__(
        self, folder: Path, log: Path, port: int | None = None, ui_port: int | None = None
    ) -> None:
        self.folder = folder
        self.log = log
        self.port = port
        self.ui_port = ui_port
        self._binary = temporal_binary()

    @property
    def address(self) -> str:
        """`host:port` of the gRPC service."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui_url(self) -> str:
        """Where a browser finds Temporal's own pages."""
        return f"http://127.0.0.1:{self.ui_port}"

    def prepare(self) -> None:
        """Choose the ports."""
        self.port = free_port(self.port)
        self.ui_port = free_port(self.ui_port)

    def command(self) -> Command:
        """How to run the server; call `prepare` first."""
        pragmas = [part for pragma in _PRAGMAS for part in ("--sqlite-pragma", pragma)]
        return Command(
            name="temporal",
            argv=[
                str(self._binary),
                *("server", "start-dev", "--ip", "127.0.0.1"),
                *("--port", str(self.port), "--ui-port", str(self.ui_port)),
                *("--db-filename", str(self.folder / "temporal.db"), *pragmas),
                *("--log-level", "warn", "--log-format", "json", "--ui-disable-news-fetch"),
            ],
            log=self.log,
            environment=_clean_environment(os.environ, self.folder),
            folder=self.folder,
        )

    def wait_ready(self, child: Child, seconds: float = 60.0) -> None:
        """Return once the server answers for its namespace; raises `StackError` if it does not."""
        deadline = time.monotonic() + seconds
        while True:
            if not child.alive:
                raise _did_not_start(child)
            try:
                server_version(self.address, NAMESPACE)
                return
            except (RPCError, RuntimeError, TimeoutError):
                if time.monotonic() > deadline:
                    raise _did_not_start(child) from None
            child.gone.wait(0.1)


def server_version(address: str, namespace: str, seconds: float = 5.0) -> str:
    """The version of the Temporal server at `address`, after it has vouched for `namespace`.

    Raises `RPCError`, `RuntimeError` or `TimeoutError` if it does not answer.
    """

    async def ask() -> str:
        client = await Client.connect(address, namespace=namespace)
        service = client.workflow_service
        await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
        return (await service.get_system_info(GetSystemInfoRequest())).server_version

    # a thread of its own: the caller may be inside an event loop
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(lambda: asyncio.run(asyncio.wait_for(ask(), seconds))).result()


def _clean_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Our environment without what would steer the server elsewhere."""
    kept = {name: value for name, value in environment.items() if not name.startswith("TEMPORAL_")}
    # the command would otherwise look for a configuration of the user's, and make its folder
    return {**kept, "TEMPORAL_CONFIG_FILE": str(folder / "temporal.toml"), "HOME": str(folder)}


def _did_not_start(child: Child) -> StackError:
    said = "".join(f"\n    {line}" for line in child.last_lines())
    log = child.command.log
    return StackError(
        Text(
            it=f"Temporal non si è avviato; ultime righe di {log}:{said}",
            en=f"Temporal did not start; last lines of {log}:{said}",
        )
    )
