"""Terms that cannot be kept together, and indicators of what does not exist."""

from __future__ import annotations

from functools import cache

from protocols.checker.demands import Demands
from protocols.checker.report import Notes
from protocols.documents import nearest
from protocols.engine.plan import Plan
from protocols.language.durations import Duration
from protocols.language.formula import OUT
from protocols.text import Text

# Days of the calendar, on the average: a working day is 7/5 of one.
_DAYS = {
    "second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "working day": 1.4,
    "week": 7.0, "month": 30.4, "year": 365.2,
}  # fmt: skip


def days(duration: Duration) -> float:
    return duration.n * _DAYS[duration.unit]


def check_deadlines(plan: Plan, wanted: Demands, notes: Notes) -> None:
    """A limit from a step is compared with what the steps in between are allowed to take."""
    chains = _Chains(plan, wanted)
    for name, step in plan.protocol.steps.items():
        due = step.due
        if due is None:
            continue
        if due.remind and days(due.remind.duration) >= days(due.within) > 0 and not due.of:
            notes.add(
                "reminder-too-early", ("steps", name, "due", "remind"),
                Text(
                    f"«{step.title.it}»: il promemoria cadrebbe prima dell'apertura del passo "
                    f"({due.remind} su {due.within}).",
                    f"“{step.title.in_('en')}”: the reminder would fall before the step opens "
                    f"({due.remind} of {due.within}).",
                ),
                Text("Accorciare il promemoria.", "Shorten the reminder."), severity="warning",
            )  # fmt: skip
        if due.of in plan.steps and not due.before:
            limit = days(due.within)
            least, allowed, path = chains.between(due.of, name)
            if path and least > limit:
                _impossible(plan, notes, name, f"{due.within}", path, least, certain=True)
            elif path and allowed > limit:
                _impossible(plan, notes, name, f"{due.within}", path, allowed, certain=False)
    _indicators(plan, chains, notes)


def _impossible(
    plan: Plan, notes: Notes, name: str, limit: str, path: list[str], taken: float, *, certain: bool
) -> None:
    chain = [f"«{plan.protocol.steps[step].title.it}»" for step in path]
    chain_en = [f"“{plan.protocol.steps[step].title.in_('en')}”" for step in path]
    passes, passes_en = ("passano", "must pass") if certain else ("possono passare", "may pass")
    notes.add(
        "impossible-deadline", ("steps", name, "due"),
        Text(
            f"Il termine è {limit}, ma fino a qui {passes} circa {taken:.0f} giorni: "
            f"{' → '.join(chain)}.",
            f"The limit is {limit}, but about {taken:.0f} days {passes_en} on the way here: "
            f"{' → '.join(chain_en)}.",
        ),
        Text(
            "Allungare il termine, o accorciare quelli dei passi che vengono prima.",
            "Lengthen the limit, or shorten those of the steps before.",
        ),
        tuple(
            Text(f"{passo}: {plan.protocol.steps[step].due.within}", f"{en}: {plan.protocol.steps[step].due.within}")  # type: ignore[union-attr]  # noqa: E501
            if plan.protocol.steps[step].due else Text(passo, en)
            for step, passo, en in zip(path, chain, chain_en, strict=True)
        ),
    )  # fmt: skip


class _Chains:
    """How long it takes from one step's end to another's opening, by the steps surely between."""

    def __init__(self, plan: Plan, wanted: Demands) -> None:
        self.plan = plan
        self.wanted = wanted
        self.between = cache(self._between)

    def before(self, name: str) -> set[str]:
        """Steps that are surely done right before this one."""
        demands = self.wanted.of(name)
        if not demands:
            return set()
        sets = [{read for read, mark in demand.items() if mark != OUT} for demand in demands]
        return set.intersection(*sets)

    def _between(self, start: str, name: str) -> tuple[float, float, list[str]]:
        """(least days, days that the limits allow, path) from `start` done to `name` open. An empty
        path where `start` need not come first."""
        if name == start:
            return 0.0, 0.0, []
        step = self.plan.steps[name]
        wait = 0.0
        if step.starts and step.starts.side == "after" and step.starts_after:
            wait = days(step.starts.duration)
        best: tuple[float, float, list[str]] = (0.0, 0.0, [])
        for read in sorted(self.before(name)):
            if read == start:
                if not best[2]:
                    best = (wait, wait, [name])
                continue
            least, allowed, path = self.between(start, read)
            if not path:
                continue
            due = self.plan.protocol.steps[read].due
            own = days(due.within) if due and not due.of else 0.0
            total = (least + wait, allowed + own + wait, [*path, name])
            if total[:2] > best[:2] or not best[2]:
                best = total
        return best


def _indicators(plan: Plan, chains: _Chains, notes: Notes) -> None:
    for name, indicator in plan.protocol.indicators.items():
        moments = []
        for key, text in (("from", indicator.start), ("to", indicator.end)):
            step, _, moment = text.partition(".")
            if text == "case.opened" or (step in plan.steps and moment in ("opened", "done")):
                moments.append((step, moment))
                continue
            near = nearest(step, plan.names)
            hint = (f" Forse «{near}»?", f" Perhaps “{near}”?") if near else ("", "")
            notes.add(
                "indicator-unknown", ("indicators", name, key),
                Text(
                    f"L'indicatore misura «{text}», che non esiste.{hint[0]}",
                    f"The indicator measures “{text}”, which does not exist.{hint[1]}",
                ),
                Text(
                    "Scrivere per esempio triage.opened, triage.done o case.opened.",
                    "Write for example triage.opened, triage.done or case.opened.",
                ),
            )  # fmt: skip
        if len(moments) < 2 or indicator.within is None or moments[0][0] == "case":
            continue
        (start, first), (end, last) = moments
        if first != "done":
            continue
        _, allowed, path = chains.between(start, end)
        due = plan.protocol.steps[end].due
        allowed += days(due.within) if last == "done" and due and not due.of else 0.0
        if path and allowed > days(indicator.within) + 0.01:
            chain = " → ".join(path)
            notes.add(
                "impossible-deadline", ("indicators", name, "within"),
                Text(
                    f"L'indicatore vuole {indicator.within}, ma i termini dei passi ne ammettono "
                    f"circa {allowed:.0f} giorni: {chain}.",
                    f"The indicator wants {indicator.within}, but the steps' limits allow about "
                    f"{allowed:.0f} days: {chain}.",
                ),
                Text(
                    "Allungare l'obiettivo, o accorciare i termini.",
                    "Lengthen the target, or shorten the limits.",
                ),
                severity="warning",
            )  # fmt: skip
