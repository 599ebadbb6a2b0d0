"""Stretches of the log shared among processes: others begin at the front, this one at the back.

A process that dies takes nothing with it but its stretch, which is then checked here.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from domain.collecting import collector_at_rest
from domain.log.recorder import CaseLogRecorder
from domain.proof.leaves import Leaves
from domain.verifying.conforming import Ground
from domain.verifying.stretch import Beside, Checker, Interrupted, Known, Part, Stretch

# More would only wait for the database.
_MOST = 4
_LOOK = 0.2


class Task(NamedTuple):
    """One stretch, its number, and what is known of it."""

    number: int
    stretch: Stretch
    known: Known | None


class Setup(NamedTuple):
    """What a process needs; it goes from one to the other. ``beside`` is called in each."""

    database_url: str
    pack: Path
    until: int
    leaves: Path
    places: int
    beside: Callable[[Ground], Beside] | None = None


Done = Callable[[int, Part], None]
Progress = Callable[[int], None]
"""Told how many events have been read by all processes."""


def processes_for(events: int, given: int | None = None, least: int = 60_000) -> int:
    """How many are worth it: below ``least`` events a second one costs more than it brings."""
    if given:
        return given
    return 1 if events < least else min(os.cpu_count() or 1, _MOST)


def check_all(
    setup: Setup,
    tasks: Sequence[Task],
    done: Done,
    progress: Progress,
    recorder: CaseLogRecorder,
    processes: int,
) -> None:
    """Check all stretches; ``done`` is told of each, in this process, as soon as it is known.

    Raises what a stretch raises; others are stopped then.
    """
    if processes == 1:
        with _checker(setup, recorder, _Count(progress)) as here, collector_at_rest():
            for task in tasks:
                done(task.number, here(task))
        return
    context = get_context("spawn")
    count, stop = context.Value("q", 0), context.Event()
    # Spawned: a forked child would inherit connections and threads.
    with ProcessPoolExecutor(processes - 1, context, _begin, (setup, count, stop)) as pool:
        waiting = {pool.submit(_there, task): task for task in tasks}
        try:
            with _checker(setup, recorder, _Shared(count, progress)) as here:
                _work(waiting, here, done, lambda: progress(count.value))
        except BaseException:
            stop.set()
            # What others have finished by now is not lost.
            wait([f for f in waiting if not f.cancel()])
            _take_finished(waiting, done)
            raise


def _work(
    waiting: dict[Future[Part], Task],
    here: Callable[[Task], Part],
    done: Done,
    look: Callable[[], None],
) -> None:
    with collector_at_rest():
        for future in reversed(list(waiting)):
            if not future.cancel():
                continue
            task = waiting.pop(future)
            done(task.number, here(task))
            for lost in _take_finished(waiting, done):
                done(lost.number, here(lost))
        while waiting:
            wait(waiting, _LOOK)
            look()
            for lost in _take_finished(waiting, done):
                done(lost.number, here(lost))


def _take_finished(waiting: dict[Future[Part], Task], done: Done) -> list[Task]:
    """Tell of what is finished; the tasks whose process has died."""
    lost = []
    for future in [future for future in waiting if future.done()]:
        task = waiting.pop(future)
        if future.cancelled():
            continue
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            lost.append(task)
        elif error is None:
            done(task.number, future.result())
        elif not isinstance(error, Interrupted):
            raise error
    return lost


class _Count:
    """Events read, where there is one process."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._read = 0

    def __call__(self, read: int) -> None:
        self._read += read
        self._progress(self._read)


class _Shared:
    """Events read, where there are several."""

    def __init__(self, count: Any, progress: Progress) -> None:
        self._count = count
        self._progress = progress

    def __call__(self, read: int) -> None:
        with self._count.get_lock():
            self._count.value += read
        self._progress(self._count.value)


@contextmanager
def _checker(
    setup: Setup, recorder: CaseLogRecorder, tick: Callable[[int], None]
) -> Iterator[Callable[[Task], Part]]:
    checker = Checker(recorder, setup.pack, setup.beside, tick)
    try:
        with Leaves(setup.leaves, setup.places) as leaves:
            yield lambda task: checker.stretch(task.stretch, setup.until, leaves, task.known)
    finally:
        checker.close()


# ── in the other processes ───────────────────────────────────────────────────────────────────

_here: Callable[[Task], Part] | None = None
_open = ExitStack()


def _begin(setup: Setup, count: Any, stop: Any) -> None:
    """Before the first stretch."""
    global _here
    # Ctrl-C at a terminal reaches all of them; the first process says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()

    def tick(read: int) -> None:
        if stop.is_set():
            raise Interrupted
        with count.get_lock():
            count.value += read

    # Open until the process ends.
    recorder = CaseLogRecorder.connect(setup.database_url, pool_size=1, max_size=2)
    _here = _open.enter_context(_checker(setup, recorder, tick))
    # What has been prepared stays: the collector need not look at it again.
    gc.freeze()


def _there(task: Task) -> Part:
    assert _here is not None
    return _here(task)


def _end_with_parent() -> None:
    """A parent that is killed leaves nobody behind."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
