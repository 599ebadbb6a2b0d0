"""A worker in a process of its own, to be killed.

python worker_process.py DATABASE_URL TEMPORAL_ADDRESS
"""

from __future__ import annotations

import asyncio
import sys


async def main(database_url: str, temporal_address: str) -> None:
    # Here, because the processes it starts import this file too.
    from domain.settings import Settings
    from tests.jobs.conftest import open_service
    from workflows.worker import run_worker

    settings = Settings(database_url, temporal_address=temporal_address)
    await run_worker(settings, asyncio.Event(), service=open_service(database_url))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
