"""Keeps children running: one that dies is started again, one that keeps dying ends the stack."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from api.stack.child import Child, Command
from api.stack.failure import StackError
from protocols.text import Text

# A child that lived less than this has died quickly. After each quick death in a row it is left
# down for the next of the pauses; when there is none left, it has died too often.
QUICK_SECONDS = 30.0
PAUSES_SECONDS = (0.2, 1.0, 2.0, 4.0, 8.0)


@dataclass(slots=True)
class _Kept:
    """A child to be kept running."""

    make: Callable[[], Command]
    child: Child | None = None
    wanted: bool = False
    quick_deaths: int = 0
    deliberate: bool = False
    due: float | None = None


class Supervisor:
    """Children by name. `say` is told each death; `on_change` is called when pids have changed.

    `failure` is set, once, when a child dies too often; the owner then stops everything.
    """

    def __init__(
        self,
        say: Callable[[Text], None],
        on_change: Callable[[], None],
        diagnose: Callable[[], Text | None],
        pauses: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        self._say = say
        self._on_change = on_change
        self._diagnose = diagnose
        self._pauses = tuple(pauses)
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.RLock()
        self._deaths: queue.Queue[Child | None] = queue.Queue()
        self._watcher: threading.Thread | None = None
        self.failure: StackError | None = None
        self.failed = threading.Event()
        self.hurry = threading.Event()

    def start(self, name: str, make: Callable[[], Command]) -> Child:
        """Start a child and keep it running from now on. `make` is called at each start."""
        with self._lock:
            kept = self._kept.setdefault(name, _Kept(make))
            kept.make = make
            return self._start(name, kept)

    def child(self, name: str) -> Child:
        """The process that is, or was last, this child; raises `KeyError` for an unknown name."""
        child = self._kept[name].child
        if child is None:
            raise KeyError(name)
        return child

    def pids(self) -> dict[str, int]:
        """The living children."""
        return {
            name: kept.child.pid
            for name, kept in list(self._kept.items())
            if kept.child is not None and kept.child.alive
        }

    def kill(self, name: str) -> None:
        """SIGKILL it, as a fault would; it is started again at once and the death not counted."""
        with self._lock:
            kept = self._kept[name]
            kept.deliberate = True
        self.child(name).kill()

    def halt(self, name: str) -> None:
        """Stop it politely and leave it stopped."""
        with self._lock:
            self._kept[name].wanted = False
            self._kept[name].due = None
        self.child(name).stop(self.hurry)

    def resume(self, name: str) -> Child:
        """Start again what `halt` stopped."""
        with self._lock:
            kept = self._kept[name]
            if kept.child is not None and kept.child.alive:
                return kept.child
            return self._start(name, kept)

    def stop(self, *groups: Sequence[str]) -> None:
        """Stop every child for good: each group together, one group after the other."""
        with self._lock:
            for kept in self._kept.values():
                kept.wanted = False
                kept.due = None
        for group in groups:
            running = [name for name in group if name in self.pids()]
            with ThreadPoolExecutor(max_workers=max(1, len(running))) as threads:
                list(threads.map(self.halt, running))
        if self._watcher is not None:
            self._deaths.put(None)
            if self._watcher is not threading.current_thread():
                self._watcher.join()
            self._watcher = None

    def _start(self, name: str, kept: _Kept) -> Child:
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=self._watch, name="cantiere-supervisor", daemon=True
            )
            self._watcher.start()
        kept.wanted = True
        kept.due = None
        kept.child = Child.start(kept.make(), self._deaths.put)
        self._on_change()
        return kept.child

    def _watch(self) -> None:
        while True:
            try:
                child = self._deaths.get(timeout=self._until_due())
            except queue.Empty:
                self._start_due()
                continue
            if child is None:
                return
            self._died(child)

    def _until_due(self) -> float | None:
        with self._lock:
            due = [kept.due for kept in self._kept.values() if kept.due is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _start_due(self) -> None:
        with self._lock:
            for name, kept in self._kept.items():
                if kept.wanted and kept.due is not None and kept.due <= time.monotonic():
                    try:
                        self._start(name, kept)
                    except StackError as error:
                        self._fail(error)

    def _died(self, child: Child) -> None:
        with self._lock:
            kept = self._kept[child.name]
            if not kept.wanted or kept.child is not child:
                return
            self._on_change()
            if kept.deliberate:
                kept.deliberate = False
                kept.due = time.monotonic()
                return
            kept.quick_deaths = kept.quick_deaths + 1 if child.lifetime < QUICK_SECONDS else 1
            count, how = kept.quick_deaths, child.ending
            if count > len(self._pauses):
                self._fail(self._too_often(child))
                return
            kept.due = time.monotonic() + self._pauses[count - 1]
        self._say(
            Text(
                it=f"{child.name}: {how.it}; riavvio ({count}/{len(self._pauses)})…",
                en=f"{child.name}: {how.en}; restarting ({count}/{len(self._pauses)})…",
            )
        )

    def _too_often(self, child: Child) -> StackError:
        said = "".join(f"\n    {line}" for line in child.last_lines())
        cause = self._diagnose()
        cause = Text(f"\n{cause.it}", f"\n{cause.en}") if cause else Text("")
        times = len(self._pauses) + 1
        return StackError(
            Text(
                it=f"{child.name}: {child.ending.it} per la {times}ª volta di "
                f"seguito, Cantiere si ferma. Il perché è in {child.command.log}:{said}{cause.it}",
                en=f"{child.name}: {child.ending.en} for the {times}th time in a row, "
                f"Cantiere stops. The reason is in {child.command.log}:{said}{cause.en}",
            )
        )

    def _fail(self, error: StackError) -> None:
        for kept in self._kept.values():
            kept.due = None
        if self.failure is None:
            self.failure = error
        self.failed.set()
