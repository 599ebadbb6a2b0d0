"""One move tried by the engine on a watched state, which has it look at no more than matters."""

from __future__ import annotations

from typing import Any

from domain.conforming.engine import Engine
from domain.conforming.places import UNSAID
from domain.conforming.watched import Watched
from protocols.checker.answers import MISSING
from protocols.checker.trial import Ask, Trial
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Fills, Guard, StepPlan
from protocols.engine.run import Run
from protocols.engine.state import SCHEDULED
from protocols.engine.timing import Timing
from protocols.facts import FactError
from protocols.language.document import Record
from protocols.language.formula import OPEN


class Trying(Trial):
    """The engine on a watched state. Time does not pass by itself: what is scheduled opens when it
    is done. `busy`: the bits of the steps that kept the case open when the run began."""

    state: Watched

    def __init__(self, of: Engine, state: Watched, busy: int) -> None:
        super().__init__(of.watch, state, of.at, {}, of.all)
        self.of = of
        self.busy = busy
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
        for _, table, _ in fills:
            for source in self.plan.protocol.tables[table].inputs.values() if table else ():
                first = source.of.partition(".")[0]
                if first in ("case", "given"):
                    self.need(source.of)
                elif first != name:
                    self.need_answer(source.of)
        return super().filled(name, fills, data)

    # ── the same, looking at no more than matters ────────────────────────────────────────────

    def scope(self, role: str) -> str:
        """Whose turn it is changes nothing of where a case can go."""
        return ""

    def assignee(self, role: str) -> str:
        return ""

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
        others = ~sum(1 << place for place in changed)
        state.ask_others(others)
        return self.busy & others != 0

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
