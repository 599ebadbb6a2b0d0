"""Stand-ins for the roles, so that the supervisor is proved by itself.

    python standin.py ROLE           live, answer /health, end when asked, as the roles do
    python standin.py up HOME PORT   what `cantiere up` does, over the stand-ins

The role `broken` ends at once with status 3.
"""

from __future__ import annotations

import http.server
import os
import signal
import sys
import threading
from pathlib import Path

ROLES = ("api", "worker")


class _Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def play(role: str) -> int:
    if role == "broken":
        print("the stand-in was told to break", flush=True)
        return 3
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if role == "api":
        address = ("127.0.0.1", int(os.environ["CANTIERE_PORT"]))
        server = http.server.ThreadingHTTPServer(address, _Health)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    return 0


def parts():
    """The parts of a stack whose roles are played here, and whose databases stay bare."""
    from api.stack.child import Command
    from api.stack.roles import child_environment
    from api.stack.stack import Parts

    def role_command(role, settings, log):
        return Command(
            name=role,
            argv=[sys.executable, str(Path(__file__).resolve()), role],
            log=log,
            environment=child_environment(settings),
            folder=log.parent,
        )

    return Parts(role_command, lambda settings: settings, lambda settings: None, pauses=(0.1,) * 5)


def up(home: str, port: str) -> None:
    import typer

    from api.cli.stack import say, supervise
    from api.stack.stack import Stack

    app = typer.Typer()
    app.command()(
        lambda: supervise(Stack(Path(home), int(port), roles=ROLES, say=say, parts=parts()))
    )
    app([])


if __name__ == "__main__":
    if sys.argv[1] == "up":
        up(sys.argv[2], sys.argv[3])
    else:
        sys.exit(play(sys.argv[1]))
