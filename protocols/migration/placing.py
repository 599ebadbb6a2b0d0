"""Whether a case's history has a place in another version of its protocol, and which.

The history has a place where nothing that is open or done contradicts the new version's conditions
and every outcome that happened is one of its own. What it says then is what the engine itself says
of the marks so carried over: no rule of the language is repeated here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine.carrying import migrated
from protocols.engine.migrating import migrate
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark
from protocols.migration import sentences as say
from protocols.migration.carried import Carried
from protocols.migration.carrying import carry, with_new_deadlines
from protocols.migration.enclosing import enclosing, stranded
from protocols.migration.mapping import NOTHING, Mapping
from protocols.migration.placement import Placement
from protocols.migration.versions import Versions, comes_after
from protocols.migration.way_out import WayOut
from protocols.territory import Territory

_OPENS = (e.StepOpened, e.StepScheduled, e.ScopeOpened)


class Placer:
    """Places cases of one version in another. `mapping`: see `mapping.completed`.

    `like`: one for the same two versions and the same names, whose work need not be done again.
    """

    def __init__(
        self,
        old: Plan,
        new: Plan,
        mapping: Mapping,
        territory: Territory,
        migration: str = "",
        like: Placer | None = None,
    ) -> None:
        self.versions: Versions = like.versions if like else Versions(old, new, mapping)
        self.mapping = mapping
        self.territory = territory
        self.migration = migration
        self._way_out: WayOut = like._way_out if like else WayOut(new, territory)
        self._past: dict[str, frozenset[str]] = like._past if like else {}

    def place(self, state: State, now: datetime) -> Placement:
        """The verdict on a case that follows the old version. Pure."""
        placement = self.conclude(state, now)
        if placement.event is None:
            return placement
        run = Run(self.versions.new, state, now, self.territory)
        migrate(run, placement.event)
        if self._way_out.exists(run.state, now):
            return placement
        return Placement("must_not", (say.NO_WAY_OUT,), notes=placement.notes)

    def conclude(self, state: State, now: datetime) -> Placement:
        """As `place`, without asking whether an end can still be reached."""
        if state.ended:
            return Placement("must_not", (say.ENDED,))
        return _Case(self, state, now).concluded()

    def past(self, step: str) -> frozenset[str]:
        if step not in self._past:
            self._past[step] = comes_after(self.versions.new, step)
        return self._past[step]


def place(
    state: State,
    old: Plan,
    new: Plan,
    mapping: Mapping,
    now: datetime,
    territory: Territory,
) -> Placement:
    """One case; for many see `Placer`."""
    return Placer(old, new, mapping or NOTHING, territory).place(state, now)


class _Case(Carried):
    """One case on its way to its place."""

    def __init__(self, placer: Placer, state: State, now: datetime) -> None:
        super().__init__(placer.versions, placer.mapping, placer.territory, state, now)
        self.placer = placer

    # ── the placement ────────────────────────────────────────────────────────────────────────

    def concluded(self) -> Placement:
        for name in self.old.names:
            self.carry_mark(name)
        self.pauses()
        self.events_known()
        before = self._folded(self._event())
        self.enclosed = enclosing(self.versions, self.marks, before, self.undecided)
        event = self._event()
        carried = self._folded(event)
        self._contradictions(carried)
        self._not_recorded()
        event = replace(event, tasks=self._tasks(carried))
        if self.reasons:
            return self._placement(None)
        event, after = self._settled(event)
        if after.state.ended and not self.questions:
            self.ask(say.would_end(after.state.ended))
            event = replace(event, decisions=dict(sorted(self.decisions.items())))
        return self._placement(event)

    def _placement(self, event: e.Migrated | None) -> Placement:
        notes = tuple(dict.fromkeys(self.notes))
        if self.reasons:
            return Placement("must_not", tuple(dict.fromkeys(self.reasons)), (), notes)
        if self.questions:
            return Placement("needs_decision", (), tuple(self.questions), notes)
        return Placement("moves", (), (), notes, event)

    def _event(self) -> e.Migrated:
        versions = self.versions
        kept = {n: t for n, t in versions.target.items() if t != n and n in self.state.marks}
        mapped = {p: o for p, o in self.mapping.outcomes.items() if self._happened(p)}
        return e.Migrated(
            self.placer.migration,
            self.new.protocol.protocol,
            self.new.protocol.version,
            self.new.digest,
            self.marks,
            kept,
            dict(sorted({**mapped, **self.outcomes}.items())),
            {n: t for n, t in versions.event.items() if t != n},
            dict(sorted(self.decisions.items())),
            self.mapping.deadlines,
            withdrawn=tuple(self.withdrawn),
            forgotten=tuple(n for n in self.state.happened if not versions.event.get(n)),
            pauses=tuple(versions.event.get(cause) or cause for cause in self.state.pauses),
            resumed=tuple(self.resumed),
            enclosed=self.enclosed,
        )

    def _happened(self, path: str) -> bool:
        step, _, outcome = path.partition(".")
        return (step, outcome) in self.state.used or self.state.marks[step].outcome == outcome

    def _folded(self, event: e.Migrated) -> Run:
        """The case in the new version before anything follows, as far as marks and data go."""
        state = self.state.copy()
        migrated(state, event, self.now)
        return Run(self.new, state, self.now, self.territory)

    # ── what the new version says of it ──────────────────────────────────────────────────────

    def _contradictions(self, run: Run) -> None:
        marks = {**self.marks, **dict.fromkeys(self.unclear, Mark(WAITING))}
        for name, mark in self.marks.items():
            before = self.versions.origin.get(name)
            if mark.status not in (OPEN, DONE) or before is None:
                continue
            plan, was = self.new.steps[name], self.old.steps[before]
            against = plan.formula is not None and plan.formula.evaluate(marks) is False
            if against and was.formula and was.formula.evaluate(self.state.marks) is False:
                # It left the path already, by an exception with its reason.
                against = False
            if mark.status == OPEN:
                regions = [read for read in (plan.region, plan.within) if read]
                against = against or any(
                    self.marks[region].status in (DONE, OUT) for region in regions
                )
            if not against and name in self.versions.guarded:
                against = not run.holds(plan.guard)
            if against:
                self.reasons.append(say.contradicted(name, plan.step))
        for name in stranded(self.versions, self.marks):
            self.reasons.append(say.contradicted(name, self.new.steps[name].step))

    def _not_recorded(self) -> None:
        for (step, field), readers in self.versions.unasked.items():
            waiting = any(self.marks[reader].status in (WAITING, OPEN) for reader in readers)
            if self.marks[step].status == DONE and waiting:
                self.ask(say.not_recorded(step, field, self.new.steps[step].step))

    def _tasks(self, run: Run) -> tuple[e.TaskCarried, ...]:
        found = []
        gone = set(self.withdrawn)
        for key in self.state.open:
            task = self.state.tasks[key]
            step = self.versions.target[task.step]
            if not step:
                if key not in gone:
                    self.withdrawn.append(key)
                continue
            if key in gone or step in self.reopened:
                continue
            carried = carry(self.versions, run, task, step)
            if self.mapping.deadlines == "recompute":
                carried = with_new_deadlines(
                    self.versions, run, self.state, carried, self.territory
                )
            if task.signature is not None and not carried.signed:
                self.note("signature", task.step, "serve di nuovo la prima firma",
                           "the first signature is needed again")  # fmt: skip
            if task.claimed_by and not carried.claimed_by:
                self.note("holder", task.step, "passa a un altro ruolo", "passes to another role")
            found.append(carried)
        return tuple(found)

    def _settled(self, event: e.Migrated) -> tuple[e.Migrated, Run]:
        """With the marks of steps that are left out, and of those that the new version puts out
        just as the old one did, until nothing more is asked."""
        event = replace(event, withdrawn=tuple(self.withdrawn))
        while True:
            pauses = self.versions.event
            unheld = tuple(pauses.get(c) or c for c in self.state.pauses)
            trial = event if not self.questions else replace(event, resumed=unheld)
            run = Run(self.new, self.state, self.now, self.territory)
            migrate(run, trial)
            marks = dict(event.marks)
            for name in self._opening(run):
                if self._is_past(name) and self.ask(say.late(name, self.new.steps[name].step)) == (
                    "leave_out"
                ):
                    marks[name] = Mark(OUT, None, marks[name].round)
            for name in self.undecided:
                if run.state.marks[name].status == OUT:
                    marks[name] = Mark(OUT, None, marks[name].round)
            decisions = dict(sorted(self.decisions.items()))
            if marks == event.marks:
                return replace(event, decisions=decisions), run
            event = replace(event, marks=marks, decisions=decisions)

    def _opening(self, run: Run) -> list[str]:
        steps = [b.step for b in run.emitted if isinstance(b, _OPENS)]
        return [name for name in dict.fromkeys(steps) if name not in self.reopened]

    def _is_past(self, name: str) -> bool:
        """Whether something shows the case to be past the moment at which the step opens, and
        before the move the step was not about to open anyway."""
        past = self.placer.past(name)
        return any(
            self.marks[other].status in (OPEN, DONE)
            for other in past
            if other in self.versions.origin
        )
