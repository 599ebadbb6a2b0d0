"""One case walked by hand: the engine, a clock that is moved, and a way back. Nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from random import Random
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.agenda import Moment, next_moment
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import State, Task
from protocols.facts import FactError
from protocols.language.answers import FieldError, check
from protocols.language.durations import Duration
from protocols.language.forms import Form
from protocols.simulation.answers import Answers, known_to
from protocols.simulation.cases import Draws, Referrals
from protocols.simulation.shares import Shares
from protocols.territory import Territory
from protocols.text import Text

_MOST_MOMENTS = 10_000


class Entry(NamedTuple):
    """What was done, when, and what came of it."""

    at: datetime
    what: Text
    events: tuple[e.Body, ...]


class Wrong(Exception):
    """The case does not allow it, or the answers are not right. `message` is for people."""

    def __init__(self, message: Text, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message.in_("en"))
        self.message = message
        self.fields = fields


class _Standing(Struct, frozen=True):
    state: State
    now: datetime
    history: tuple[Entry, ...]


class Walk:
    """A case opened on `day`; `attributes` and fields of CaseOpened in `case` differ from a
    synthetic referral, which depends on `seed`."""

    def __init__(
        self,
        plan: Plan,
        territory: Territory,
        shares: Shares,
        *,
        day: date,
        seed: int = 1,
        attributes: dict[str, Any] | None = None,
    ) -> None:
        self.plan = plan
        self.territory = territory
        self.seed = seed
        self._answers = Answers(plan, territory)
        self._known = known_to(territory)
        now = datetime.combine(day, time(9), territory.timezone)
        opened = Referrals(plan, territory, shares).referral(
            Draws(seed, 0, 0, Random(0)), now, "person-0"
        )
        if attributes:
            opened = _with(opened, attributes, territory)
        self._standing = _Standing(State(plan.names), now, ())
        self._before: list[_Standing] = []
        self._do(Text("Caso aperto", "Case opened"), lambda run: moves.open_case(run, opened), now)
        self._before.clear()

    # ── what can be seen ─────────────────────────────────────────────────────────────────────

    @property
    def state(self) -> State:
        return self._standing.state

    @property
    def now(self) -> datetime:
        return self._standing.now

    @property
    def history(self) -> tuple[Entry, ...]:
        return self._standing.history

    @property
    def tasks(self) -> list[Task]:
        """The open tasks."""
        return [] if self.state.ended else self.state.open_tasks()

    @property
    def next(self) -> Moment | None:
        """What time will bring next."""
        return next_moment(self.state)

    def outcomes(self, key: str) -> list[tuple[str, Text | None]]:
        """The outcomes of a task, each with why it is not possible now, or None."""
        plan = self.plan.steps[self.state.tasks[key].step]
        found: list[tuple[str, Text | None]] = []
        for name in plan.outcomes:
            try:
                moves.check_outcome(self._run(self.now), plan, name)
                found.append((name, None))
            except moves.Impossible as reason:
                found.append((name, reason.message))
        return found

    def events(self) -> list[tuple[str, Text | None]]:
        """The case events, each with why it cannot happen now, or None."""
        run = self._run(self.now)
        return [(name, moves.why_not(run, plan)) for name, plan in self.plan.events.items()]

    def form_of(self, step_or_event: str) -> Form | None:
        protocol = self.plan.protocol
        part = protocol.steps.get(step_or_event) or protocol.events[step_or_event]
        return protocol.forms[part.form] if part.form else None

    # ── what can be done ─────────────────────────────────────────────────────────────────────

    def suggested(self, step_or_event: str, outcome: str = "") -> dict[str, Any]:
        """Answers that the form accepts."""
        draw = Random(f"{self.seed}/{step_or_event}/{outcome}/{len(self.history)}")
        day = self.now.astimezone(self.territory.timezone).date()
        if step_or_event in self.plan.steps:
            return self._answers.for_step(step_or_event, outcome, draw, day, complete=True)
        return self._answers.for_event(step_or_event, draw, day, complete=True)

    def complete(self, key: str, outcome: str, answers: dict[str, Any] | None = None) -> Entry:
        """Complete a task; without answers, with suggested ones. Raises Wrong."""
        task = self.state.tasks[key]
        step = self.plan.protocol.steps[task.step]
        requires = step.outcome(outcome).requires if outcome in step.outcomes else ()
        if answers is None:
            answers = self.suggested(task.step, outcome)
        data, personal = self._checked(task.step, answers, requires)
        return self._do(
            Text(f"{step.title.it} → {outcome}", f"{step.title.in_('en')} → {outcome}"),
            lambda run: moves.complete(run, key, outcome, data, personal),
            self.now,
        )

    def happen(self, event: str, answers: dict[str, Any] | None = None) -> Entry:
        """Let a case event happen. Raises Wrong."""
        if answers is None:
            answers = self.suggested(event)
        data, personal = self._checked(event, answers, ())
        title = self.plan.protocol.events[event].title
        return self._do(
            Text(f"Evento: {title.it}", f"Event: {title.in_('en')}"),
            lambda run: moves.happen(run, event, data, personal),
            self.now,
        )

    def wait(self, duration: Duration) -> list[Entry]:
        """Move the clock; everything due on the way happens at its own time."""
        timing = self._run(self.now).timing
        if duration.counts_days:
            local = self.now.astimezone(self.territory.timezone)
            day = duration.from_date(local.date(), timing.calendar)
            return self.wait_until(datetime.combine(day, local.time(), self.territory.timezone))
        return self.wait_until(duration.from_instant(self.now))

    def wait_for_next(self) -> list[Entry]:
        """Move the clock to what is due next. Raises Wrong where nothing is."""
        moment = self.next
        if moment is None:
            raise Wrong(Text("Il tempo non porta nulla.", "Time brings nothing."))
        return self.wait_until(max(moment.at, self.now))

    def wait_until(self, until: datetime) -> list[Entry]:
        before = self._standing
        entries = []
        for _ in range(_MOST_MOMENTS):
            moment = self.next
            if moment is None or moment.at > until:
                break
            at = max(moment.at, self.now)
            entries.append(self._do(Text("Il tempo passa", "Time passes"), moves.pass_time, at))
            self._before.pop()
        self._before.append(before)
        self._standing = _Standing(self.state, until, self.history)
        return entries

    def undo(self) -> bool:
        """Take back the last thing done; False where there is none."""
        if not self._before:
            return False
        self._standing = self._before.pop()
        return True

    def _checked(
        self, name: str, answers: dict[str, Any], requires: tuple[str, ...]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data, personal, errors = check(self.form_of(name), answers, self._known, requires)
        if errors:
            message = Text("Alcuni campi non vanno bene.", "Some fields are not right.")
            raise Wrong(message, tuple(errors))
        return data, personal

    def _do(self, what: Text, move: Callable[[Run], None], at: datetime) -> Entry:
        run = self._run(at)
        try:
            move(run)
        except moves.Impossible as reason:
            raise Wrong(reason.message) from None
        except FactError as error:
            raise Wrong(Text(f"Dati mancanti: {error}", f"Data are missing: {error}")) from None
        entry = Entry(at, what, tuple(run.emitted))
        self._before.append(self._standing)
        self._standing = _Standing(run.state, at, (*self.history, entry))
        return entry

    def _run(self, at: datetime) -> Run:
        return Run(self.plan, self.state, at, self.territory)


def _with(opened: e.CaseOpened, given: dict[str, Any], territory: Territory) -> e.CaseOpened:
    """The referral with some of its fields, or attributes, as given."""
    fields: dict[str, Any] = {
        name: given[name] for name in ("source", "service", "comune") if name in given
    }
    if "comune" in fields:
        fields["district"] = territory.district_of(fields["comune"])
    others = {name: value for name, value in given.items() if name not in fields}
    return replace(opened, attributes={**opened.attributes, **others}, **fields)
