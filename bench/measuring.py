"""How fast, and how long each one waits: cases taken by threads from one queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from time import perf_counter

from bench.report import Row

Case = Iterable[Callable[[], object]]
"""What is to be done for one case, in order, one call at a time."""


class Samples:
    """Rounds of one measurement. `rates`: calls a second, by round; `waits`: seconds, of all."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.waits: list[float] = []

    def add(self, waits: list[float], seconds: float) -> None:
        self.rates.append(len(waits) / seconds)
        self.waits += waits

    def row(self, name: str, unit: str) -> Row:
        """The median of the rounds; the percentiles of all calls, in milliseconds."""
        waits = sorted(self.waits)
        return Row(
            name,
            median(self.rates),
            unit,
            detail={"p50 ms": _percentile(waits, 50), "p99 ms": _percentile(waits, 99)},
        )


def ratio(one: Samples, other: Samples) -> float:
    """How many times as fast: the median over the rounds, each compared with its neighbour, so that
    what else the machine was doing then weighs on both."""
    return median(a / b for a, b in zip(one.rates, other.rates, strict=True))


def run_cases(cases: Iterable[Case], threads: int, samples: Samples) -> None:
    """One round: every call of every case, by so many threads. Raises what a call raises."""
    queue = _Shared(iter(cases))
    waits: list[list[float]] = [[] for _ in range(threads)]
    failures: list[BaseException] = []

    def work(mine: list[float]) -> None:
        try:
            for case in queue:
                for call in case:
                    before = perf_counter()
                    call()
                    mine.append(perf_counter() - before)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in waits]
    start = perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = perf_counter() - start
    if failures:
        raise failures[0]
    samples.add([wait for mine in waits for wait in mine], seconds)


def best_seconds(call: Callable[[], object], times: int) -> float:
    """The quickest of so many runs: what else the machine does only ever makes one slower."""
    spent = []
    for _ in range(times):
        start = perf_counter()
        call()
        spent.append(perf_counter() - start)
    return min(spent)


class _Shared:
    """An iterator that threads may share."""

    def __init__(self, cases: Iterator[Case]) -> None:
        self._cases = cases
        self._guard = threading.Lock()

    def __iter__(self) -> _Shared:
        return self

    def __next__(self) -> Case:
        with self._guard:
            return next(self._cases)


def _percentile(ordered: list[float], percent: int) -> float:
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
