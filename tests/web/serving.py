"""An application behind a real server: in this process, or in one of its own that may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.http.app import create_app
from domain.clock import MovableClock
from domain.documents.place import documents_of
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from domain.settings import Settings
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory
from tests.listening import listening


def application(url: str, home: Path, pack: Path | None = None) -> FastAPI:
    """Of a training installation whose keys are the same in every process."""
    pack = pack or default_pack()
    recorder = CaseLogRecorder.connect(url)
    service = CaseService(
        recorder,
        Registry.load(pack),
        load_territory(pack),
        MovableClock(recorder.datastore),  # type: ignore[arg-type]
        b"k" * 32,
        documents=documents_of(home),
    )
    return create_app(Settings(url, home=home, training=True), service)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    configuration = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    listener = listening(configuration)
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        # A browser that holds a stream open must not hold the test.
        server.force_exit = True
        thread.join()
        listener.close()


def start_process(url: str, home: Path, port: int) -> subprocess.Popen[str]:
    """The same application in a process of its own; returns when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.serving", url, str(home), str(port)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    return process


if __name__ == "__main__":
    _url, _home, _port = sys.argv[1:]
    _configuration = uvicorn.Config(
        application(_url, Path(_home)), port=int(_port), log_config=None, access_log=False
    )
    _listener = listening(_configuration)
    # It ends with the test that started it, however that ends.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print("listening", flush=True)
    uvicorn.Server(_configuration).run(sockets=[_listener])
