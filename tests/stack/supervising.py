"""A supervisor in a process of its own, over stand-in roles, and what is left when it is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from api.stack.home import Home
from api.stack.roles import child_environment
from domain.settings import Settings

STANDIN = Path(__file__).with_name("standin.py")


class Supervising:
    """`standin.py up` as a process: what it says, whom it started, how it ends."""

    def __init__(self, home: Path, port: int = 0, prefix: Sequence[str] = ()) -> None:
        self.home = Home(home)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        environment = child_environment(Settings(database_url="none"))
        for name in ("DATABASE_URL", "TEMPORAL_NAMESPACE", "CANTIERE_HOME"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [*prefix, sys.executable, str(STANDIN), "up", str(home), str(port)],
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=environment,
        )

    def wait_running(self) -> dict[str, int]:
        """The pids of all children, once it says that it is running."""
        wait_for(lambda: "è in funzione" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        pids: dict[str, int] = self.home.remembered()["pids"]
        return pids

    def wait(self) -> int:
        """Its exit status."""
        return self.process.wait(timeout=120)

    @property
    def said(self) -> str:
        position = self._output.seek(0)
        assert position == 0
        return self._output.read().decode()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.wait()


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait on the thing itself; fails if it does not come true in a generous time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def living_in(home: Path) -> dict[int, str]:
    """Every process whose command line or working folder lies in the home."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            folder = os.readlink(entry / "cwd")
        except OSError:
            continue
        if str(home) in line or Path(folder).is_relative_to(home):
            found[int(entry.name)] = line
    return found


@contextlib.contextmanager
def installation() -> Iterator[Path]:
    """A folder for an installation, which nothing may still be using afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="cantiere-test-"))
    parent.chmod(0o711)
    try:
        yield parent / "home"
        assert living_in(parent) == {}
    finally:
        shutil.rmtree(parent)


def listening(pids: set[int]) -> set[str]:
    """The IPv4 addresses these processes listen on; IPv6 ones as the kernel writes them."""
    sockets = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(entry).removeprefix("socket:[").rstrip("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address = fields[1].split(":")[0]
                bytes_ = bytes.fromhex(address)[::-1]
                found.add(".".join(map(str, bytes_)) if table == "tcp" else address)
    return found
