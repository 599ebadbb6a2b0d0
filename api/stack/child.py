"""One child process of the supervisor: started, watched, stopped, never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from api.stack.account import Account
from api.stack.failure import cannot_write
from protocols.text import Text

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG_KEPT = 10 * 1024 * 1024

# A parent-death signal is sent when the *thread* that forked ends, so every child is forked by one
# thread that lives as long as the process.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cantiere-fork")


@dataclass(frozen=True, slots=True)
class Command:
    """What to run and how it wants to be stopped.

    `stop_signals` are sent one after the other, each followed by a wait of so many seconds; a
    process that outlives them all is killed. `death_signal` is what the kernel sends it if the
    supervisor dies without saying anything.
    """

    name: str
    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    account: Account | None = None
    stop_signals: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 15.0),)
    death_signal: signal.Signals = signal.SIGKILL


@dataclass(slots=True)
class Child:
    """A started `Command`."""

    command: Command
    process: subprocess.Popen[bytes]
    on_gone: Callable[[Child], None] | None = None
    started: float = field(default_factory=time.monotonic)
    gone: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def start(cls, command: Command, on_gone: Callable[[Child], None] | None = None) -> Child:
        """Start it; raises `StackError` if its log cannot be opened.

        `on_gone` is called once, from a thread of the child's own, when the process has ended.
        """
        child = cls(command, _forker.submit(_spawn, command).result(), on_gone)
        threading.Thread(
            target=child._reap, name=f"cantiere-wait-{command.name}", daemon=True
        ).start()
        return child

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return not self.gone.is_set()

    @property
    def ending(self) -> Text:
        """How it ended, in a few words."""
        code = self.process.returncode
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            return Text(it=f"terminato dal segnale {name}", en=f"ended by signal {name}")
        return Text(it=f"uscito con codice {code}", en=f"exited with code {code}")

    @property
    def lifetime(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def stop(self, hurry: threading.Event | None = None) -> None:
        """Stop it politely, then less so; returns when it is gone.

        Once `hurry` is set no signal is waited upon for more than a moment.
        """
        for number, patience in self.command.stop_signals:
            if self.gone.is_set():
                return
            self._send(number)
            self._wait(patience, hurry)
        if not self.gone.is_set():
            self._send(signal.SIGKILL)
            self.gone.wait()

    def kill(self) -> None:
        """SIGKILL, and return when it is gone."""
        self._send(signal.SIGKILL)
        self.gone.wait()

    def _wait(self, patience: float, hurry: threading.Event | None) -> None:
        deadline = time.monotonic() + patience
        while not self.gone.wait(0.05):
            left = deadline - time.monotonic()
            if hurry is not None and hurry.is_set():
                left = min(left, deadline - patience + 0.5 - time.monotonic())
            if left <= 0:
                return

    def _send(self, number: signal.Signals) -> None:
        if not self.gone.is_set():
            self.process.send_signal(number)

    def _reap(self) -> None:
        self.process.wait()
        self.gone.set()
        if self.on_gone is not None:
            self.on_gone(self)

    def last_lines(self, count: int = 5) -> list[str]:
        """The end of its log."""
        return last_lines(self.command.log, count)


def last_lines(log: Path, count: int = 5) -> list[str]:
    """The last non-empty lines of a log file, each cut to a readable length."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16384))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [line[:300] for line in text.splitlines() if line.strip()][-count:]


def launcher(order: Mapping[str, object], argv: Sequence[str]) -> list[str]:
    """The command line that carries out a launch order and becomes `argv`."""
    return [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(order), *argv]


def _spawn(command: Command) -> subprocess.Popen[bytes]:
    order = {
        "parent": os.getpid(),
        "death_signal": int(command.death_signal),
        "account": command.account.order() if command.account else None,
    }
    try:
        _shorten(command.log)
        descriptor = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise cannot_write(command.log.parent, error) from error
    try:
        # a session of its own: Ctrl-C in the terminal is the supervisor's business alone
        return subprocess.Popen(
            launcher(order, command.argv),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=command.folder,
            env=dict(command.environment),
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def _shorten(log: Path) -> None:
    """Put a log that has grown long aside, keeping one predecessor."""
    if log.exists() and log.stat().st_size > _LOG_KEPT:
        os.replace(log, log.with_name(log.name + ".1"))
