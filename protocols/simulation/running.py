"""Many replications, in several processes; what comes out does not depend on how many."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from protocols.engine.plan import Plan
from protocols.language.document import Protocol
from protocols.simulation.defaults import default_shares
from protocols.simulation.replication import Replication
from protocols.simulation.shares import Shares
from protocols.simulation.tally import Tally
from protocols.territory import load_territory

REPLICATIONS = 6
_REPORT_EVERY = 20
_POLL_SECONDS = 0.1

Progress = Callable[[int], None]


class Simulation(msgspec.Struct, frozen=True):
    """What was run and what came of it, one tally for each replication."""

    protocol: str
    version: str
    digest: str
    cases: int
    seed: int
    tallies: tuple[Tally, ...]


def simulate(
    plan: Plan,
    pack: Path,
    shares: Shares | None = None,
    *,
    cases: int = 2000,
    seed: int = 1,
    replications: int = REPLICATIONS,
    processes: int = 1,
    progress: Progress | None = None,
) -> Simulation:
    """Run `cases` synthetic cases, divided among independent replications, each beginning with
    empty desks. `pack`: the territory's folder; `progress` is told how many cases have ended.

    Raises ValueError where there are fewer cases than replications.
    """
    if not 1 <= replications <= cases:
        raise ValueError(f"{cases} cases cannot be divided among {replications} replications")
    complete = (shares or Shares()).over(default_shares(plan, load_territory(pack)))
    sizes = [cases // replications + (n < cases % replications) for n in range(replications)]
    work = [(size, seed, number) for number, size in enumerate(sizes)]
    tell = progress or (lambda ended: None)
    if processes <= 1 or replications == 1:
        tallies = _here(plan, pack, complete, work, tell)
    else:
        tallies = _elsewhere(plan, pack, complete, work, min(processes, replications), tell)
    document = plan.protocol
    return Simulation(document.protocol, document.version, plan.digest, cases, seed, tuple(tallies))


def _here(
    plan: Plan, pack: Path, shares: Shares, work: list[tuple[int, int, int]], tell: Progress
) -> list[Tally]:
    ended = 0

    def count(more: int) -> None:
        nonlocal ended
        ended += more
        if ended % _REPORT_EVERY == 0:
            tell(ended)

    territory = load_territory(pack)
    tallies = []
    for size, seed, number in work:
        replication = Replication(plan, territory, shares, cases=size, seed=seed, number=number)
        tallies.append(replication.run(count))
    tell(ended)
    return tallies


class _Ground:
    """What a process of the pool works with, prepared once."""

    def __init__(self, protocol: Protocol, text: str, digest: str, pack: str, shares: str) -> None:
        self.plan = Plan(protocol, text, digest)
        self.territory = load_territory(Path(pack))
        self.shares = Shares.model_validate_json(shares)


_given: tuple[Any, ...] = ()
_ended: Any = None


def _prepare(given: tuple[Any, ...], ended: Any) -> None:
    global _given, _ended
    _given, _ended = given, ended
    # In the midst of a replication the collector would only walk through the running cases.
    gc.disable()


def _replicate(size: int, seed: int, number: int) -> Tally:
    ground = _ground()
    waiting = 0

    def count(more: int) -> None:
        nonlocal waiting
        waiting += more
        if waiting >= _REPORT_EVERY:
            _add(waiting)
            waiting = 0

    replication = Replication(
        ground.plan, ground.territory, ground.shares, cases=size, seed=seed, number=number
    )
    tally = replication.run(count)
    _add(waiting)
    gc.collect()
    return tally


@cache
def _ground() -> _Ground:
    return _Ground(*_given)


def _add(more: int) -> None:
    with _ended.get_lock():
        _ended.value += more


def _elsewhere(
    plan: Plan,
    pack: Path,
    shares: Shares,
    work: list[tuple[int, int, int]],
    processes: int,
    tell: Progress,
) -> list[Tally]:
    # Spawned, not forked: the caller may have threads.
    context = multiprocessing.get_context("spawn")
    ended = context.Value("q", 0)
    given = (
        plan.protocol,
        plan.text,
        plan.digest,
        str(pack),
        shares.model_dump_json(by_alias=True),
    )
    pool = ProcessPoolExecutor(processes, context, _prepare, (given, ended))
    try:
        futures = [pool.submit(_replicate, *part) for part in work]
        pending = set(futures)
        while pending:
            done, pending = wait(pending, _POLL_SECONDS, FIRST_EXCEPTION)
            tell(ended.value)
            for future in done:
                future.result()
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)
