"""A case as it stood, from the log alone: what was done, by whom, by which rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from api.replaying.shapes import Entry, EstablishedFact, OpenStep, Replay, Rule, Stood
from domain.case.hindsight import in_hindsight
from domain.case.state import CaseState
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.service import CaseService
from projections.timeline.sentences import SENTENCES
from projections.titles import Titles
from protocols.engine.events import CaseOpened, Migrated, MigrationReverted
from protocols.engine.plan import Plan
from protocols.facts import Fact
from protocols.language.formula import DONE
from protocols.text import Text


class Sight(NamedTuple):
    """`fact`: the fields of a fact as the asker may see them; `scope`: a task's, likewise."""

    fact: Callable[[Recorded], dict[str, Any]]
    scope: Callable[[str], str]


def _fields(event: Recorded) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(event.body, str_keys=True)
    return fields


EVERYTHING = Sight(_fields, str)


def replay_of(
    service: CaseService,
    case: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
    sight: Sight = EVERYTHING,
) -> Replay:
    """`at`: as recorded by then; with `known_at`, also what had happened by `at`, as recorded by
    that other instant. `sight`: what the asker may see of facts and places.

    Raises Refused (not_found), also where the case had not been opened yet.
    """
    recorded_by = min(at, known_at) if at and known_at else at
    state = service.state(case, version=version, at=recorded_by)
    history = service.history(case, version=state.version)
    opened = state.opened
    assert opened is not None
    plan = service.plan(state)
    now = at or (history[-1].at if version is not None else service.clock.now())
    return Replay(
        case,
        state.version,
        now,
        opened.protocol,
        opened.version,
        opened.digest,
        opened.digest == plan.digest,
        "ended" if state.ended else "open",
        state.ended,
        state.episode,
        int(state.attributes["district"]),
        opened.source,
        opened.service,
        list(state.pauses),
        _open_steps(plan, state, now, sight),
        _facts(history, sight),
        _entries(service, history),
        known_at,
        _known_later(service, case, at, known_at) if at and known_at else [],
        _stood(service, case, at, known_at, sight) if at and known_at and known_at > at else None,
    )


def _open_steps(plan: Plan, state: CaseState, now: datetime, sight: Sight) -> list[OpenStep]:
    return [
        OpenStep(
            task.key,
            plan.protocol.steps[task.step].title,
            task.role,
            sight.scope(task.scope),
            task.claimed_by,
            task.automation,
            task.due,
            bool(task.due and task.due <= now and not state.paused),
        )
        for task in state.open_tasks()
    ]


def _facts(history: Iterable[Recorded], sight: Sight) -> list[EstablishedFact]:
    return [
        EstablishedFact(
            event.originator_version, event.at, type(event.body).__name__, sight.fact(event)
        )
        for event in history
        if isinstance(event.body, Fact)
    ]


def _stood(
    service: CaseService, case: UUID, at: datetime, known_at: datetime, sight: Sight
) -> Stood:
    history = service.history(case, at=known_at)
    found = in_hindsight(case, history, at, service.registry)
    state = found.state
    plan = service.plan(state)
    return Stood(
        plan.protocol.version,
        "ended" if state.ended else "open",
        state.ended,
        state.episode,
        list(state.pauses),
        _open_steps(plan, state, at, sight),
        [name for name, mark in state.marks.items() if mark.status == DONE],
        _facts(found.placed, sight),
        [event.originator_version for event in found.unplaced],
    )


def _known_later(service: CaseService, case: UUID, at: datetime, known_at: datetime) -> list[Entry]:
    """What had happened by `at`, and was recorded after that but by `known_at`."""
    return [
        entry
        for entry in _entries(service, service.history(case, at=known_at))
        if entry.at > at and entry.occurred_at is not None and entry.occurred_at <= at
    ]


def _entries(service: CaseService, history: list[Recorded]) -> list[Entry]:
    """Each event in the words of the text that the case followed then."""
    found = []
    for event in history:
        body = event.body
        if isinstance(body, (CaseOpened, Migrated, MigrationReverted)):
            plan = service.registry.get(body.protocol, body.version)
            titles = Titles(plan.protocol, service.territory.timezone)
        found.append(_entry(event, plan, titles))
    return found


def _entry(event: Recorded, plan: Plan, titles: Titles) -> Entry:
    body = event.body
    step = getattr(body, "step", "") or getattr(body, "task", "").partition("#")[0]
    known = plan.protocol.steps.get(step)
    rule = None
    if known is not None:
        basis = (known.due.legal_basis if known.due else None) or ""
        rule = Rule(step, known.title, plan.protocol.type_name, basis)
    sentence = SENTENCES.get(type(body))
    topic = topic_of(type(body))
    text = Text(*sentence(titles, body)) if sentence else Text(topic, topic)
    return Entry(
        event.originator_version,
        event.position,
        event.at,
        event.occurred_at,
        event.actor,
        event.role,
        topic,
        text,
        rule,
    )
