"""A protocol made ready to run: formulas parsed, guards compiled, dependencies turned round."""

from __future__ import annotations

from collections.abc import Sequence

from protocols.engine.guard import Guard
from protocols.language.document import CaseEvent, Outcome, Protocol, Step
from protocols.language.durations import Moment
from protocols.language.formula import Formula, FormulaError, parse
from protocols.language.library import Source
from protocols.text import Text


class PlanError(ValueError):
    """The document cannot be run: `problems` are (dotted path, message, name at fault or '')."""

    def __init__(self, problems: list[tuple[tuple[str, ...], Text, str]]) -> None:
        super().__init__("; ".join(f"{'.'.join(path)}: {text.en}" for path, text, _ in problems))
        self.problems = tuple(problems)


# (field, table): a form's fields that decision tables give.
# Each field that nobody is asked for, with the table that gives it or the column it adds up.
Fills = tuple[tuple[str, str, str], ...]


class StepPlan:
    """One step, compiled. `dependents`: steps to look at again when this one settles or opens;
    `closure`: all that depends on it, directly or not, itself first (what a new round resets);
    `starts_after`: the step from which its time to open is counted, or ''; `fills`: the (field,
    table) pairs that its completion fills in.

    `scope`: whether it is one, a step with a sub-protocol; of these `children` are the steps
    directly inside, `inside` all of them, `copies` those that stand for one member each. `within`:
    the scope that it is in.
    `holding`: keeps what it is in from being left; `blocking`: keeps the case from ending."""

    __slots__ = (
        "blocking", "children", "closure", "copies", "dependents", "dormant", "due_guard", "fills",
        "formula", "guard", "holding", "inside", "name", "opened_by", "outcome_guards", "outcomes",
        "region", "scope", "starts", "starts_after", "step", "within",
    )  # fmt: skip

    def __init__(self, name: str, step: Step, formula: Formula | None, dormant: bool) -> None:
        self.name = name
        self.step = step
        self.formula = formula
        self.dormant = dormant
        self.guard = Guard(step.when) if step.when else None
        self.due_guard = Guard(step.due.when) if step.due and step.due.when else None
        self.region = step.during
        self.starts: Moment | None = step.starts
        self.starts_after = ""
        self.holding = self.blocking = not (step.optional or step.every)
        self.within = step.within
        self.scope = step.inside is not None
        self.children: tuple[str, ...] = ()
        self.inside: tuple[str, ...] = ()
        self.copies: tuple[str, ...] = step.inside.copies if step.inside else ()
        self.outcomes = {key: value or Outcome() for key, value in step.outcomes.items()}
        self.outcome_guards = {
            key: Guard(value.when) for key, value in self.outcomes.items() if value.when
        }
        self.dependents: tuple[str, ...] = ()
        self.closure: tuple[str, ...] = (name,)
        self.opened_by: tuple[str, ...] = ()
        self.fills: Fills = ()


class EventPlan:
    """One case event, compiled. `completes`: (step, outcome) or None; `wanted_by`: the (step,
    outcome) pairs that it completes where they are open; `fills`: as of a step."""

    __slots__ = ("completes", "event", "fills", "formula", "name", "wanted_by", "within")

    def __init__(self, name: str, event: CaseEvent, formula: Formula | None) -> None:
        self.name = name
        self.event = event
        self.formula = formula
        step, _, outcome = (event.completes or "").partition(".")
        self.completes = (step, outcome) if step else None
        self.wanted_by: tuple[tuple[str, str], ...] = ()
        self.fills: Fills = ()
        self.within = event.within


class Plan:
    """A protocol version ready to run. `digest`: sha256 (hex) of its text, pinned by each case;
    `sources`: the texts that it rests on, base first, where it was read from texts."""

    def __init__(
        self, protocol: Protocol, text: str = "", digest: str = "", sources: Sequence[Source] = ()
    ) -> None:
        self.protocol = protocol
        self.text = text
        self.digest = digest
        self.sources = tuple(sources)
        self._problems: list[tuple[tuple[str, ...], Text, str]] = []
        self.steps = self._compile_steps()
        self.events = {
            name: EventPlan(name, event, self._formula(event.after, ("events", name, "after")))
            for name, event in protocol.events.items()
        }
        self.names = tuple(self.steps)
        if self._problems:
            raise PlanError(self._problems)
        # Innermost first: what is left inside may let what is around it be left too.
        self.scopes = self._nest()
        self._turn_round()
        self.waiting_for = {
            event: tuple(n for n, plan in self.steps.items() if plan.step.waits_for == event)
            for event in self.events
        }
        for name, event_plan in self.events.items():
            wanted = dict([event_plan.completes] if event_plan.completes else [])
            for waiting in self.waiting_for[name]:
                wanted.setdefault(waiting, next(iter(self.steps[waiting].outcomes)))
            event_plan.wanted_by = tuple(wanted.items())
            event_plan.fills = self._fills(event_plan.event.form)
        for plan in self.steps.values():
            plan.fills = self._fills(plan.step.form)

    def _fills(self, form_name: str | None) -> Fills:
        form = self.protocol.forms.get(form_name or "")
        fields = form.fields if form else {}
        return tuple(
            (name, f.filled_by or "", f.sum_of or "") for name, f in fields.items() if f.computed
        )

    def problem(self, path: tuple[str, ...], it: str, en: str, name: str = "") -> None:
        self._problems.append((path, Text(it=it, en=en), name))

    def _formula(self, text: str | None, path: tuple[str, ...]) -> Formula | None:
        if text is None:
            return None
        try:
            formula = parse(text)
        except FormulaError as error:
            self.problem(path, f"condizione non leggibile: {error}", f"unreadable: {error}")
            return None
        steps = self.protocol.steps
        for step, outcome in formula.atoms:
            if step not in steps:
                self.problem(path, f"il passo '{step}' non esiste", f"no step '{step}'", step)
            elif outcome is not None and outcome not in steps[step].outcomes:
                self.problem(
                    path,
                    f"il passo '{step}' non ha l'esito '{outcome}'",
                    f"step '{step}' has no outcome '{outcome}'",
                    outcome,
                )
        return formula

    def _compile_steps(self) -> dict[str, StepPlan]:
        opened_by: dict[str, list[str]] = {}
        for event_name, event in self.protocol.events.items():
            for step_name in event.opens:
                opened_by.setdefault(step_name, []).append(event_name)
        compiled = {}
        steps = self.protocol.steps
        for name, step in steps.items():
            after = step.after
            if after is None and step.starts and "." not in step.starts.anchor:
                anchor = step.starts.anchor
                if anchor != step.during and anchor in self.protocol.steps:
                    after = anchor
            formula = self._formula(after, ("steps", name, "after"))
            copy = bool(step.within and steps[step.within].each)
            dormant = copy or (name in opened_by and step.after is None)
            try:
                plan = StepPlan(name, step, formula, dormant)
            except ValueError as error:
                reason = str(error).splitlines()[0]
                self.problem(
                    ("steps", name, "when"), f"guardia non leggibile: {reason}",
                    f"unreadable guard: {reason}",
                )  # fmt: skip
                continue
            plan.opened_by = tuple(opened_by.get(name, ()))
            if step.starts and step.starts.anchor in self.protocol.steps:
                plan.starts_after = step.starts.anchor
            compiled[name] = plan
        return compiled

    def _nest(self) -> tuple[str, ...]:
        """Put the steps inside their scopes; the scopes, innermost first."""
        depth = {}
        for name, plan in self.steps.items():
            around, at = [], plan.within
            while at:
                around.append(at)
                at = self.steps[at].within
            for scope in around:
                self.steps[scope].inside += (name,)
                plan.blocking = plan.blocking and self.steps[scope].holding
            if plan.within:
                self.steps[plan.within].children += (name,)
            if plan.scope:
                depth[name] = len(around)
        return tuple(sorted(depth, key=lambda name: -depth[name]))

    def _turn_round(self) -> None:
        dependents: dict[str, list[str]] = {name: [] for name in self.steps}
        for name, plan in self.steps.items():
            reads = list(plan.formula.steps) if plan.formula else []
            reads += [plan.region] if plan.region else []
            reads += [plan.within] if plan.within else []
            if plan.starts:
                reads.append(plan.starts.anchor.split(".")[0])
            if plan.step.each:
                reads.append(plan.step.each.split(".")[0])
            for read in dict.fromkeys(reads):
                if read in dependents and read != name:
                    dependents[read].append(name)
        for name, plan in self.steps.items():
            plan.dependents = tuple(dependents[name])
        for name, plan in self.steps.items():
            plan.closure = self._closure(name)

    def _closure(self, name: str) -> tuple[str, ...]:
        found = {name: None}
        queue = [name]
        while queue:
            for dependent in self.steps[queue.pop()].dependents:
                if dependent not in found:
                    found[dependent] = None
                    queue.append(dependent)
        return tuple(found)
