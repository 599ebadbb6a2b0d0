"""The five roles of Cantiere, each one process: what runs it, and what makes it end well.

The composition root of a process: the only place that knows which layer plays which role. Each
role imports its own code when it starts, so that a broken one does not take the others along.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from api.stack.child import Command
from api.stack.logs import configure_logs
from domain.settings import Settings

ROLES = ("api", "worker", "conductor", "projector", "notifier")

# In-flight requests get this long when the API is asked to stop.
_GRACE_SECONDS = 10


def run_role(role: str, settings: Settings) -> None:
    """Play a role in this process until SIGTERM or SIGINT."""
    configure_logs(settings.log_level)
    {
        "api": _run_api,
        "worker": _run_worker,
        "conductor": _run_conductor,
        "projector": _run_projector,
        "notifier": _run_notifier,
    }[role](settings)


def role_command(role: str, settings: Settings, log: Path) -> Command:
    """How a supervisor runs a role as a child process."""
    return Command(
        name=role,
        argv=[sys.executable, "-P", "-m", "api.stack.role", role],
        log=log,
        environment=child_environment(settings),
        folder=log.parent,
        stop_signals=((signal.SIGTERM, _GRACE_SECONDS + 5.0),),
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """Our environment, the settings, and where our packages are imported from."""
    ours = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(part for part in (ours, inherited) if part)
    return {**os.environ, **settings.environment(), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _run_api(settings: Settings) -> None:
    import uvicorn

    from api.http.app import create_app

    app = create_app(settings)
    configuration = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        # an address may carry what a person typed in a search: requests are not logged here
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(configuration)
    # Open pages hold streams, for whose end the server would wait.
    app.state.pages.state.pushes.ending = lambda: server.should_exit
    server.run()
    if not server.started:
        sys.exit(1)


def _run_worker(settings: Settings) -> None:
    from api.http.access import organisation_reads
    from workflows.worker import run_worker

    _run_until_signalled(lambda stop: run_worker(settings, stop, sees=organisation_reads))


def _run_conductor(settings: Settings) -> None:
    from workflows.conductor import run_conductor

    _run_until_signalled(lambda stop: run_conductor(settings, stop))


def _run_projector(settings: Settings) -> None:
    from projections.projector import run_projector

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_projector(settings, stop)


def _run_notifier(settings: Settings) -> None:
    from workflows.notices.running import run_notifier

    _run_until_signalled(lambda stop: run_notifier(settings, stop))


def _run_until_signalled(role: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await role(stop)

    asyncio.run(main())
