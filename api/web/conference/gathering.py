"""What a team has before it, and what came of it: agenda, members, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from api.web.case.rooms import discussing, meeting
from api.web.case.seen import Seen
from api.web.case.standing import Member, team
from api.web.forms.choices import Choices, choices_of
from api.web.forms.told import Told, told
from api.web.task.known import outcome_title
from api.web.words.conference import AT_LEAST
from domain.log.recorded import Recorded
from protocols import facts
from protocols.engine import events as e
from protocols.engine.moves import Impossible, check_outcome
from protocols.engine.task import Task
from protocols.language.formula import DONE, OPEN, OUT
from protocols.territory import staff_name
from protocols.text import Text


class Possible(msgspec.Struct, frozen=True):
    """A decision that may be taken; `why_not`: None where it may be now."""

    title: Text
    needs: tuple[Text, ...]
    why_not: Text | None


class Needed(msgspec.Struct, frozen=True):
    """A step that comes before; of one that several do, `given` of `asked` have, `enough` do.
    `missing`: names of who has not."""

    title: Text
    status: Literal["done", "open", "waiting", "out"]
    due: datetime | None
    overdue: bool
    asked: int = 0
    given: int = 0
    enough: int = 0
    missing: tuple[str, ...] = ()


class Quorum(msgspec.Struct, frozen=True):
    """`said`: in the protocol's words; `least`: how many must be present."""

    said: Text
    least: int


class Expected(msgspec.Struct, frozen=True):
    """`assessed`: None where they are not asked to; `absences`: days and what was reported."""

    member: Member
    assessed: bool | None
    absences: tuple[tuple[Text, datetime], ...]


class Decision(msgspec.Struct, frozen=True):
    """What a step of the meeting came to. `version`: of the case, names it; `decides`: it is a
    decision about the case, of which there are minutes."""

    version: int
    title: Text
    outcome: Text | None
    by: str
    at: datetime
    held_on: date | None
    answers: tuple[Told, ...]
    decides: bool


class Meeting(msgspec.Struct, frozen=True):
    """`tasks`: of it, open; `held`: something was decided; `out`: it will not be held."""

    tasks: tuple[Task, ...]
    held: bool
    out: bool
    possible: tuple[Possible, ...]
    needed: tuple[Needed, ...]
    quorum: tuple[Quorum, ...]
    expected: tuple[Expected, ...]
    decisions: tuple[Decision, ...]


def gathered(seen: Seen) -> Meeting:
    steps = discussing(seen.plan)
    tasks = tuple(task for task in seen.state.open_tasks() if task.step in steps)
    decisions = tuple(_decisions(seen))
    first = tasks[0].step if tasks else next(iter(steps), "")
    return Meeting(
        tasks,
        any(each.decides for each in decisions),
        bool(first) and seen.state.marks[first].status == OUT,
        tuple(_possible(seen, first)) if first else (),
        tuple(_needed(seen, first)) if first else (),
        tuple(_quorum(seen, first)) if first else (),
        tuple(_expected(seen, first)),
        decisions,
    )


def _possible(seen: Seen, step: str) -> Iterator[Possible]:
    plan = seen.plan.steps[step]
    form = seen.screen.form_of(step)
    for name, outcome in plan.outcomes.items():
        why_not = None
        try:
            check_outcome(seen.run, plan, name)
        except Impossible as impossible:
            why_not = impossible.message
        needs = tuple(
            form.fields[each].title for each in outcome.requires if form and each in form.fields
        )
        yield Possible(outcome_title(seen.plan, step, name) or plan.step.title, needs, why_not)


_STATUS: dict[str, Literal["done", "open", "waiting", "out"]] = {
    DONE: "done",
    OPEN: "open",
    OUT: "out",
}


def _before(seen: Seen, step: str) -> tuple[str, ...]:
    """The steps for which this one waits: not those that may send the case back to it."""
    inside = meeting(seen.plan)
    return tuple(
        name
        for name, plan in seen.plan.steps.items()
        if step in plan.dependents and name not in inside
    )


def _needed(seen: Seen, step: str) -> Iterator[Needed]:
    territory = seen.desk.door.service.territory
    for name in _before(seen, step):
        plan = seen.plan.steps[name]
        tasks = [seen.state.tasks[key] for key in seen.state.of_step.get(name, ())]
        left = [task for task in tasks if task.status == OPEN]
        due = min((task.due for task in left if task.due), default=None)
        several = bool(plan.step.each)
        yield Needed(
            plan.step.title,
            _STATUS.get(seen.state.marks[name].status, "waiting"),
            due,
            bool(due and due <= seen.at and not seen.state.paused),
            len(tasks) if several else 0,
            sum(task.status == DONE for task in tasks) if several else 0,
            (plan.step.enough or 0) if several else 0,
            tuple(
                staff_name(territory, who)
                for who in (task.instance or task.taken_by or task.assignee for task in left)
                if who in territory.people
            ),
        )


def _quorum(seen: Seen, step: str) -> Iterator[Quorum]:
    """How many must be present: the least that the form takes where it asks how many were,
    or who."""
    form = seen.screen.form_of(step)
    for field in form.fields.values() if form else ():
        if field.type in ("integer", "list") and field.min:
            least = int(field.min)
            yield Quorum(field.help or _at_least(field.title, least), least)


def _at_least(title: Text, least: int) -> Text:
    return Text(
        AT_LEAST.it.format(title=title.it, n=least),
        AT_LEAST.in_("en").format(title=title.in_("en"), n=least),
    )


def _expected(seen: Seen, step: str) -> Iterator[Expected]:
    asked = {
        task.instance: task.status == DONE
        for name in (_before(seen, step) if step else ())
        if seen.plan.steps[name].step.each
        for task in (seen.state.tasks[key] for key in seen.state.of_step.get(name, ()))
    }
    absent = list(_absences(seen))
    for member in team(seen):
        found = tuple((title, at) for person, title, at in absent if person == member.person)
        yield Expected(member, asked.get(member.person), found)


def _absences(seen: Seen) -> Iterator[tuple[str, Text, datetime]]:
    """(who, what was reported, when): case events that lead to a step of the meeting and name a
    member."""
    inside = set(meeting(seen.plan))
    for event in seen.history:
        body = event.body
        if not isinstance(body, e.CaseEventHappened):
            continue
        part = seen.plan.protocol.events.get(body.event)
        form = seen.screen.form_of(body.event)
        if part is None or form is None or not inside & set(part.opens):
            continue
        for name, field in form.fields.items():
            if field.type == "person" and isinstance(body.data.get(name), str):
                yield body.data[name], part.title, event.occurred_at or event.at


def _decisions(seen: Seen) -> Iterator[Decision]:
    """The latest first."""
    inside = meeting(seen.plan)
    forms = {step: seen.screen.form_of(step) for step in inside}
    asked = {
        f"{step}.{name}": field
        for step, form in forms.items()
        if form is not None
        for name, field in form.fields.items()
    }
    said = choices_of(seen.desk, asked, seen.case)
    for index in range(len(seen.history) - 1, -1, -1):
        event = seen.history[index]
        body = event.body
        if isinstance(body, e.StepCompleted) and body.step in inside:
            yield _decision(seen, event, _decides(seen.history, index), said)


def _decides(history: list[Recorded], index: int) -> bool:
    done = history[index].command_id
    later = history[index + 1 :]
    return any(
        isinstance(event.body, facts.CaseDiscussed) for event in later if event.command_id == done
    )


def _decision(seen: Seen, event: Recorded, decides: bool, said: Choices) -> Decision:
    body: Any = event.body
    shown = seen.body(event)
    data = {**(shown.get("data") or {}), **(shown.get("personal") or {})}
    form = seen.screen.form_of(body.step)
    fields = form.fields if form else {}
    days = [
        date.fromisoformat(str(body.data[name]))
        for name, field in fields.items()
        if field.type == "date" and body.data.get(name)
    ]
    return Decision(
        event.originator_version,
        seen.plan.protocol.steps[body.step].title,
        outcome_title(seen.plan, body.step, body.outcome),
        staff_name(seen.desk.door.service.territory, event.actor),
        event.at,
        days[0] if days else None,
        told(fields, data, said),
        decides,
    )
