"""given / when / then for one case: what had happened, what is asked, what is decided.

    given(plan).on("2026-03-02").did(complete("triage")).when(complete("team")).then(…)

Everything is in memory and pure; the clock stands where the test puts it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID

import msgspec

from domain.case import commands as c
from domain.case.decide import Ground, decide, open_case
from domain.case.state import CaseState
from domain.refusal import Refused
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.state import Task
from protocols.language.answers import Known
from protocols.language.load import read_protocol
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
ROME = TERRITORY.timezone
CASE = UUID("00000000-0000-4000-8000-000000000001")
COMMAND = UUID("00000000-0000-4000-8000-00000000c0de")
MELZO = "015142"
SYSTEM = c.Actor("system:test")
KNOWN = Known(
    comune=lambda istat: istat in TERRITORY.comuni,
    service=lambda name: name in TERRITORY.services,
    host=lambda name: name.startswith("host-"),
    person=lambda name: name in TERRITORY.people or name in {"ada", "bea", "ciro", "dino"},
)

_HEADER = """\
protocol: test
version: 1.0.0
title: Prova
territory: adda-martesana
valid_from: 2021-01-01
"""

_ROLES = """\
roles:
  worker: {title: Chi lavora, held_by: {organisation: comune}, deputy: chief}
  chief: {title: Chi dirige, held_by: {organisation: district}}
  board: {title: Cabina, held_by: {organisation: steering}}
  health: {title: Servizio, held_by: {organisation: service, of: referral}}
"""

_EXCEPTIONS = "exceptions: {skip: chief, redo: chief, force: chief, correct: chief}\n"


def protocol(text: str) -> Plan:
    """A plan from its `steps:`, `events:`, `forms:`; roles and exceptions unless the text has
    its own. A step without `role` gets none: most say `role: worker`."""
    parts = [_HEADER]
    parts += [] if "\nroles:" in f"\n{text}" else [_ROLES]
    parts += [] if "\nexceptions:" in f"\n{text}" else [_EXCEPTIONS]
    return read_protocol("".join(parts) + text, "test/1.0.0.yaml")


def at(moment: str) -> datetime:
    """A UTC instant from a local day (its 10 o'clock) or a local `2026-03-02T10:00`."""
    if "T" in moment:
        return datetime.fromisoformat(moment).replace(tzinfo=ROME).astimezone(UTC)
    return datetime.combine(date.fromisoformat(moment), time(10), ROME).astimezone(UTC)


def midnight(day: str) -> datetime:
    """The instant at which the local day is over."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return datetime.combine(after, time(), ROME).astimezone(UTC)


def opened(plan: Plan, **changes: Any) -> e.CaseOpened:
    fields: dict[str, Any] = {
        "protocol": plan.protocol.protocol,
        "version": plan.protocol.version,
        "digest": plan.digest,
        "person": "00000000-0000-4000-8000-0000000000aa",
        "source": "CPS",
        "service": "cps-melzo",
        "comune": MELZO,
        "district": 5,
        "referred_on": date(2026, 3, 2),
    }
    return e.CaseOpened(**{**fields, **changes})


def everybody(plan: Plan, comune: str = MELZO) -> c.Actor:
    """An actor who holds every role of the protocol wherever a case of Melzo asks for it."""
    district = TERRITORY.district_of(comune)
    scopes = (f"comune:{comune}", f"district:{district}", "service:cps-melzo")
    kinds = {role.held_by.organisation for role in plan.protocol.roles.values()}
    return c.Actor(
        "everybody",
        tuple((r, s, False) for r in plan.protocol.roles for s in (*scopes, *sorted(kinds))),
    )


class Decided:
    """What a command led to."""

    def __init__(self, events: list[e.Body], state: CaseState, refused: Refused | None) -> None:
        self.events = events
        self.state = state
        self.refusal = refused

    def then(self, *expected: e.Body | type[e.Body]) -> Self:
        """These events and no others, in order; a class stands for any event of its kind."""
        assert self.refusal is None, self.refusal
        shown = [
            type(got) if isinstance(want, type) else got
            for got, want in zip(self.events, expected, strict=False)
        ] + [type(body) for body in self.events[len(expected) :]]
        assert shown == list(expected)
        return self

    def refused(self, code: str) -> Refused:
        """Refused with this code, and nothing was emitted."""
        assert self.refusal is not None, f"accepted: {self.events}"
        assert self.refusal.code == code
        assert not self.events
        return self.refusal

    def of(self, kind: type[e.Body]) -> list[Any]:
        assert self.refusal is None, self.refusal
        return [body for body in self.events if isinstance(body, kind)]


class Given:
    """A case somewhere in its life. Every method returns a new one."""

    def __init__(self, plan: Plan, state: CaseState, now: datetime, actor: c.Actor) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.actor = actor
        self.ground = Ground(plan, TERRITORY, KNOWN)

    def on(self, moment: str | datetime) -> Given:
        now = at(moment) if isinstance(moment, str) else moment
        return Given(self.plan, self.state, now, self.actor)

    def by(self, actor: c.Actor) -> Given:
        return Given(self.plan, self.state, self.now, actor)

    def when(self, command: c.Command) -> Decided:
        machine = isinstance(command, c.PassTime | c.GiveUpAutomation)
        if not command.actor.id:
            actor = SYSTEM if machine else self.actor
            command = msgspec.structs.replace(command, actor=actor)
        try:
            decision = decide(self.ground, self.state, command, self.now)
        except Refused as refused:
            return Decided([], self.state, refused)
        return Decided(decision.events, decision.state, None)

    def did(self, *commands: c.Command) -> Given:
        """The case after these commands, each of which must be accepted."""
        case = self
        for command in commands:
            decided = case.when(command)
            assert decided.refusal is None, f"{command}: {decided.refusal}"
            case = Given(self.plan, decided.state, self.now, self.actor)
        return case

    # ── what can be seen ─────────────────────────────────────────────────────────────────────

    @property
    def open(self) -> set[str]:
        """The keys of the tasks that can be done now."""
        return {task.key for task in self.state.open_tasks()}

    def task(self, key: str) -> Task:
        return self.state.tasks[key]

    def status(self, step: str) -> str:
        return self.state.marks[step].status


def given(plan: Plan, *bodies: e.Body, on: str = "2026-03-02", **case: Any) -> Given:
    """A case of `plan` opened on a day, after `bodies` that are applied as they stand.

    `case`: fields of CaseOpened that differ from a CPS referral of a resident of Melzo.
    """
    now = at(on)
    empty = CaseState(CASE, plan)
    state = open_case(Ground(plan, TERRITORY, KNOWN), empty, opened(plan, **case), now).state
    for body in bodies:
        state = state.copy()
        state.apply(body, now)
        state.version += 1
    return Given(plan, state, now, everybody(plan))


def _common(actor: c.Actor | None) -> dict[str, Any]:
    return {"command_id": COMMAND, "case": CASE, "actor": actor or c.Actor("")}


def complete(
    task: str, outcome: str = "done", actor: c.Actor | None = None, **data: Any
) -> c.CompleteTask:
    return c.CompleteTask(task=task, outcome=outcome, data=data, **_common(actor))


def event(name: str, actor: c.Actor | None = None, **data: Any) -> c.ReportEvent:
    return c.ReportEvent(event=name, data=data, **_common(actor))


def skip(step: str, reason: str = "deciso insieme") -> c.SkipStep:
    return c.SkipStep(step=step, reason=reason, **_common(None))


def force(step: str, reason: str = "deciso insieme") -> c.ForceStep:
    return c.ForceStep(step=step, reason=reason, **_common(None))


def redo(step: str, reason: str = "deciso insieme") -> c.RedoStep:
    return c.RedoStep(step=step, reason=reason, **_common(None))


def correct(step: str, instance: str = "", reason: str = "refuso", **data: Any) -> c.CorrectData:
    return c.CorrectData(step=step, instance=instance, reason=reason, data=data, **_common(None))


def claim(task: str, actor: c.Actor | None = None) -> c.ClaimTask:
    return c.ClaimTask(task=task, **_common(actor))


def release(task: str, actor: c.Actor | None = None) -> c.ReleaseTask:
    return c.ReleaseTask(task=task, **_common(actor))


def assign(task: str, to: str, actor: c.Actor | None = None) -> c.AssignTask:
    return c.AssignTask(task=task, to=to, **_common(actor))


def add_member(step: str, member: str) -> c.AddMember:
    return c.AddMember(step=step, member=member, **_common(None))


def pass_time() -> c.PassTime:
    return c.PassTime(**_common(None))


def give_up(task: str, attempts: int = 3) -> c.GiveUpAutomation:
    return c.GiveUpAutomation(task=task, attempts=attempts, error="Timeout", **_common(None))
