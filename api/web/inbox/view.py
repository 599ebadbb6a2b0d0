"""A task of the list as its reader sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

import msgspec

from api.web.desk import Desk
from api.web.people import place_of
from api.web.words import inbox as words
from projections.inbox.queries import InboxTask
from projections.inbox.questions import OpenQuestion
from protocols.territory import Territory, staff_name
from protocols.text import Text


class TaskRow(msgspec.Struct, frozen=True):
    """`who`: the person's name, where the reader may know it, the pseudonym, or empty; `number`:
    the case's; `holder`: who has the task; `giver`: who gave it to them, if somebody did; `mine`:
    the reader has it."""

    task: InboxTask
    title: Text
    address: str
    case_address: str
    number: str
    who: str
    place: str
    role: Text
    where: Text
    holder: str
    giver: str
    mine: bool
    may_take: bool


class QuestionRow(msgspec.Struct, frozen=True):
    address: str
    name: Text
    number: str
    who: str
    mine: bool
    question: OpenQuestion


def number_of(case: UUID) -> str:
    """How people say a case's id: the first part is enough among those of one desk."""
    return str(case)[:8]


def task_address(case: UUID, key: str) -> str:
    return f"/attivita/{case}/{quote(key, safe='')}"


def task_rows(desk: Desk, tasks: Sequence[InboxTask], names: Mapping[UUID, str]) -> list[TaskRow]:
    """`names`: by case, of those that may be known."""
    territory = desk.door.service.territory
    return [_row(desk, territory, task, names.get(task.case, "")) for task in tasks]


def _row(desk: Desk, territory: Territory, task: InboxTask, name: str) -> TaskRow:
    holder = task.claimed_by or task.assignee
    role = territory.roles.get(task.role)
    comune = territory.comuni.get(task.comune)
    return TaskRow(
        task,
        Text(task.title_it, task.title_en),
        task_address(task.case, task.task),
        f"/casi/{task.case}",
        number_of(task.case),
        name or task.pseudonym,
        comune.name if comune else "",
        role.title if role else Text(task.role, task.role),
        place_of(territory, task.scope),
        staff_name(territory, holder) if holder else "",
        staff_name(territory, task.given_by) if task.given_by else "",
        holder == desk.person,
        not task.claimed_by and task.via in ("role", "deputy", "called", "assigned"),
    )


def question_rows(
    desk: Desk, questions: Sequence[OpenQuestion], names: Mapping[UUID, str]
) -> list[QuestionRow]:
    territory = desk.door.service.territory
    return [
        QuestionRow(
            f"/casi/{each.case}#note",
            addressee(territory, each.asked_to if each.mine else each.asked_by),
            number_of(each.case),
            names.get(each.case, "") or each.pseudonym,
            each.mine,
            each,
        )
        for each in questions
    ]


def addressee(territory: Territory, to: str) -> Text:
    """A member of staff, or a place where some work."""
    if to in territory.people:
        return Text(territory.people[to].name, territory.people[to].name)
    return place_of(territory, to)


VIEWS: dict[str, tuple[Text, str]] = {
    "": (words.ALL, "all"),
    "ritardo": (words.LATE, "overdue"),
    "oggi": (words.TODAY, "today"),
    "prese": (words.HELD, "held"),
    "libere": (words.FREE, "free"),
    "altri": (words.OTHERS, "others"),
    "attesa": (words.WAITING, "waiting"),
    "territorio": (words.PLACE, ""),
}
"""By the name in the address: title, and which count says how many."""
