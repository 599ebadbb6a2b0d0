"""Whether somebody holds every role wherever a case may ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from protocols.checker.answers import MISSING, Answers
from protocols.checker.demands import Demands
from protocols.checker.reads import KEPT, Location, Reads, field_at
from protocols.checker.referrals import Referrals
from protocols.checker.report import Notes
from protocols.documents import nearest
from protocols.engine.plan import Plan
from protocols.language.document import Role
from protocols.territory import Territory
from protocols.text import Text

_MOST_SHOWN = 4


def check_roles(
    plan: Plan, territory: Territory, on: date, reads: Reads, wanted: Demands, notes: Notes
) -> None:
    """On the day `on`: every comune, district and service concerned, or the one body there is."""
    uses: dict[str, list[Location]] = {}
    for name, place in _uses(plan):
        uses.setdefault(name, []).append(place)
    for name, role in plan.protocol.roles.items():
        if name not in uses:
            notes.add(
                "unused", ("roles", name),
                Text(f"Il ruolo «{name}» non serve a nulla.", f"Role “{name}” is not used."),
                Text("Toglierlo o usarlo.", "Remove it or use it."), severity="warning",
            )  # fmt: skip
            continue
        if role.held_by.person:
            _named(plan, name, role, wanted, notes)
            continue
        held_as = getattr(role, "held_as", None) or name
        if held_as not in territory.roles:
            near = nearest(held_as, territory.roles)
            hint = (f" Forse «{near}»?", f" Perhaps “{near}”?") if near else ("", "")
            notes.add(
                "role-unknown", ("roles", name),
                Text(
                    f"Il territorio non ha il ruolo «{held_as}»: nessuno può averlo.{hint[0]}",
                    f"The territory has no role “{held_as}”: nobody can hold it.{hint[1]}",
                ),
                Text(
                    "Usare un ruolo di governance.yaml, o aggiungerlo lì.",
                    "Use a role of governance.yaml, or add it there.",
                ),
            )  # fmt: skip
            continue
        kinds = _kinds(plan, territory, name, uses[name], reads, wanted)
        empty = [
            shown
            for scope, shown in _scopes(role, Referrals(plan, territory), kinds)
            if not territory.holders(held_as, scope, on)
        ]
        if empty:
            listed = ", ".join(empty[:_MOST_SHOWN])
            more = f" (+{len(empty) - _MOST_SHOWN})" if len(empty) > _MOST_SHOWN else ""
            notes.add(
                "role-not-held", ("roles", name),
                Text(
                    f"Nessuno ha il ruolo «{role.title.it}» in: {listed}{more}.",
                    f"Nobody holds the role “{role.title.in_('en')}” in: {listed}{more}.",
                ),
                Text(
                    "Indicare chi lo ha in people.yaml, o affidare i passi a un altro ruolo.",
                    "Name a holder in people.yaml, or give the steps to another role.",
                ),
            )  # fmt: skip


def _uses(plan: Plan) -> Iterator[tuple[str, Location]]:
    protocol = plan.protocol
    for name, step in protocol.steps.items():
        at: Location = ("steps", name)
        if step.role:
            yield step.role, at
        if step.automation:
            yield step.automation.fallback, at
        for rung in step.due.overdue if step.due else ():
            if rung.to != "deputy":
                yield rung.to, at
    for name, event in protocol.events.items():
        for role in event.by:
            yield role, ("events", name)
    for kind in ("skip", "redo", "force", "correct"):
        for role in getattr(protocol.exceptions, kind):
            yield role, ("exceptions", kind)
    for name, role_ in protocol.roles.items():
        if role_.deputy:
            yield role_.deputy, ("roles", name)


def _named(plan: Plan, name: str, role: Role, wanted: Demands, notes: Notes) -> None:
    path = role.held_by.person or ""
    source = path.split(".")[0]
    field = field_at(plan, path)
    for step_name, step in plan.protocol.steps.items():
        if step.role != name or source not in plan.steps:
            continue
        if source not in wanted.done_before(step_name) and not plan.steps[step_name].dormant:
            notes.add(
                "person-not-named", ("steps", step_name, "role"),
                Text(
                    f"«{step.title.it}» è di chi è indicato in «{path}», che può non esserci "
                    "ancora.",
                    f"“{step.title.in_('en')}” belongs to whom “{path}” names, which may not be "
                    "there yet.",
                ),
                Text(f"Aspettare «{source}» in 'after'.", f"Wait for “{source}” in 'after'."),
                severity="warning",
            )  # fmt: skip
    if field is not None and not field.required:
        notes.add(
            "person-not-named", ("roles", name, "held_by", "person"),
            Text(
                f"«{path}» è facoltativo: il ruolo può restare senza nessuno.",
                f"“{path}” is optional: the role may be left with nobody.",
            ),
            Text("Rendere il campo obbligatorio.", "Make the field required."), severity="warning",
        )  # fmt: skip


def _scopes(role: Role, referrals: Referrals, kinds: set[str]) -> Iterator[tuple[str, str]]:
    """(scope, how it is called)."""
    kind = role.held_by.organisation
    territory = referrals.territory
    if kind == "comune":
        for istat in referrals.comuni():
            yield f"comune:{istat}", territory.comuni[istat].name
    elif kind == "district":
        for number in sorted({territory.district_of(istat) for istat in referrals.comuni()}):
            yield f"district:{number}", f"distretto {number}"
    elif kind == "service":
        for name in referrals.services():
            if territory.services[name].kind in kinds:
                yield f"service:{name}", name
    else:
        yield kind, kind


def _kinds(
    plan: Plan,
    territory: Territory,
    role: str,
    uses: list[Location],
    reads: Reads,
    wanted: Demands,
) -> set[str]:
    """The kinds of referring service for which a case may ask for the role in a step."""
    every = {service.kind for service in territory.services.values()}
    found: set[str] = set()
    for section, name in ((place[0], place[1]) for place in uses):
        if section == "steps":
            found |= _kinds_of_step(plan, str(name), every, reads, wanted)
    # Who may only report an event, or only stands in, keeps no case waiting.
    return found


def _kinds_of_step(
    plan: Plan, name: str, every: set[str], reads: Reads, wanted: Demands
) -> set[str]:
    found = set(every)
    for step in (name, *wanted.done_before(name)):
        found &= _kinds_of_guard(plan, step, every, reads)
        events = plan.steps[step].opened_by
        if plan.steps[step].dormant and all(plan.events[e].event.source for e in events):
            found &= {kind for e in events for kind in plan.events[e].event.source}
    return found


def _kinds_of_guard(plan: Plan, step: str, every: set[str], reads: Reads) -> set[str]:
    guard = plan.steps[step].guard
    known = reads.guards.get(id(guard)) if guard else None
    if guard is None or known is None or "case.source" not in known[2]:
        return every
    if any(not path.startswith("case.") for path in known[2]):
        return every
    attributes = [p.split(".")[1] for p in known[2] if p.split(".")[1] not in {*KEPT, "source"}]
    tries: list[dict[str, object]] = [{}]
    for name in attributes:
        values = Answers.attribute_values(reads, f"case.{name}")
        tries = [
            {**chosen, **({} if value is MISSING else {name: value})}
            for chosen in tries
            for value in values
        ][:64]
    return {
        kind
        for kind in every
        if any(guard.holds({"case": {**chosen, "source": kind}}) for chosen in tries)
    }
