"""Two versions held against each other, once for all cases that move from one to the other."""

from __future__ import annotations

from protocols.checker.readers import data_readers
from protocols.checker.reads import Reads, form_of
from protocols.diff.match import Names
from protocols.engine.plan import Plan, StepPlan
from protocols.language.document import Step
from protocols.migration.mapping import Mapping


class Versions:
    """`target`: old step → its name in the new version, '' where it is gone; `origin`: the inverse.

    `reshaped`, `reformed`, `reheld`: new names of steps that are done in another way, with another
    form, by somebody else; `guarded`: whose condition reads otherwise; `unasked`: (step, field)
    pairs that the new version decides by and the old one did not ask for → who decides by them.
    """

    def __init__(self, old: Plan, new: Plan, mapping: Mapping) -> None:
        """Of the mapping, only what it says of steps and events matters here."""
        self.old, self.new = old, new
        self.target = {name: mapping.step(name, new) for name in old.steps}
        self.origin = {new: old for old, new in self.target.items() if new}
        self.event = {name: mapping.event(name, new) for name in old.events}
        pairs = [(old.steps[before], new.steps[after]) for after, before in self.origin.items()]
        self.reshaped = {b.name for a, b in pairs if _shape(a.step) != _shape(b.step)}
        self.reformed = {b.name for a, b in pairs if form_of(old, a.name) != form_of(new, b.name)}
        self.reheld = {b.name for a, b in pairs if _held(old, a.step) != _held(new, b.step)}
        names = Names(
            steps={a: b for a, b in mapping.steps.items() if b},
            events={a: b for a, b in mapping.events.items() if b},
        )
        self.guarded = {
            b.name
            for a, b in pairs
            if b.step.when and (not a.step.when or names.guard(a.step.when) != b.step.when)
        }
        self.unasked = self._unasked()

    def _unasked(self) -> dict[tuple[str, str], frozenset[str]]:
        new = self.new
        reads = Reads(new)
        found = {}
        for (step, field), who in data_readers(new, reads, frozenset(new.names)).items():
            before = self.origin.get(step)
            if before is None or field == "outcome":
                continue
            asked = form_of(self.old, before)
            asks = form_of(new, step)
            if asks and field in asks.fields and (not asked or field not in asked.fields):
                found[step, field] = frozenset(who)
        return found


def _shape(step: Step) -> tuple[bool, ...]:
    return (
        step.each is not None,
        step.every is not None,
        step.automation is not None,
        step.waits_for is not None,
        step.uses is not None,
    )


def _held(plan: Plan, step: Step) -> tuple[object, ...]:
    name = step.role or (step.automation.fallback if step.automation else None)
    role = plan.protocol.roles[name] if name else None
    run = step.automation.run if step.automation else ""
    return (name, role.held_by if role else None, role.deputy if role else None,
            (role.held_as if role else None) or name, run)  # fmt: skip


def comes_after(plan: Plan, name: str) -> frozenset[str]:
    """The steps that show a case to be past the moment at which this one would open: those that
    depend on it, and those that depend on all that it depends on."""
    step = plan.steps[name]
    past = set(step.closure)
    before = _depends_on(step)
    if before:
        past |= set.intersection(*(set(plan.steps[read].closure) - {read} for read in before))
    elif not step.dormant:
        past |= set(plan.names)
    return frozenset(past - {name})


def _depends_on(step: StepPlan) -> list[str]:
    reads = [*(step.formula.steps if step.formula else ())]
    reads += [step.region] if step.region else []
    reads += [step.within] if step.within else []
    return list(dict.fromkeys(reads))
