"""What the engine does with a case, learned by watching it once.

A move is tried on one case. At which places of its state the engine looked is noted, in order, with
what it found there, and which places it changed. In whatever case the same is found at the same
places the engine, which is deterministic, would look no further and change the same: there it need
not be asked. What was learned of a move is a tree of such findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from domain.conforming.differences import Differences
from domain.conforming.places import UNSAID, Places, Said, Values
from domain.conforming.supposing import MoreAnswers
from domain.conforming.watched import NOTHING, Test, Watched
from protocols.checker.answers import MISSING
from protocols.checker.reads import form_of
from protocols.checker.trial import Ask, Trial, Watch
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Fills, Guard, Plan, StepPlan
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED
from protocols.engine.timing import Timing
from protocols.facts import FactError
from protocols.language.document import Record
from protocols.language.formula import OPEN

_MOST_ASKED = 64


class Effect(NamedTuple):
    """`writes`: the places that change, with their new values. `ends`: the case ends, and with it
    all that is open. `supposed`: what had to be supposed, attributes (`case.x`) and earlier answers
    (`step.field`); `own`: the answers with which this was done, besides those it was tried with.
    `opens`: the steps of which a task was opened, or scheduled."""

    writes: tuple[tuple[int, int], ...]
    ends: bool
    supposed: tuple[tuple[str, Any], ...]
    own: tuple[tuple[str, Any], ...]
    opens: tuple[str, ...]


class _Asked(NamedTuple):
    """The engine wants to know something; for each value the place that then has it (-1: it is an
    answer of what is being done)."""

    ways: tuple[tuple[int, int, Learned], ...]


class _Impossible:
    """The protocol does not allow it."""


_IMPOSSIBLE = _Impossible()
_Leaf = Effect | _Asked | _Impossible


class _Fork:
    __slots__ = ("children", "others", "place", "without")

    def __init__(self, test: Test) -> None:
        self.place, self.without = test
        self.others = ~sum(1 << place for place in self.without)
        self.children: dict[int, _Fork | _Leaf] = {}


class Timeless(Timing):
    """Deadlines change nothing of where a case can go."""

    def deadlines(self, *_: Any) -> Any:
        return None, None, ()


class Trying(Trial):
    """The engine on a watched state. Time does not pass by itself: what is scheduled opens when it
    is done."""

    state: Watched

    def __init__(self, of: Engine, state: Watched) -> None:
        super().__init__(of.watch, state, of.at, {}, of.all)
        self.of = of
        self.whole = False
        self.doing = ""
        self.opens: list[str] = []
        self._settled: frozenset[str] | None = None

    @property
    def timing(self) -> Timing:
        return self.of.timing

    # ── what is not known is asked for ───────────────────────────────────────────────────────

    def need(self, path: str) -> None:
        state, places = self.state, self.of.places
        place = places.attributes.get(path)
        if place is None:
            return
        state.look(place)
        if dict.get(state.attributes, path.partition(".")[2], UNSAID) is UNSAID:
            # Which values go together hangs on all that is known.
            for other in places.attributes.values():
                state.look(other)
            raise Ask(path)

    def need_answer(self, path: str) -> None:
        name, _, rest = path.partition(".")
        state, places = self.state, self.of.places
        if name not in places.data:
            return
        state.look(places.data[name])
        data, field = dict.get(state.data, name), rest.partition(".")[0]
        if data is None or field in data or field not in places.fields[name]:
            return
        if field not in state.settled.get(name, ()):
            raise Ask(f"{name}.{field}")

    def holds(self, guard: Guard | None) -> bool:
        if guard is None:
            return True
        place, _, paths = self.watch.reads.guards[id(guard)]
        if place[-2:] == ("due", "when"):
            return False
        self._note(paths)
        for path in self.watch.reads.case_paths(guard):
            self.need(path)
        for path in paths:
            self.need_answer(path)
        self.state.asleep = True
        try:
            return Run.holds(self, guard)
        finally:
            self.state.asleep = False

    def _note(self, paths: tuple[str, ...]) -> None:
        state, places = self.state, self.of.places
        for path in paths:
            first, _, rest = path.partition(".")
            if first in ("case", "given"):
                if not rest or rest == "episode":
                    state.look(places.single["episode"])
                for name, place in places.attributes.items():
                    if name == path or not rest:
                        state.look(place)
            elif first == "events":
                event = rest.partition(".")[0]
                for name, place in places.happened.items():
                    if name == event or not event:
                        state.look(place)

    def _named(self, name: str) -> Any:
        named = super()._named(name)
        if name in ("case", "given"):
            return {key: value for key, value in named.items() if value is not MISSING}
        return named

    def read(self, path: str) -> Any:
        value = super().read(path)
        return None if value is MISSING else value

    def record(self, records: tuple[Record, ...], task: str, outcome: str, own: dict) -> None:
        for record in records:
            try:
                Run.record(self, (record,), task, outcome, own)
            except FactError:
                continue

    def filled(self, name: str, fills: Fills, data: dict[str, Any]) -> dict[str, Any]:
        for _, table in fills:
            for source in self.plan.protocol.tables[table].inputs.values():
                first = source.of.partition(".")[0]
                if first in ("case", "given"):
                    self.need(source.of)
                elif first != name:
                    self.need_answer(source.of)
        return super().filled(name, fills, data)

    # ── the same, looking at no more than matters ────────────────────────────────────────────

    def _busy(self) -> bool:
        state, steps = self.state, self.plan.steps
        places = self.of.places
        changed = frozenset(place for place in state.changed if place < len(self.plan.names))
        state.asleep = True
        try:
            for place in changed:
                name = places.order[place][1]
                held = steps[name].blocking and state.marks[name].status == OPEN
                if held and (
                    steps[name].scope
                    or any(key in state.open for key in state.of_step.get(name, ()))
                ):
                    return True
        finally:
            state.asleep = False
        state.tests[-1, changed] = None
        return self.of.others_busy(self.of.begun, changed)

    def start_round(self, step: str, cause: str) -> None:
        reset, state = self.plan.steps[step].closure, self.state
        tasks = tuple(
            key for name in reset for key in state.of_step.get(name, ()) if key in state.open
        )
        self.emit(e.RoundStarted(step, cause, reset, tasks))
        self.look_at(reset)

    def resume(self, cause: str) -> None:
        if cause in self.state.pauses:
            self.emit(e.ClocksResumed(cause, ()))

    def end(self, reason: str, silent: bool) -> None:
        state = self.state
        state.asleep = True
        super().end(reason, silent)
        state.asleep = False
        self.whole = True
        for name in ("ended", "silent", "pauses"):
            state.change(self.of.places.single[name])

    # ── moves ────────────────────────────────────────────────────────────────────────────────

    def do(self, step: str, outcome: str, data: dict[str, Any], settled: frozenset[str]) -> None:
        """Complete an open task of a step; of one with a task for each member, one more is made
        where all are done. `settled`: the fields that will not be asked for. Raises Impossible."""
        state, plan = self.state, self.plan.steps[step]
        if state.ended:
            raise moves.Impossible("case_ended", "il caso è chiuso", "the case has ended")
        tasks = [state.tasks[key] for key in state.of_step.get(step, ())]
        task = next((task for task in tasks if task.status == OPEN), None)
        if task is None:
            waiting = [task for task in tasks if task.status == SCHEDULED]
            if state.pauses:
                waiting = [task for task in waiting if task.ignores_pause]
            if waiting and plan.step.every:
                self.open_next(plan, waiting[0])
            elif waiting:
                self.open_task(plan, waiting[0].instance)
            else:
                self._one_more(plan, len(tasks))
            key = next(
                key for key in state.of_step.get(step, ()) if state.tasks[key].status == OPEN
            )
        else:
            key = task.key
        self.doing, self._settled = step, settled
        moves.complete(self, key, outcome, data)

    def emit(self, body: e.Body) -> None:
        if type(body) is e.StepScheduled or (
            type(body) is e.StepOpened and not dict.__contains__(self.state.open, body.task)
        ):
            self.opens.append(body.step)
        super().emit(body)
        if type(body) is e.StepCompleted and self._settled is not None:
            self.state.settled[body.step] = self._settled
            self._settled = None

    def _one_more(self, plan: StepPlan, count: int) -> None:
        if plan.scope:
            raise moves.Impossible("step_not_open", "non è aperto", "it is not open")
        moves.add_member(self, plan.name, f"member-{count + 1}")


class Engine:
    """The engine of one plan, watched. `begun`: the values from which the run in hand began."""

    def __init__(self, plan: Plan, places: Places, watch: Watch, answers: MoreAnswers) -> None:
        self.plan = plan
        self.places = places
        self.watch = watch
        self.answers = answers
        self.all = frozenset(plan.names)
        self.at: datetime = watch.start
        territory = watch.territory
        self.timing = Timeless(self.at, territory.calendar(None), territory.timezone)
        self.opened: e.CaseOpened | None = None
        self.attributes: dict[str, Any] = {}
        self.begun: Values = ()
        self.learned = 0
        self.differences = Differences(plan, watch, self._possible)

    def others_busy(self, values: Values, steps: frozenset[int]) -> bool:
        busy = self.places.busy
        return any(busy[place][values[place]] for place in range(len(busy)) if place not in steps)

    def state(self, values: Values, supposed: frozenset[int]) -> Watched:
        assert self.opened is not None
        return Watched(self.places, values, supposed, self.opened, self.at, self.attributes)

    def values_of(
        self, path: str, values: Values, own: dict[str, Any] | None
    ) -> Iterator[tuple[int, int, Any]]:
        """The values of an attribute or an answer that make a difference, each with its place and
        the number that it has there. `own`: the data of what is being done, where it is asked for
        one of its answers."""
        places = self.places
        if path in places.attributes:
            pieces = places.pieces
            assumed = {
                name: piece
                for name, place in places.attributes.items()
                if (piece := pieces[place][values[place]]) is not UNSAID
            }
            fitting = self.watch.referrals.fitting(
                path, self.watch.answers.attribute(path), assumed, MISSING
            )
            place = places.attributes[path]
            for value in self.differences.apart(path, fitting):
                yield place, places.value(place, value), value
            return
        name, _, key = path.partition(".")
        place = places.data[name]
        said: Said = places.pieces[place][values[place]] if own is None else Said(own, frozenset())
        values_there = self._answers_to(name, key, str(said.data.get("outcome")))
        for value in self.differences.apart(path, values_there):
            if own is not None:
                yield -1, 0, value
                continue
            data = said.data if value is MISSING else {**said.data, key: value}
            yield place, places.value(place, Said(data, said.settled | {key})), value

    def _answers_to(self, name: str, key: str, outcome_name: str) -> list[Any]:
        form = form_of(self.plan, name)
        field = form.fields.get(key) if form else None
        outcomes = self.plan.steps[name].outcomes if name in self.plan.steps else {}
        outcome = outcomes.get(outcome_name)
        needed = field is not None and (
            (field.required and not field.when) or (outcome is not None and key in outcome.requires)
        )
        return self.answers.values(name, key, field, needed)

    def _possible(self, path: str) -> list[Any]:
        """All the values that something may have, or have not."""
        if path.startswith(("case.", "given.")):
            return [*self.answers.attribute(path), MISSING]
        name, _, key = path.partition(".")
        if key == "outcome" and name in self.plan.steps:
            return [*self.plan.steps[name].outcomes, MISSING]
        return [*self._answers_to(name, key, ""), MISSING]


Play = Callable[[Trying, tuple[tuple[str, Any], ...]], None]


class Learned:
    """What is known of one move. `supposed`, `own`: what is said beside the values at hand;
    `places`: those that it says."""

    __slots__ = ("engine", "own", "places", "play", "root", "supposed")

    def __init__(
        self,
        engine: Engine,
        play: Play,
        supposed: tuple[tuple[str, Any], ...] = (),
        places: frozenset[int] = NOTHING,
        own: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        self.engine = engine
        self.play = play
        self.own = own
        self.supposed = supposed
        self.places = places
        self.root: _Fork | _Leaf | None = None

    def effects(self, values: Values, busy: int) -> Iterator[tuple[Effect, Values]]:
        """What it leads to from `values`, each with the values in which what was supposed is there.
        `busy`: the bits of the steps that keep the case open."""
        pending: list[tuple[Learned, Values]] = [(self, values)]
        tried = 0
        while pending:
            learned, here = pending.pop(0)
            found = learned._find(here, busy)
            tried += 1
            if type(found) is Effect:
                yield found, here
            elif type(found) is _Asked and tried < _MOST_ASKED:
                for place, value, following in found.ways:
                    there = here
                    if place >= 0:
                        there = (*here[:place], value, *here[place + 1 :])
                    pending.append((following, there))

    def _find(self, values: Values, busy: int) -> _Leaf:
        node = self.root
        while type(node) is _Fork:
            place = node.place
            if place >= 0:
                node = node.children.get(values[place])
            else:
                node = node.children.get(busy & node.others != 0)
        if node is None:
            return self._learn(values)
        return node  # type: ignore[return-value]

    def _learn(self, values: Values) -> _Leaf:
        engine = self.engine
        state = engine.state(values, self.places)
        engine.begun = values
        engine.learned += 1
        run = Trying(engine, state)
        leaf: _Leaf
        try:
            self.play(run, self.own)
            opens = tuple(dict.fromkeys(run.opens))
            leaf = Effect(state.written(), run.whole, self.supposed, self.own, opens)
        except Ask as ask:
            state.asleep = True
            leaf = _Asked(tuple(self._following(ask.path, run, values)))
        except (moves.Impossible, LookupError, ValueError, TypeError, AttributeError):
            leaf = _IMPOSSIBLE
        self._remember(list(state.tests), values, leaf)
        return leaf

    def _following(
        self, path: str, run: Trying, values: Values
    ) -> Iterator[tuple[int, int, Learned]]:
        engine, step = self.engine, path.partition(".")[0]
        is_own = step == run.doing and engine.places.data.get(step) in run.state.changed
        own = run.state.data[step] if is_own else None
        for place, number, value in engine.values_of(path, values, own):
            supposed, said, places = self.supposed, self.own, self.places
            if is_own:
                said = (*said, (path.partition(".")[2], value))
            else:
                supposed, places = (*supposed, (path, value)), places | {place}
            yield place, number, Learned(engine, self.play, supposed, places, said)

    def _remember(self, tests: list[Test], values: Values, leaf: _Leaf) -> None:
        if not tests:
            self.root = leaf
            return
        if self.root is None:
            self.root = _Fork(tests[0])
        node = self.root
        for number, test in enumerate(tests):
            assert type(node) is _Fork
            assert (node.place, node.without) == test
            found = values[test[0]] if test[0] >= 0 else self.engine.others_busy(values, test[1])
            if number == len(tests) - 1:
                node.children[found] = leaf
                return
            following = node.children.get(found)
            if following is None:
                following = node.children[found] = _Fork(tests[number + 1])
            node = following
