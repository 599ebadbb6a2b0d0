"""A worker that is killed right after the log has committed a command of the machine's.

python dying_worker.py DATABASE_URL TEMPORAL_ADDRESS COMMAND_CLASS
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from domain.case.commands import Command
from domain.service import CaseService, Receipt
from domain.settings import Settings
from tests.workflows.conftest import open_service
from workflows.worker import run_worker


class DyingService(CaseService):
    """Commits, and does not live to say so."""

    dies_after = ""

    def handle(self, command: Command) -> Receipt:
        receipt = super().handle(command)
        if type(command).__name__ == self.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return receipt


async def main(database_url: str, temporal_address: str, dies_after: str) -> None:
    DyingService.dies_after = dies_after
    settings = Settings(database_url=database_url, temporal_address=temporal_address)
    await run_worker(settings, asyncio.Event(), service=open_service(database_url, DyingService))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
