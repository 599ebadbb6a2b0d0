"""Cases of any protocol brought part of the way: what is open is done, with answers that the forms
accept, and time passes in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bench.generated import Log
from domain.case.commands import Actor, PassTime
from domain.case.state import CaseState
from domain.log.mapper import CaseLogMapper
from domain.reactions import recorded
from protocols.checker.answers import Answers
from protocols.checker.reads import Reads
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.language.applying import REFERRAL_ATTRIBUTES
from protocols.territory import Territory

_MACHINE = Actor("system:bench")
_WAIT_HOURS = (2, 10 * 24)
_SOME_DAY = date(2026, 1, 7)


class Walker:
    """Cases of one plan; the same for the same seed."""

    def __init__(self, plan: Plan, territory: Territory, seed: int = 1) -> None:
        self._plan, self._territory = plan, territory
        self._random = random.Random(seed)
        self._answers = Answers(plan, territory, Reads(plan), _SOME_DAY)
        self._services = list(territory.services.values())
        self._comuni = list(territory.comuni)
        self._mapper = CaseLogMapper()

    def opened(self, day: date) -> e.CaseOpened:
        """A referral: one attribute in ten is set."""
        chance, protocol = self._random, self._plan.protocol
        service, comune = chance.choice(self._services), chance.choice(self._comuni)
        attributes = {
            name: chance.choice(values) if chance.random() < 0.1 else values[0] or False
            for name, values in REFERRAL_ATTRIBUTES.items()
            if name == "measure"
        } | {name: chance.random() < 0.1 for name, v in REFERRAL_ATTRIBUTES.items() if True in v}
        attributes |= {"anonymous": False, "sealed": False, "measure": attributes["measure"] or ""}
        return e.CaseOpened(
            protocol.protocol, protocol.version, self._plan.digest,
            str(UUID(int=chance.getrandbits(128), version=4)), service.kind, service.id, comune,
            self._territory.district_of(comune), day, attributes,
        )  # fmt: skip

    def walk(self, begins: datetime, steps: int) -> Iterator[tuple[CaseState, Run]]:
        """The state after each of so many moves, and the run that made it; fewer where the case
        comes to an end."""
        now = begins
        state = CaseState(UUID(int=self._random.getrandbits(128), version=4), self._plan)
        run = Run(self._plan, state.copy(), now, self._territory)
        moves.open_case(run, self.opened(begins.date()))
        yield self._after(run)
        for _ in range(steps):
            now += timedelta(hours=self._random.randint(*_WAIT_HOURS))
            state = run.state.copy()  # type: ignore[assignment]
            run = Run(self._plan, state.copy(), now, self._territory)
            moves.pass_time(run)
            self._do_something(run)
            if run.state.ended:
                return
            if run.emitted:
                yield self._after(run)

    def _after(self, run: Run) -> tuple[CaseState, Run]:
        assert isinstance(run.state, CaseState)
        run.state.version += len(run.emitted)
        return run.state, run

    def _do_something(self, run: Run) -> None:
        tasks = run.state.open_tasks()
        self._random.shuffle(tasks)
        for task in tasks:
            plan = self._plan.steps[task.step]
            # The first outcome is mostly how a path goes on.
            outcomes = [*plan.outcomes] if self._random.random() < 0.3 else [*plan.outcomes][:1]
            outcome = self._random.choice(outcomes)
            data = self._random.choice(
                self._answers.sets(task.step, plan.outcomes[outcome].requires)
            )
            before = len(run.emitted)
            try:
                moves.complete(run, task.key, outcome, data)
            except moves.Impossible:
                assert len(run.emitted) == before
                continue
            return

    def log(self, cases: int, most: int) -> Log:
        """So many open cases, after up to `most` moves each."""
        log = Log()
        begins = datetime(2025, 1, 7, 8, tzinfo=UTC)
        made = 0
        while made < cases:
            made += 1
            wanted = self._random.randint(0, most)
            version, seen = 0, []
            for state, run in self.walk(begins, wanted):
                command = PassTime(command_id=UUID(int=0), actor=_MACHINE, case=state.id)
                seen += recorded(state.id, version, run.emitted, command, "", run.now)
                version = state.version
            log.events += map(self._mapper.to_stored_event, seen)
            begins += timedelta(minutes=7)
        return log
