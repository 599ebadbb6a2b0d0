"""An application behind a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    configuration = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    listener = configuration.bind_socket()
    listener.listen()
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
