"""A case as it stands, or stood: from the log, so never late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from api.http.access import Sight, may_read_place, scope_shown
from api.http.door import Door
from api.http.followed import followed
from api.http.withheld import Screen, origin_of_step, withheld
from api.http.writing import OpenTask
from domain.case.state import CaseState
from domain.log.recorded import Recorded
from domain.person.particulars import particulars
from domain.person.state import fold as fold_person
from protocols.language.formula import Mark
from protocols.text import Text


class PersonView(msgspec.Struct, frozen=True):
    """Who the case is about. `particulars`: name, date of birth, contacts … or what is withheld."""

    id: UUID
    pseudonym: str
    sex: str
    anonymous: bool
    sealed: bool
    particulars: dict[str, Any]


class CaseDetail(msgspec.Struct, frozen=True):
    """`state`: open or ended. `comune` is `{"withheld": "identity"}` where it may not be seen."""

    id: UUID
    version: int
    protocol: str
    protocol_version: str
    title: Text
    state: str
    reason: str
    silent: bool
    episode: int
    stage: str
    source: str
    service: str
    comune: Any
    district: int
    referred_on: date
    opened_at: datetime | None
    ended_at: datetime | None
    paused: list[str]
    restricted: bool
    person: PersonView
    open_tasks: list[OpenTask]


class StepView(msgspec.Struct, frozen=True):
    """`status`: waiting, open, done or out; `round` counts from 1."""

    step: str
    title: Text
    stage: str
    status: str
    outcome: str
    round: int


class TaskLine(msgspec.Struct, frozen=True):
    """A task of the current round, whatever has become of it."""

    id: str
    task: str
    step: str
    status: str
    role: str
    scope: str
    assignee: str
    claimed_by: str
    automation: str
    due: datetime | None
    opened_at: datetime | None
    settled_at: datetime | None
    outcome: str


class CaseStateView(msgspec.Struct, frozen=True):
    """The case after its event `version`: steps, tasks, data by step, what happened to it."""

    case: UUID
    version: int
    protocol: str
    protocol_version: str
    episode: int
    state: str
    reason: str
    result: str
    paused: list[str]
    attributes: dict[str, Any]
    steps: list[StepView]
    tasks: list[TaskLine]
    data: dict[str, dict[str, Any]]
    events: dict[str, dict[str, Any]]


_CASE = UUID("6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10")
DETAIL_EXAMPLE = CaseDetail(
    _CASE, 9, "presa-in-carico", "1.0.0", Text("Presa in carico", "Taking in charge"), "open", "",
    False, 1, "triage", "PSYCHIATRIC_CENTRE", "cps-melzo", "015142", 5, date(2026, 1, 12),
    None, None, [], False,
    PersonView(
        UUID("0b6b0c9e-6a0e-5d55-9f0b-0a5c3a4de111"), "", "M", False, False, withheld("identity")
    ),
    [],
)  # fmt: skip
STATE_EXAMPLE = CaseStateView(
    _CASE, 9, "presa-in-carico", "1.0.0", 1, "open", "", "", [], {"district": 5},
    [StepView("triage", Text("Analisi preliminare", "Triage"), "triage", "open", "", 1)],
    [], {"register_referral": {"outcome": "complete"}}, {},
)  # fmt: skip


def case_detail(door: Door, sight: Sight, case: UUID) -> CaseDetail:
    service = door.service
    state = service.state(case)
    opened = state.opened
    assert opened is not None
    plan = service.plan(state)
    steps = plan.protocol.steps
    open_tasks = state.open_tasks()
    stage = next((s for t in reversed(open_tasks) if (s := steps[t.step].stage)), None) or ""
    place = state.attributes["comune"] if _place_shown(door, sight) else None
    return CaseDetail(
        case,
        state.version,
        opened.protocol,
        opened.version,
        plan.protocol.title,
        "ended" if state.ended else "open",
        state.ended,
        state.silent,
        state.episode,
        stage,
        opened.source,
        opened.service,
        place or withheld("identity"),
        int(state.attributes["district"]),
        opened.referred_on,
        state.opened_at,
        state.ended_at,
        list(state.pauses),
        bool(state.attributes.get("restricted")) or state.restriction is not None,
        _person(door, sight, state),
        [
            OpenTask(
                f"{case}:{t.key}",
                t.key,
                t.step,
                steps[t.step].title,
                t.role,
                scope_shown(door.reader, sight, t.scope),
                t.due,
            )
            for t in open_tasks
        ],
    )


def _place_shown(door: Door, sight: Sight) -> bool:
    may = may_read_place(door.reader, sight)
    # Where everybody sees the comune, seeing it tells nothing of who somebody is.
    if sight.sealed or not may:
        door.looks.saw("identity", may)
    return may


def _person(door: Door, sight: Sight, state: CaseState) -> PersonView:
    person = UUID(state.attributes["person"])
    screen = Screen(door.reader, sight, door.service.plan(state), looks=door.looks)
    may = screen.may("identity", True, None)
    door.looks.saw("identity", may)
    reader, history = door.service.personal_reader(person), door.service.history(person)
    known = fold_person(person, history)
    assert known is not None
    return PersonView(
        person,
        reader.typed(history[0], "pseudonym"),
        known.sex,
        bool(state.attributes.get("anonymous")),
        known.sealed,
        particulars(history, reader) if may else withheld("identity"),
    )


def state_view(
    door: Door, sight: Sight, state: CaseState, history: list[Recorded]
) -> CaseStateView:
    """The state that `history` led to."""
    opened = state.opened
    assert opened is not None
    plan = door.service.plan(state)
    screen = Screen(door.reader, sight, plan, followed(door.service, history), looks=door.looks)
    latest = origin_of_step(history)
    attributes = {**state.attributes}
    if not _place_shown(door, sight):
        attributes["comune"] = withheld("identity")
    return CaseStateView(
        state.id,
        state.version,
        opened.protocol,
        opened.version,
        state.episode,
        "ended" if state.ended else "open",
        state.ended,
        state.result,
        list(state.pauses),
        attributes,
        [
            _step(name, step.title, step.stage or "", state.marks[name])
            for name, step in plan.protocol.steps.items()
        ],
        [
            TaskLine(
                f"{state.id}:{t.key}", t.key, t.step, t.status, t.role,
                scope_shown(door.reader, sight, t.scope), t.assignee, t.taken_by, t.automation,
                t.due, t.opened_at, t.settled_at, t.outcome,
            )
            for t in state.tasks.values()
        ],
        {name: screen.data(name, data, latest.get(name)) for name, data in state.data.items()},
        {
            name: screen.data(name, data, latest.get(name))
            for name, data in state.happened.items()
        },
    )  # fmt: skip


def _step(name: str, title: Text, stage: str, mark: Mark) -> StepView:
    return StepView(name, title, stage, mark.status, mark.outcome or "", mark.round)
