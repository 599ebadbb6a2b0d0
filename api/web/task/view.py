"""A task as its page shows it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from api.http.access import may_read_place
from api.http.names import names_of
from api.http.task_view import TaskDetail, task_detail
from api.web.desk import Desk
from api.web.inbox.view import number_of, staff_name, task_address
from api.web.people import place_of
from api.web.task.known import outcome_title
from api.web.words import task as words
from domain.case.state import CaseState
from protocols.engine.plan import Plan
from protocols.engine.task import Task
from protocols.language.forms import Form, FormField
from protocols.text import Text


class Choice(msgspec.Struct, frozen=True):
    """An outcome; `entails`: what choosing it asks for and leads to; `why_not`: None where it can
    be chosen."""

    name: str
    title: Text
    entails: tuple[Text, ...]
    why_not: Text | None


class Subject(msgspec.Struct, frozen=True):
    """Everything the page is about. `who`: the person's name, where it may be known."""

    case: UUID
    detail: TaskDetail
    task: Task
    state: CaseState
    plan: Plan
    form: Form | None
    address: str
    who: str
    number: str
    comune: str
    place: Text
    holder: str
    choices: tuple[Choice, ...]
    holders: tuple[tuple[str, str], ...]

    @property
    def fields(self) -> dict[str, FormField]:
        return self.form.fields if self.form else {}

    def outcome(self, name: str) -> Text | None:
        return outcome_title(self.plan, self.task.step, name)


def subject(desk: Desk, case: UUID, key: str) -> Subject:
    """Raises Refused, Problem: no such task, or not to be seen."""
    door = desk.door
    sight = door.sight(case, "data")
    detail = task_detail(door, sight, case, key)
    state = door.service.state(case)
    plan = door.service.plan(state)
    task = state.tasks[key]
    step = plan.protocol.steps[task.step]
    form = plan.protocol.forms[step.form] if step.form else None
    territory = door.service.territory
    istat = str(state.attributes.get("comune", ""))
    shown = istat in territory.comuni and may_read_place(desk.reader, sight)
    holder = task.taken_by or task.assignee
    return Subject(
        case,
        detail,
        task,
        state,
        plan,
        form,
        task_address(case, key),
        names_of(door, {case}).get(case, ""),
        number_of(case),
        territory.comuni[istat].name if shown else "",
        place_of(territory, detail.scope),
        staff_name(territory, holder) if holder else "",
        _choices(plan, task, detail, form),
        tuple(
            (each, staff_name(territory, each)) for each in detail.holders if each != desk.person
        ),
    )


def _choices(plan: Plan, task: Task, detail: TaskDetail, form: Form | None) -> tuple[Choice, ...]:
    outcomes = plan.steps[task.step].outcomes
    found = []
    for each in detail.outcomes:
        outcome = outcomes[each.name]
        entails = []
        if each.requires:
            fields = form.fields if form else {}
            titles = [fields[name].title for name in each.requires if name in fields]
            it, en = (", ".join(title.in_(of) for title in titles) for of in ("it", "en"))
            entails.append(_filled(words.ENTAILS_REQUIRED, fields=Text(it, en)))
        if outcome.again:
            again = plan.protocol.steps[outcome.again].title
            entails.append(_filled(words.ENTAILS_AGAIN, step=again))
        if each.ends and not plan.steps[task.step].within:
            entails.append(words.ENTAILS_END)
        found.append(Choice(each.name, each.title, tuple(entails), each.why_not))
    return tuple(found)


def _filled(text: Text, **values: Text) -> Text:
    return Text(
        text.it.format(**{name: value.it for name, value in values.items()}),
        text.en.format(**{name: value.in_("en") for name, value in values.items()}),
    )


class Opened(msgspec.Struct, frozen=True):
    """A task that is open, for a list of what comes next. `mine`: the reader may do it."""

    title: Text
    address: str
    role: Text
    mine: bool


def waits_second(state: CaseState, task: Task) -> bool:
    """Whether a task that somebody completed is still open: for another person's signature. What
    went back to an earlier step is gone, or open in another round."""
    now = state.tasks.get(task.key)
    return now is not None and now.status == "open" and now.round == task.round


def opened(
    desk: Desk, state: CaseState, plan: Plan, before: CaseState | None = None
) -> list[Opened]:
    """The tasks that are open; with `before`, those that were not yet."""
    keys = {(t.key, t.round) for t in before.open_tasks()} if before else set()
    territory = desk.door.service.territory
    found = []
    for task in state.open_tasks():
        if (task.key, task.round) in keys:
            continue
        role = plan.protocol.roles.get(task.role) or territory.roles.get(task.role)
        held = (task.role, task.scope) in {hold[:2] for hold in desk.reader.holds}
        title = plan.protocol.steps[task.step].title
        if task.instance in territory.people:
            name = staff_name(territory, task.instance)
            title = Text(f"{title.it} ({name})", f"{title.in_('en')} ({name})")
        found.append(
            Opened(
                title,
                task_address(state.id, task.key),
                role.title if role else Text(task.role or "", task.role or ""),
                desk.person == task.assignee if task.assignee else held,
            )
        )
    return found
