"""Which steps of a protocol stand together in a diagram: event sub-processes, regions, races."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocols.engine.plan import Plan
from protocols.language.document import Step


class Structure:
    """`scope`: step → the case event in whose sub-process it stands, or '' for the main flow."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps: dict[str, Step] = plan.protocol.steps
        self.scope = self._scopes()
        self.races = self._races()
        self.regions = self._regions()

    def _scopes(self) -> dict[str, str]:
        """What only an event opens stands with that event, and so does what follows from it."""
        scope = {
            name: step.opened_by[0] if step.dormant and step.opened_by else ""
            for name, step in self.plan.steps.items()
        }
        changed = True
        while changed:
            changed = False
            for name, step in self.plan.steps.items():
                before = [
                    *(step.formula.steps if step.formula else ()),
                    *filter(None, [step.region]),
                ]
                places = {scope[source] for source in before}
                if not step.dormant and len(places) == 1 and scope[name] not in places:
                    scope[name] = places.pop()
                    changed = True
        return scope

    @property
    def elsewhere(self) -> frozenset[str]:
        """Steps that are not in the main flow."""
        return frozenset(name for name, event in self.scope.items() if event)

    def within(self, event: str) -> list[str]:
        """The steps of one scope, as the document has them; those of a sub-protocol stand in it."""
        return [name for name, scope in self.scope.items() if scope == event and not self._in(name)]

    def children(self, name: str) -> list[str]:
        """The steps that stand in the sub-process of a step with a sub-protocol."""
        return [child for child in self.plan.steps[name].children if self._in(child)]

    def _in(self, name: str) -> bool:
        """Whether it stands in a step with a sub-protocol, not with an event that happens there."""
        within = self.plan.steps[name].within
        return within is not None and self.scope[name] == self.scope[within]

    # ── races ────────────────────────────────────────────────────────────────────────────────

    def _races(self) -> dict[str, tuple[str, ...]]:
        """First member → all members, where they stand together: one condition opens them all."""
        groups: dict[str, list[str]] = {}
        for name, step in self.steps.items():
            if step.race:
                groups.setdefault(step.race, []).append(name)
        return {
            members[0]: tuple(members)
            for members in groups.values()
            if len(members) > 1 and self._together(members)
        }

    def _together(self, members: list[str]) -> bool:
        steps = [self.steps[name] for name in members]
        plans = [self.plan.steps[name] for name in members]
        opened = {
            (plan.formula.text if plan.formula else "", self.scope[plan.name]) for plan in plans
        }
        return (
            len(opened) == 1
            and len({step.within for step in steps}) == 1
            and not any(step.during not in (None, step.within) or step.every for step in steps)
            and not any(step.uses for step in steps)
            and not any(plan.region in members for plan in self.plan.steps.values())
        )

    def by_events(self, members: Iterable[str]) -> bool:
        """Whether nobody chooses: a race of events that are waited for."""
        steps = [self.steps[name] for name in members]
        return all(step.waits_for and not (step.when or step.starts) for step in steps)

    # ── regions ──────────────────────────────────────────────────────────────────────────────

    def _regions(self) -> dict[str, tuple[str, ...]]:
        """Step → the steps that live and die with it, where nothing else depends on them."""
        regions: dict[str, tuple[str, ...]] = {}
        for name in self.steps:
            if self.plan.steps[name].scope:
                continue
            inside = [n for n, step in self.steps.items() if step.during == name]
            inside = [
                n for n in inside if not self.steps[n].race and not self.plan.steps[n].dormant
            ]
            changed = True
            while changed:
                kept = [n for n in inside if self._contained(n, {name, *inside})]
                changed, inside = kept != inside, kept
            if inside and not self.steps[name].race:
                regions[name] = tuple(inside)
        return regions

    def _contained(self, name: str, region: set[str]) -> bool:
        plan = self.plan.steps[name]
        own = region - {name}
        reads = set(plan.formula.steps if plan.formula else ())
        goes = {o.again for o in plan.outcomes.values() if o.again}
        opened = {s for event in self.plan.protocol.events.values() for s in event.opens}
        return (
            reads <= own
            and set(plan.dependents) <= own
            and goes <= region - {plan.region}
            and name not in opened
            and not any(o.ends for o in plan.outcomes.values())
        )

    def inside(self, region: str) -> Iterator[str]:
        """All that stands in a region, its own regions included."""
        for name in self.regions.get(region, ()):
            yield name
            yield from self.inside(name)
