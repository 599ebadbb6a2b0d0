"""A log checked by several processes at once, in the order in which it stands."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice

from domain.conforming.check import Check, Conformance, Totals
from domain.exchange.trace import LoggedTrace

# Traces handed over at a time. What fits into a few is not worth starting processes for.
_TOGETHER = 250
_FEW = 4 * _TOGETHER

_Checked = tuple[list[Conformance], Totals]
_check: Check | None = None


def checked(
    check: Check, traces: Iterable[LoggedTrace], processes: int | None = None
) -> Iterator[Conformance]:
    """The traces' verdicts; `check.totals` are of all of them when the last has been given.

    `processes`: as many as there are processors where it is not said. Where processes cannot be
    divided (`fork`) one does it all. In memory are at most a few hundred traces for each.
    """
    processes = processes or os.cpu_count() or 1
    traces = iter(traces)
    with _uninterrupted():
        first = list(islice(traces, _FEW)) if processes > 1 else []
        alone = processes < 2 or len(first) < _FEW
        if alone or "fork" not in multiprocessing.get_all_start_methods():
            yield from check.traces(chain(first, traces))
        else:
            yield from _divided(check, chain(first, traces), processes)


def _divided(check: Check, traces: Iterator[LoggedTrace], processes: int) -> Iterator[Conformance]:
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("fork"), initializer=_begin, initargs=(check,)
    )
    pending: deque[Future[_Checked]] = deque()
    try:
        while True:
            while len(pending) < 2 * processes and (some := list(islice(traces, _TOGETHER))):
                pending.append(pool.submit(_some, some))
            if not pending:
                return
            found, totals = pending.popleft().result()
            check.totals.add(totals)
            yield from found
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(check: Check) -> None:
    global _check
    _check = check
    gc.disable()


def _some(traces: list[LoggedTrace]) -> _Checked:
    assert _check is not None
    _check.begin_totals()
    found = list(_check.traces(traces))
    return found, _check.totals


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Without the collector of cycles, which would look through all that is remembered again and
    again: what is forgotten is taken apart (`Ways.forget`)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
