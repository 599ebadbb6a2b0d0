"""The engine as the explorer runs it: the same rules, watched for what they read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from protocols.checker.answers import MISSING, Answers
from protocols.checker.reads import Location, Reads, field_at, protected
from protocols.checker.referrals import Referrals
from protocols.engine import events as e
from protocols.engine.plan import Guard, Plan
from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.territory import Territory


class Ask(Exception):
    """A condition wants an attribute of the case that nothing has decided yet."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Watch:
    """What the runs of one exploration have in common.

    `missing`: (place, path, whole) → read while not there; `whole` where nothing of that step was
    there. It is emptied by whoever takes note of it.
    """

    def __init__(self, plan: Plan, territory: Territory, today: date) -> None:
        self.plan = plan
        self.territory = territory
        self.reads = Reads(plan)
        self.answers = Answers(plan, territory, self.reads, today)
        self.referrals = Referrals(plan, territory)
        self.start = datetime.combine(today, time(8), UTC)
        self.missing: list[tuple[Location, str, bool]] = []


class Trial(Run):
    """A run that never guesses: it asks for attributes of the case, and notes what is missing."""

    def __init__(
        self,
        watch: Watch,
        state: State,
        now: datetime,
        assumed: dict[str, Any],
        only: frozenset[str],
        kept_open: bool = False,
    ) -> None:
        super().__init__(watch.plan, state, now, watch.territory)
        self.watch = watch
        self.assumed = assumed
        self.only = only
        self.kept_open = kept_open
        if assumed:
            given = {p.partition(".")[2]: v for p, v in assumed.items() if v is not MISSING}
            self.state.attributes = {**self.state.attributes, **given}

    def open_with(self) -> e.CaseOpened:
        """The opening of a case whose attributes are those assumed."""
        protocol, territory = self.plan.protocol, self.territory
        comune = next(self.watch.referrals.comuni(), next(iter(territory.comuni)))
        given = {p.partition(".")[2]: v for p, v in self.assumed.items() if v is not MISSING}
        return e.CaseOpened(
            protocol.protocol, protocol.version, self.plan.digest, "person",
            str(given.get("source", "SELF")),
            next(self.watch.referrals.services(), next(iter(territory.services))), comune,
            territory.district_of(comune), self.watch.start.date(),
            {**self.watch.answers.taken(), **given},
        )  # fmt: skip

    def _busy(self) -> bool:
        return self.kept_open or super()._busy()

    def need(self, path: str) -> None:
        if path not in self.assumed:
            raise Ask(path)

    def holds(self, guard: Guard | None) -> bool:
        if guard is None:
            return True
        reads = self.watch.reads
        place, _, paths = reads.guards[id(guard)]
        self._note_missing(place, guard, paths)
        if place[-2:] == ("due", "when"):
            # Whether there is a deadline changes nothing of where the case can go.
            return True
        if place[1] not in self.only:
            # A step that the search does not look at: let it open, it stays untouched.
            return True
        for path in reads.case_paths(guard):
            self.need(path)
        return super().holds(guard)

    def _note_missing(self, place: Location, guard: Guard, paths: tuple[str, ...]) -> None:
        for path in paths:
            name, *rest = path.split(".")
            if name in ("case", "given", "tables") or path in self.watch.reads.by_table:
                # A table says itself what follows where a value is missing.
                continue
            if name == "events" and (not rest or rest[1:] in ([], ["count"])):
                continue
            data: Any = self.state.data.get(name)
            if name == "events":
                data = self.state.happened.get(rest[0])
                rest = rest[1:]
            elif name not in self.plan.steps and name not in self.plan.events:
                # A name bound by the condition itself: `members.all(m, m.role == …)`.
                continue
            if protected(guard.source, path) or protected(
                guard.source, ".".join([name, *rest[:1]])
            ):
                continue
            if data is None:
                self.watch.missing.append((place, path, True))
            elif rest and isinstance(data, dict) and rest[0] not in data:
                field = field_at(self.plan, path)
                if field is None or field.type not in ("choices", "list"):
                    self.watch.missing.append((place, path, False))
