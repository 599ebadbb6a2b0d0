"""Whatever is thrown at a case, it is never stuck and never between two states."""

from __future__ import annotations

import copy
from collections import deque
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.case import commands as c
from domain.case import decide as deciding
from domain.case.state import CaseState, evolve
from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from protocols.engine import events as e
from protocols.engine.agenda import next_moment
from protocols.engine.moves import why_not
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.language.formula import DONE, OPEN, OUT, WAITING
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine import gwt
from tests.engine.generated import PEOPLE, answers, protocols

NOT_COMPARED = {"version"}
SETTLING = {"again", "ends", "result", "resumes"}


class AnyOrder(Run):
    """A run that looks at steps in an order of its own."""

    order = Random(0)

    def look_at(self, steps: tuple[str, ...]) -> None:
        looked = [*self._look, *steps]
        self.order.shuffle(looked)
        self._look = deque(looked)


def picture(state: CaseState) -> dict[str, Any]:
    """All of a state, comparable."""
    return {name: getattr(state, name) for name in state._fields if name not in NOT_COMPARED}


class AnyCase(RuleBasedStateMachine):
    """One case of one protocol; every rule is something that people or time may do to it."""

    plan: Plan
    case: gwt.Given
    forced: set[str]
    stride = 2

    def start(self, plan: Plan) -> None:
        self.plan = plan
        self.case = gwt.given(plan)
        self.forced = set()

    def ask(self, command: c.Command) -> gwt.Decided:
        """Refused and nothing changes, or accepted and the fold of the events is the new state."""
        before = self.case.state
        kept = copy.deepcopy(picture(before))
        decided = self.case.when(command)
        assert picture(before) == kept, "deciding changed the state it was given"
        if decided.refusal is not None:
            assert decided.refusal.message.it
            assert decided.refusal.message.en
            return decided
        folded = before
        for body in decided.events:
            folded = evolve(folded, body, self.case.now)
        assert picture(folded) == picture(decided.state), "the fold is not what was decided"
        assert folded.version == decided.state.version
        assert picture(before) == kept, "evolving changed the state it was given"
        for seed in range(2):
            AnyOrder.order = Random(seed)
            with patch.object(deciding, "Run", AnyOrder):
                otherwise = self.case.when(command)
            assert otherwise.refusal is None
            same = picture(otherwise.state) == picture(decided.state)
            assert same, "the order of looking matters"
        self.forced |= {body.step for body in decided.of(e.StepForced)}
        self.case = gwt.Given(self.plan, decided.state, self.case.now, self.case.actor)
        return decided

    # ── what people do ───────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.case.open)
    @rule(data=st.data(), machine=st.booleans())
    def complete_an_open_task(self, data: st.DataObject, machine: bool) -> None:
        self.complete_one(data, machine, stay=False)

    def complete_one(self, data: st.DataObject, machine: bool, stay: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.case.open)))
        step = self.plan.steps[self.case.task(key).step]
        lasting = [name for name, outcome in step.outcomes.items() if not outcome.ends]
        outcome = data.draw(st.sampled_from(lasting if stay and lasting else [*step.outcomes]))
        form = self.plan.protocol.forms.get(step.step.form or "")
        given = data.draw(answers(form, step.outcomes[outcome].requires))
        actor = gwt.SYSTEM if machine else None
        self.ask(gwt.complete(key, outcome, actor, **given))

    @precondition(lambda self: self.case.open)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        for _ in range(self.stride):
            if self.case.open:
                self.complete_one(data, machine=False, stay=True)

    @rule(
        key=st.sampled_from(["s0", "s1", "s2#ada", "back", "nowhere", "s1#", "", "s9#x#y"]),
        outcome=st.sampled_from(["yes", "no", "done", "", "nothing"]),
    )
    def complete_anything(self, key: str, outcome: str) -> None:
        self.ask(gwt.complete(key, outcome))

    @rule(data=st.data())
    def let_something_happen(self, data: st.DataObject) -> None:
        run = Run(self.plan, self.case.state, self.case.now, gwt.TERRITORY)
        possible = [name for name, plan in self.plan.events.items() if not why_not(run, plan)]
        name = data.draw(st.sampled_from([*possible, *self.plan.events, "nothing"]))
        plan = self.plan.events.get(name)
        form = plan.event.form if plan else None
        given = data.draw(answers(self.plan.protocol.forms.get(form or "")))
        if plan and plan.event.ends and data.draw(st.integers(0, 3)):
            return
        self.ask(gwt.event(name, **given))

    @rule(data=st.data(), how=st.sampled_from([gwt.skip, gwt.force, gwt.redo]))
    def leave_the_path(self, data: st.DataObject, how: Any) -> None:
        self.ask(how(data.draw(st.sampled_from([*self.plan.names, "nowhere"]))))

    @rule(data=st.data(), how=st.sampled_from([gwt.claim, gwt.release, gwt.give_up]))
    def take_a_task(self, data: st.DataObject, how: Any) -> None:
        self.ask(how(data.draw(st.sampled_from([*sorted(self.case.state.tasks), "nowhere"]))))

    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def add_a_member(self, data: st.DataObject, person: str) -> None:
        many = [name for name in self.plan.names if self.plan.steps[name].step.each]
        self.ask(gwt.add_member(data.draw(st.sampled_from(many or self.plan.names)), person))

    @precondition(lambda self: self.case.state.data)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.case.state.data)))
        form = self.plan.protocol.forms.get(self.plan.steps[name].step.form or "")
        self.ask(gwt.correct(name, **data.draw(answers(form))))

    @rule(minutes=st.sampled_from([1, 60, 24 * 60, 9 * 24 * 60, 40 * 24 * 60, 400 * 24 * 60]))
    def let_time_pass(self, minutes: int) -> None:
        if minutes > 100 * 24 * 60 and len(self.case.state.tasks) > 100:
            return
        self.case = self.case.on(self.case.now + timedelta(minutes=minutes))
        decided = self.ask(gwt.pass_time())
        if decided.of(DisclosureExpiring) or decided.of(DisclosureExpired):
            # What besides was due is asked for next.
            self.ask(gwt.pass_time())
        moment = next_moment(self.case.state)
        assert moment is None or moment.at > self.case.now, "something is due and was not done"

    @rule(data=st.data())
    def two_independent_completions_in_either_order(self, data: st.DataObject) -> None:
        tasks = sorted(self.case.open)
        if len(tasks) < 2:
            return
        keys = data.draw(st.lists(st.sampled_from(tasks), min_size=2, max_size=2, unique=True))
        commands, steps = [], set()
        for key in keys:
            step = self.plan.steps[self.case.task(key).step]
            outcome = data.draw(st.sampled_from(sorted(step.outcomes)))
            what = step.outcomes[outcome]
            if step.step.race or any(getattr(what, effect) for effect in SETTLING):
                return
            steps.add(step.name)
            form = self.plan.protocol.forms.get(step.step.form or "")
            commands.append(gwt.complete(key, outcome, **data.draw(answers(form))))
        if len(steps) < 2:
            return
        ends = []
        for order in (commands, commands[::-1]):
            case = self.case
            for command in order:
                decided = case.when(command)
                if decided.refusal is not None:
                    return
                case = gwt.Given(self.plan, decided.state, case.now, case.actor)
            ends.append((case.state.marks, set(case.state.open), case.state.ended))
        assert self.reads_other_data() or ends[0] == ends[1], "the order of completions matters"

    def reads_other_data(self) -> bool:
        """Whether guards read what steps recorded: then what is recorded first may matter."""
        return False

    # ── what is always so ────────────────────────────────────────────────────────────────────

    @invariant()
    def never_stuck(self) -> None:
        state = self.case.state
        if not state.ended:
            blocking = [
                key for key in state.open if self.plan.steps[state.tasks[key].step].blocking
            ]
            assert blocking, "the case is open and nothing can be done in it"

    @invariant()
    def what_is_open_agrees_with_tasks_and_marks(self) -> None:
        state = self.case.state
        live = {key for key, task in state.tasks.items() if task.status in (OPEN, "scheduled")}
        assert set(state.open) == live
        for step, keys in state.of_step.items():
            assert len(set(keys)) == len(keys)
            assert all(state.tasks[key].step == step for key in keys)
        with_open = {state.tasks[key].step for key in state.open}
        for step, mark in state.marks.items():
            if mark.status == OPEN and self.plan.steps[step].scope:
                assert step not in with_open, f"{step} is a scope and has a task"
            elif mark.status == OPEN:
                assert step in with_open, f"{step} is open and has no task"
            elif mark.status in (WAITING, OUT):
                assert step not in with_open, f"{step} is {mark.status} and has an open task"
            elif step in with_open:
                assert self.plan.steps[step].step.each
            if mark.status == DONE:
                assert mark.outcome
        for key in state.open:
            assert state.tasks[key].round == state.marks[state.tasks[key].step].round

    @invariant()
    def after_an_end_nothing_is_open(self) -> None:
        state = self.case.state
        if state.ended:
            assert not state.open
            assert not state.paused
            assert next_moment(state) is None
            assert not any(mark.status == OPEN for mark in state.marks.values())

    @invariant()
    def clocks_that_stand_can_be_set_going(self) -> None:
        state = self.case.state
        for cause in state.pauses:
            resumers = self.plan.events[cause].event.opens
            assert any(state.marks[step].status == OPEN for step in resumers)

    @invariant()
    def all_that_can_settle_has_settled(self) -> None:
        state = self.case.state
        if state.ended:
            return
        run = Run(self.plan, state, self.case.now, gwt.TERRITORY)
        run.look_at(tuple(name for name in self.plan.names if name not in self.forced))
        run.settle()
        assert run.emitted == []


class RandomProtocol(AnyCase):
    @initialize(plan=protocols())
    def begin(self, plan: Plan) -> None:
        self.start(plan)


@cache
def shipped() -> tuple[Plan, ...]:
    return Registry.load(default_pack()).all()


class ShippedProtocol(AnyCase):
    """The territory's own protocol, taken far by long strides."""

    stride = 12

    @initialize(
        plan=st.deferred(lambda: st.sampled_from(shipped())),
        source=st.sampled_from(["CPS", "SERT", "NOA", "UOMPIA"]),
        minor=st.booleans(),
    )
    def begin(self, plan: Plan, source: str, minor: bool) -> None:
        self.plan = plan
        attributes = {"minor": minor, "anonymous": source == "SERT", "violence": False}
        self.case = gwt.given(plan, source=source, attributes=attributes)
        self.forced = set()

    def reads_other_data(self) -> bool:
        return True


_QUIET = list(hypothesis.HealthCheck)
# A failure is told as it was found: `-m slow` also looks for the shortest history that leads to it.
_SHORT = [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.shrink]

TestRandomProtocol = RandomProtocol.TestCase
TestRandomProtocol.settings = settings(
    max_examples=120,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=_QUIET,
    phases=_SHORT,
)
TestShippedProtocol = ShippedProtocol.TestCase
TestShippedProtocol.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=_QUIET,
    phases=_SHORT,
)


class RandomProtocolAtLength(RandomProtocol):
    """The same, for minutes rather than seconds."""


class ShippedProtocolAtLength(ShippedProtocol):
    """The same, for minutes rather than seconds."""


TestRandomProtocolAtLength = pytest.mark.slow(RandomProtocolAtLength.TestCase)
TestRandomProtocolAtLength.settings = settings(
    max_examples=3_000, stateful_step_count=40, deadline=None, suppress_health_check=_QUIET
)
TestShippedProtocolAtLength = pytest.mark.slow(ShippedProtocolAtLength.TestCase)
TestShippedProtocolAtLength.settings = settings(
    max_examples=500, stateful_step_count=60, deadline=None, suppress_health_check=_QUIET
)
