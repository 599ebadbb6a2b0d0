"""A task as whoever is to do it needs it: the form, the outcomes, who may, and what is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from api.http.access import Sight, scope_shown
from api.http.door import Door
from api.http.followed import followed
from api.http.withheld import Screen, origin_of_step
from domain.case.standing import standing_for_task
from domain.refusal import Refused
from protocols.engine.moves import Impossible, check_outcome
from protocols.engine.run import Run
from protocols.engine.state import Task
from protocols.language.forms import Form
from protocols.language.paths import parts_of
from protocols.reading.words import joined, step_title
from protocols.text import Text


class OutcomeChoice(msgspec.Struct, frozen=True):
    """`why_not`: why it cannot be chosen now; null if it can. `requires`: fields that it needs."""

    name: str
    title: Text
    requires: list[str]
    ends: str
    why_not: Text | None


class FieldShape(msgspec.Struct, frozen=True):
    """One question of a form. `options`: value → title; `when`: asked only if this CEL is true."""

    name: str
    type: str
    title: Text
    category: str
    personal: bool
    required: bool
    help: Text | None = None
    options: dict[str, Text] = {}
    min: float | None = None
    max: float | None = None
    when: str = ""
    fields: list[FieldShape] = []


class TaskDetail(msgspec.Struct, frozen=True):
    """`status`: scheduled, open, done or out. `holders`: ids of the staff whose role it is today,
    deputies too; `may_act`: whether the asker may. `known`: the data recorded so far, by step; what
    may not be seen is `{"withheld": category}`."""

    id: str
    case: UUID
    case_version: int
    task: str
    step: str
    title: Text
    help: Text | None
    status: str
    role: str
    role_title: Text
    scope: str
    deputy: str
    assignee: str
    claimed_by: str
    automation: str
    opened_at: datetime | None
    opens_at: datetime | None
    due: datetime | None
    overdue: bool
    paused: bool
    legal_basis: str
    outcome: str
    form: list[FieldShape]
    outcomes: list[OutcomeChoice]
    holders: list[str]
    may_act: bool
    known: dict[str, dict[str, Any]]


EXAMPLE = TaskDetail(
    "6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10:triage",
    UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10"),
    9,
    "triage",
    "triage",
    Text("Analisi preliminare", "Triage"),
    None,
    "open",
    "municipal_referent",
    Text("Referente comunale", "Municipal referent"),
    "comune:015142",
    "district_referent",
    "",
    "",
    "",
    None,
    None,
    None,
    False,
    False,
    "",
    "",
    [
        FieldShape(
            "need",
            "choice",
            Text("Bisogno", "Need"),
            "social",
            False,
            True,
            options={"work": Text("Lavoro", "Work")},
        )
    ],
    [OutcomeChoice("complex", Text("Complesso", "Complex"), [], "", None)],
    ["mr-melzo-1"],
    True,
    {"register_referral": {"outcome": "complete"}},
)


def task_detail(door: Door, sight: Sight, case: UUID, key: str) -> TaskDetail:
    """Raises Refused (not_found)."""
    service = door.service
    state = service.state(case)
    task = state.tasks.get(key)
    if task is None:
        protocol = service.plan(state).protocol
        opened = joined(step_title(protocol, each.step) for each in state.open_tasks())
        raise Refused(
            "not_found",
            "unknown_task",
            Text("Questo compito non esiste nel caso.", "The case has no such task."),
            Text(f"Sono aperti: {opened.it or 'nessuno'}.", f"Open: {opened.en or 'none'}."),
        )
    plan = service.plan(state)
    step = plan.protocol.steps[task.step]
    now = service.clock.now()
    run = Run(plan, state, now, service.territory)
    history = service.history(case)
    screen = Screen(door.reader, sight, plan, followed(service, history), looks=door.looks)
    latest = origin_of_step(history)
    role = plan.protocol.roles.get(task.role)
    paused = state.paused and not task.ignores_pause
    return TaskDetail(
        f"{case}:{key}",
        case,
        state.version,
        key,
        task.step,
        step.title,
        step.help,
        task.status,
        task.role,
        role.title if role else Text("", ""),
        scope_shown(door.reader, sight, task.scope),
        task.deputy,
        task.assignee,
        task.taken_by,
        task.automation,
        task.opened_at,
        task.opens_at,
        task.due,
        bool(task.due and task.status == "open" and task.due <= now and not paused),
        paused,
        (step.due.legal_basis or "") if step.due else "",
        task.outcome,
        fields_of(plan.protocol.forms[step.form] if step.form else None),
        _choices(run, task),
        _holders(run, task),
        task.status == "open" and _may(run, task, door),
        {name: screen.data(name, data, latest.get(name)) for name, data in state.data.items()},
    )


def fields_of(form: Form | None) -> list[FieldShape]:
    """The questions of a form, in its order."""
    fields = form.fields if form else {}
    # What a table fills in nobody is asked.
    return [_field(name, field) for name, field in fields.items() if not field.computed]


def _field(name: str, field: Any) -> FieldShape:
    options = field.options or {}
    # Of an instrument, a value for each item is asked.
    asked = (parts_of(field)["items"].fields if field.instrument else field.fields) or {}
    if not isinstance(options, dict):
        options = {option: Text(option) for option in options}
    return FieldShape(
        name,
        field.type,
        field.title,
        field.category,
        field.personal,
        field.required,
        field.help,
        options,
        field.min,
        field.max,
        field.when or "",
        [_field(inner, of) for inner, of in asked.items()],
    )


def _choices(run: Run, task: Task) -> list[OutcomeChoice]:
    plan = run.plan.steps[task.step]
    found = []
    for name, outcome in plan.outcomes.items():
        why_not = None
        try:
            check_outcome(run, plan, name)
        except Impossible as impossible:
            why_not = impossible.message
        title = outcome.title or Text(name.replace("_", " "))
        found.append(
            OutcomeChoice(name, title, list(outcome.requires), outcome.ends or "", why_not)
        )
    return found


def _holders(run: Run, task: Task) -> list[str]:
    """Whose role it is today, then their deputies', then those called in by the escalation."""
    day = run.timing.day_of(run.now)
    asked = [(task.role, task.scope)] if task.role else []
    if task.deputy:
        asked.append((task.deputy, run.scope(task.deputy)))
    asked += [(rung.role, rung.scope) for rung in task.ladder[: task.rung]]
    people = {task.assignee: None} if task.assignee else {}
    for role, scope in asked:
        people |= dict.fromkeys(person for person, _ in run.territory.holders(role, scope, day))
    return list(people)


def _may(run: Run, task: Task, door: Door) -> bool:
    try:
        standing_for_task(run, task, door.actor)
    except Refused:
        return False
    return True
