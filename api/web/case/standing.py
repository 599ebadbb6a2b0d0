"""Where the case is: its stages, what is open and with whom, and the team."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from api.http.access import scope_shown
from api.web.case.seen import Seen
from api.web.inbox.view import staff_name, task_address
from api.web.people import place_of
from protocols import facts
from protocols.engine.outlook import ahead
from protocols.engine.state import SCHEDULED, Task
from protocols.language.formula import DONE, OPEN
from protocols.territory import Territory
from protocols.text import Text

_NEVER = datetime.max.replace(tzinfo=UTC)

Progress = Literal["done", "now", "ahead", "out"]


class Stage(msgspec.Struct, frozen=True):
    title: Text
    progress: Progress


class TaskLine(msgspec.Struct, frozen=True):
    """`holder`: who has it; `called`: roles that were called in because it is late; `opens_at`: of
    what is not open yet."""

    title: Text
    address: str
    role: Text
    where: Text
    holder: str
    mine: bool
    automatic: bool
    due: datetime | None
    overdue: bool
    paused: bool
    opens_at: datetime | None
    called: tuple[Text, ...]


class Seat(msgspec.Struct, frozen=True):
    """`deputies`: names of those who stand in."""

    title: Text
    place: Text
    deputies: tuple[str, ...]


class Member(msgspec.Struct, frozen=True):
    """`person`: a staff id."""

    person: str
    name: str
    case_manager: bool
    me: bool
    seats: tuple[Seat, ...]


def stages(seen: Seen) -> tuple[Stage, ...]:
    """In the protocol's order. One is done when something of it was, and nothing of it is open;
    what will only open on a day to come does not keep it open. One to which the path that the case
    has taken does not lead is out of it, also where a case event could still open something."""
    protocol = seen.plan.protocol
    of_stage: dict[str, set[str]] = {name: set() for name in protocol.stages}
    scheduled = {each.step for each in map(seen.state.tasks.get, seen.state.open) if each} - {
        each.step for each in seen.state.open_tasks()
    }
    for name, step in protocol.steps.items():
        if step.stage in of_stage:
            status = seen.state.marks[name].status
            of_stage[step.stage].add(SCHEDULED if name in scheduled else status)
    coming = {protocol.steps[name].stage for name in ahead(seen.plan, seen.state.marks)}
    ended = bool(seen.state.ended)
    return tuple(
        Stage(protocol.stages[name], _progress(found, ended, name in coming))
        for name, found in of_stage.items()
    )


def _progress(marks: set[str], ended: bool, coming: bool) -> Progress:
    if OPEN in marks and not ended:
        return "now"
    if DONE in marks:
        return "done"
    return "ahead" if not ended and (coming or SCHEDULED in marks) else "out"


def tasks(seen: Seen) -> tuple[tuple[TaskLine, ...], tuple[TaskLine, ...]]:
    """(open, the most urgent first; to open on a day that is known)."""
    state = seen.state
    lines = [_line(seen, state.tasks[key]) for key in state.open]
    opened = [line for line in lines if line.opens_at is None]
    later = [line for line in lines if line.opens_at is not None]
    opened.sort(key=lambda line: line.due or _NEVER)
    later.sort(key=lambda line: line.opens_at or _NEVER)
    return tuple(opened), tuple(later)


def tasks_of(seen: Seen, steps: Collection[str]) -> tuple[TaskLine, ...]:
    """Those of some steps that are open, the most urgent first."""
    found = [_line(seen, task) for task in seen.state.open_tasks() if task.step in steps]
    return tuple(sorted(found, key=lambda line: line.due or _NEVER))


def _line(seen: Seen, task: Task) -> TaskLine:
    territory = seen.desk.door.service.territory
    step = seen.plan.protocol.steps[task.step]
    role = seen.plan.protocol.roles.get(task.role)
    paused = seen.state.paused and not task.ignores_pause
    holder = task.taken_by or task.assignee
    called = (seen.plan.protocol.roles[rung.role].title for rung in task.ladder[: task.rung])
    return TaskLine(
        step.title,
        task_address(seen.case, task.key),
        role.title if role else Text("", ""),
        place_shown(seen, task.scope),
        staff_name(territory, holder) if holder else "",
        holder == seen.desk.person,
        bool(task.automation),
        task.due,
        bool(task.due and task.status == OPEN and task.due <= seen.at and not paused),
        paused,
        task.opens_at if task.status == SCHEDULED else None,
        tuple(called),
    )


def place_shown(seen: Seen, scope: str) -> Text:
    """A scope in words; of a sealed case not where it is."""
    if not scope:
        return Text("", "")
    shown = scope_shown(seen.reader, seen.sight, scope)
    if shown == "comune":
        return Text("Comune di residenza", "Comune of residence")
    return place_of(seen.desk.door.service.territory, shown)


def team(seen: Seen) -> tuple[Member, ...]:
    """As it was last constituted, the case manager first; empty before it was."""
    found = [event.body for event in seen.history if isinstance(event.body, facts.TeamConstituted)]
    if not found:
        return ()
    latest = found[-1]
    territory = seen.desk.door.service.territory
    today = seen.at.astimezone(territory.timezone).date()
    roles = _roles_in_team(seen, latest)
    ordered = dict.fromkeys((latest.case_manager, *latest.members))
    return tuple(
        Member(
            person,
            staff_name(territory, person),
            person == latest.case_manager,
            person == seen.desk.person,
            tuple(_seats(seen, territory, person, today, roles.get(person))),
        )
        for person in ordered
        if person
    )


def _roles_in_team(seen: Seen, latest: facts.TeamConstituted) -> dict[str, str]:
    """By member, the role in which the form says that they sit in the team."""
    listed = seen.state.data.get(latest.task.partition("#")[0], {}).get("members") or ()
    return {row["person"]: row["role"] for row in listed if row.keys() >= {"person", "role"}}


def _seats(
    seen: Seen, territory: Territory, person: str, today: date, role: str | None
) -> Iterable[Seat]:
    """The roles of the protocol that the member holds that day, with who stands in for them."""
    if person not in territory.people:
        return
    memberships = territory.memberships(person, today)
    here = {f"comune:{seen.sight.comune}", f"district:{seen.sight.district}"}
    sits_here = {held.role for held in memberships if held.scope in here}
    for held in memberships:
        if held.deputy or held.role not in seen.plan.protocol.roles:
            continue
        # What they do for other places says nothing of this case.
        if held.role in sits_here and held.scope not in here:
            continue
        if role and held.role != role:
            continue
        others = territory.holders(held.role, held.scope, today)
        deputies = (staff_name(territory, other) for other, deputy in others if deputy)
        yield Seat(territory.role(held.role).title, place_shown(seen, held.scope), tuple(deputies))
