"""Which event tells whom. Pure: of the event, and of the case as it stands when it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

import domain.topics  # noqa: F401  registers the topics that are asked for below
from domain.case import events as c
from domain.case.state import CaseState
from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from domain.emergency.alerting import who_follows, whom_to_alert
from domain.emergency.events import EmergencyAccessOpened
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.task import Task
from protocols.language.formula import OPEN
from protocols.territory import Territory

Kind = Literal[
    "opened", "assigned", "reminded", "escalated", "asked", "answered", "emergency", "moved",
    "expiring", "expired", "restricted", "eased", "lifted",
]  # fmt: skip
"""`opened`: something your role may do; `moved`: a task that you hold follows a new version;
`expiring`, `expired`: what the person authorised; `restricted`, `eased` (for you), `lifted`: the
processing of their data."""

IMPORTANT: frozenset[Kind] = frozenset(
    ("assigned", "escalated", "asked", "emergency", "restricted")
)
"""What is mailed at once to those who did not choose otherwise."""


class Told(NamedTuple):
    """`persons`: staff ids, each once; `task` and `step` are empty where it is about the case."""

    kind: Kind
    persons: tuple[str, ...]
    task: str = ""
    step: str = ""


class Place(NamedTuple):
    """Where it happened: the case as it stands now."""

    territory: Territory
    plan: Plan
    state: CaseState
    now: datetime

    def task(self, key: str) -> Task | None:
        """The task if it is still there to be done: nobody is told of what others have done
        meanwhile, or of what the machine does."""
        found = self.state.tasks.get(key)
        if found is None or found.status != OPEN or found.automation:
            return None
        return found

    def holders(self, role: str, scope: str, *, deputies: bool = False) -> tuple[str, ...]:
        """Who holds the role today; deputies too where wanted, or where there is nobody else."""
        if not role:
            return ()
        day = self.now.astimezone(self.territory.timezone).date()
        held = self.territory.holders(role, scope, day)
        first = tuple(person for person, deputy in held if not deputy)
        return tuple(person for person, _ in held) if deputies or not first else first


def told_of(place: Place, event: Recorded) -> Told | None:
    """Whom the event tells, and what; None for nobody. Never those who did it themselves, nobody
    of a case that has ended; nobody for whom the case is restricted (Reg. UE 2016/679 art. 18),
    except that it is."""
    if place.state.ended:
        return None
    found = _TELL[type(event.body)](place, event.body, event.actor)
    if found is None:
        return None
    bound = None if found.kind in _ALL_THE_SAME else place.state.restriction
    persons = tuple(
        person
        for person in dict.fromkeys(found.persons)
        if person != event.actor
        and person in place.territory.people
        and not (bound and bound.binds(person, place.now))
    )
    return found._replace(persons=persons) if persons else None


def _opened(place: Place, body: e.StepOpened | e.AutomationGaveUp, _: str) -> Told | None:
    task = place.task(body.task)
    if task is None:
        return None
    persons = (task.assignee,) if task.assignee else place.holders(task.role, task.scope)
    return Told("opened", persons, task.key, task.step)


def _assigned(place: Place, body: c.TaskAssigned, _: str) -> Told | None:
    task = place.task(body.task)
    return Told("assigned", (body.to,), task.key, task.step) if task else None


def _reminded(place: Place, body: e.Reminded, _: str) -> Told | None:
    task = place.task(body.task)
    if task is None:
        return None
    return Told("reminded", _at_it(place, task, deputies=True), task.key, task.step)


def _escalated(place: Place, body: e.Escalated, _: str) -> Told | None:
    task = place.task(body.task)
    if task is None:
        return None
    called = place.holders(body.role, body.scope)
    return Told("escalated", (*called, *_at_it(place, task)), task.key, task.step)


def _at_it(place: Place, task: Task, *, deputies: bool = False) -> tuple[str, ...]:
    held = task.taken_by or task.assignee
    return (held,) if held else place.holders(task.role, task.scope, deputies=deputies)


def _written(place: Place, body: c.NoteWritten, _: str) -> Told | None:
    if not body.to:
        return None
    if body.to in place.territory.people:
        persons: Iterable[str] = (body.to,)
    else:
        day = place.now.astimezone(place.territory.timezone).date()
        persons = place.territory.staff_of(body.to, day)
    return Told("answered" if body.answers else "asked", tuple(persons), body.task)


def _emergency(place: Place, body: EmergencyAccessOpened, _: str) -> Told:
    run = Run(place.plan, place.state, place.now, place.territory)
    return Told("emergency", whom_to_alert(place.territory, run, body.by))


def _moved(place: Place, body: e.Migrated | e.MigrationReverted, _: str) -> Told:
    held = (task.claimed_by or task.assignee for task in body.tasks if task.status == OPEN)
    return Told("moved", tuple(person for person in held if person))


def _disclosure(place: Place, body: DisclosureExpiring | DisclosureExpired, _: str) -> Told:
    kind: Kind = "expired" if isinstance(body, DisclosureExpired) else "expiring"
    return Told(kind, _following(place))


def _restricted(place: Place, body: c.CaseRestricted | c.CaseRestrictionLifted, _: str) -> Told:
    """Whoever has something of the case in hand has to stop, or may go on."""
    kind: Kind = "restricted" if isinstance(body, c.CaseRestricted) else "lifted"
    held = (task.taken_by or task.assignee for task in place.state.open_tasks())
    return Told(kind, (*(person for person in held if person), *_following(place)))


def _eased(place: Place, body: c.CaseRestrictionEased, _: str) -> Told:
    return Told("eased", (body.to,))


def _following(place: Place) -> tuple[str, ...]:
    run = Run(place.plan, place.state, place.now, place.territory)
    return who_follows(place.territory, run)


_TELL: dict[type, Callable[[Place, Any, str], Told | None]] = {
    e.StepOpened: _opened,
    e.AutomationGaveUp: _opened,
    c.TaskAssigned: _assigned,
    e.Reminded: _reminded,
    e.Escalated: _escalated,
    c.NoteWritten: _written,
    EmergencyAccessOpened: _emergency,
    e.Migrated: _moved,
    e.MigrationReverted: _moved,
    DisclosureExpiring: _disclosure,
    DisclosureExpired: _disclosure,
    c.CaseRestricted: _restricted,
    c.CaseRestrictionEased: _eased,
    c.CaseRestrictionLifted: _restricted,
}
_ALL_THE_SAME: frozenset[Kind] = frozenset(("restricted", "emergency"))
"""What is told also to those for whom the case is restricted: that it is, and who looked at it."""

TOPICS = frozenset(topic_of(body) for body in _TELL)
ENDED = topic_of(e.CaseEnded)
"""After it no mail about the case leaves any more: a silent closure sends nothing to anybody."""
