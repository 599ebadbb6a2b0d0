"""What a case already knows, for whoever does its next task: the latest answers, and where those
asked of several people differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.http.followed import followed
from api.http.withheld import Screen, origins
from api.web.case.seen import Seen
from api.web.desk import Desk
from api.web.forms.choices import Choices, choices_of
from api.web.forms.told import Told, told
from api.web.inbox.view import staff_name
from domain.case.state import CaseState
from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.engine.task import Task
from protocols.language.forms import FormField
from protocols.text import Text

_MOST = 12
_COMPARABLE = ("scale", "choice", "choices", "yes_no", "integer", "decimal", "money", "date")


class Known(msgspec.Struct, frozen=True):
    """What was answered at a step or case event: by whom, when, with which outcome."""

    step: str
    instance: str
    title: Text
    by: str
    at: datetime
    outcome: Text | None
    answers: tuple[Told, ...]


class Row(msgspec.Struct, frozen=True):
    """A question; `answers`: one for each who answered, None where one did not."""

    title: Text
    answers: tuple[Told | None, ...]
    differs: bool


class Compared(msgspec.Struct, frozen=True):
    """`who`: those who answered, `missing`: those who have not yet."""

    step: str
    title: Text
    who: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: tuple[str, ...]


class Knowledge(msgspec.Struct, frozen=True):
    """`asked`: the event that opened the task; `own`: what was answered at the task itself."""

    asked: Recorded | None
    own: Known | None
    known: tuple[Known, ...]
    compared: tuple[Compared, ...]


def knowledge(desk: Desk, case: UUID, task: Task) -> Knowledge:
    """Raises Problem, Refused (not_found)."""
    door = desk.door
    service = door.service
    sight = door.sight(case, "data")
    state, history = service.state(case), service.history(case)
    assert state.opened is not None
    plan = service.plan(state)
    personal = service.personal_reader(state.opened.person)
    screen = Screen(door.reader, sight, plan, followed(service, history), personal, door.looks)
    return _knowledge(desk, case, state, plan, history, screen, task)


def known_at(seen: Seen) -> Knowledge:
    """What the case knew at the instant for which it is shown, whoever is to do what with it."""
    nobodys = Task("", "", 0, "")
    return _knowledge(
        seen.desk, seen.case, seen.state, seen.plan, seen.history, seen.screen, nobodys
    )


def _knowledge(
    desk: Desk,
    case: UUID,
    state: CaseState,
    plan: Plan,
    history: list[Recorded],
    screen: Screen,
    task: Task,
) -> Knowledge:
    latest = _latest(history)
    shown = [*latest.values()][-_MOST:]
    for step, _ in list(latest):
        # Where several answer the same they are read together.
        if _of_several(plan, step):
            shown += [each for each in _of_step(latest, step) if each not in shown]
    of = origins(history)
    texts: dict[str, Choices] = {}
    found = [_known(desk, case, plan, screen, of, parts, texts) for parts in shown]
    found = [each for each in found if each.answers or each.outcome]
    own_key = (task.step, task.instance)
    own = next((each for each in found if (each.step, each.instance) == own_key), None)
    several = dict.fromkeys(each.step for each in found if _of_several(plan, each.step))
    compared = tuple(_compared(desk, plan, state, step, found) for step in several)
    asked = [x for x in history if isinstance(x.body, e.StepOpened) and x.body.task == task.key]
    # A task that is done anew shows how it was done before; one that is done is its own page.
    apart = own if task.status != "open" else None
    others = [each for each in found if each.step not in several and each is not apart]
    return Knowledge(
        asked[-1] if asked else None, own, tuple(reversed(others)), tuple(filter(None, compared))
    )


_Latest = dict[tuple[str, str], list[Recorded]]


def _latest(history: list[Recorded]) -> _Latest:
    """By step or case event and member: the event that answered last, and its corrections."""
    found: _Latest = {}
    for event in history:
        body = event.body
        if isinstance(body, e.StepCompleted) and not event.actor.startswith("system:"):
            found.pop((body.step, body.instance), None)
            found[body.step, body.instance] = [event]
        elif isinstance(body, e.CaseEventHappened):
            found.pop((body.event, ""), None)
            found[body.event, ""] = [event]
        elif isinstance(body, e.DataCorrected) and (body.step, body.instance) in found:
            found[body.step, body.instance].append(event)
    return found


def _of_several(plan: Plan, step: str) -> bool:
    found = plan.steps.get(step)
    return bool(found and found.step.each and found.step.form)


def _of_step(latest: _Latest, step: str) -> Iterator[list[Recorded]]:
    return (events for (name, _), events in latest.items() if name == step)


def _known(
    desk: Desk,
    case: UUID,
    plan: Plan,
    screen: Screen,
    of: dict[int, Any],
    events: list[Recorded],
    texts: dict[str, Choices],
) -> Known:
    first = events[0]
    body: Any = first.body
    data: dict[str, Any] = {}
    for event in events:
        shown = screen.body(event, of[event.originator_version])
        data |= {**(shown.get("data") or {}), **(shown.get("personal") or {})}
    name = body.event if isinstance(body, e.CaseEventHappened) else body.step
    part: Any = plan.protocol.steps.get(name) or plan.protocol.events.get(name)
    form = screen.form_of(name)
    fields = form.fields if form else {}
    if name not in texts:
        texts[name] = choices_of(desk, fields, case)
    outcome = getattr(body, "outcome", "")
    return Known(
        name,
        getattr(body, "instance", ""),
        part.title if part else Text(name.replace("_", " "), name.replace("_", " ")),
        staff_name(desk.door.service.territory, first.actor),
        first.occurred_at or first.at,
        outcome_title(plan, name, outcome) if outcome else None,
        told(fields, data, texts[name]),
    )


def outcome_title(plan: Plan, step: str, outcome: str) -> Text | None:
    """None for a step that can only be done."""
    found = plan.steps.get(step)
    if found is None or outcome not in found.outcomes:
        return Text(outcome.replace("_", " "), outcome.replace("_", " "))
    if len(found.outcomes) == 1 and found.outcomes[outcome].title is None:
        return None
    return found.outcomes[outcome].title or Text(outcome.replace("_", " "))


def _compared(desk: Desk, plan: Plan, state: Any, step: str, found: list[Known]) -> Compared | None:
    those = [each for each in found if each.step == step]
    form = plan.protocol.forms[plan.steps[step].step.form or ""]
    territory = desk.door.service.territory
    rows = []
    for field in form.fields.values():
        cells = tuple(_answer(each, field) for each in those)
        if any(cells):
            said = {_said(cell) for cell in cells if cell is not None}
            rows.append(Row(field.title, cells, field.type in _COMPARABLE and len(said) > 1))
    keys = state.of_step.get(step, ())
    waiting = [state.tasks[key].instance for key in keys if state.tasks[key].status == "open"]
    return Compared(
        step,
        plan.protocol.steps[step].title,
        tuple(each.by for each in those),
        tuple(rows),
        tuple(staff_name(territory, each) for each in waiting if each != desk.person),
    )


def _answer(known: Known, field: FormField) -> Told | None:
    return next((each for each in known.answers if each.title == field.title), None)


def _said(told: Told) -> Any:
    return (told.text, told.number, told.day, told.withheld)
