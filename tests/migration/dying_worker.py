"""A worker that is killed right after the log has committed so many moves of cases.

python dying_worker.py DATABASE_URL TEMPORAL_ADDRESS PACK MOVES
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from domain.case.commands import Command
from domain.case.migrate import MigrateCase
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService, Receipt
from domain.settings import Settings
from protocols.registry import Registry
from protocols.territory import load_territory
from workflows.worker import run_worker


class DyingService(CaseService):
    """Commits, and does not live to say so."""

    moves = 0

    def handle(self, command: Command) -> Receipt:
        receipt = super().handle(command)
        if isinstance(command, MigrateCase) and not receipt.replayed:
            self.moves -= 1
            if self.moves == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return receipt


async def main(database_url: str, temporal_address: str, pack: str, moves: str) -> None:
    service = DyingService(
        CaseLogRecorder.connect(database_url), Registry.load(Path(pack)),
        load_territory(Path(pack)), SystemClock(), b"k" * 32,
    )  # fmt: skip
    service.moves = int(moves)
    settings = Settings(database_url=database_url, temporal_address=temporal_address)
    await run_worker(settings, asyncio.Event(), service=service)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
