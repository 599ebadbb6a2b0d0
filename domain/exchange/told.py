"""Our log as other programs are told it: events of a case, with nothing of what was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.case import events as c
from domain.exchange.pseudonyms import Pseudonyms
from domain.exchange.trace import LogRefused
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from protocols import facts
from protocols.engine import events as e
from protocols.text import Text

OPENED, ENDED = "case_opened", "case_ended"


class ToldEvent(NamedTuple):
    """`transition`: of the XES lifecycle extension (standard model); `instance` tells apart the
    tasks of one step; `hosts`: those that a fact names."""

    number: int
    activity: str
    kind: str
    transition: str
    at: datetime
    actor: str
    role: str
    outcome: str
    task: str
    instance: str
    hosts: tuple[str, ...] = ()


class ToldCase(NamedTuple):
    """`person`, `actor`s and the case's own id are pseudonyms, unless they were asked for."""

    case: str
    person: str
    protocol: str
    version: str
    source: str
    district: int
    events: list[ToldEvent]


def told_cases(
    recorder: CaseLogRecorder,
    pseudonyms: Pseudonyms,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Iterator[ToldCase]:
    """The cases opened from `start` on and before `end`, whole, one at a time in memory.

    Raises LogRefused where the log cannot be read.
    """
    mapper = CaseLogMapper()
    for case in recorder.originators_of("case.case-opened"):
        history = [mapper.read(entry) for entry in recorder.read(case)]
        opened = history[0].body
        if not isinstance(opened, e.CaseOpened):
            raise LogRefused(
                Text(
                    "la storia di un caso non comincia con la sua apertura.",
                    "a case's history does not begin with its opening.",
                ),
                Text("Eseguire `cantiere verify`.", "Run `cantiere verify`."),
            )
        if (start and history[0].at < start) or (end and history[0].at >= end):
            continue
        yield _told(case, opened, history, pseudonyms)


def _told(
    case: UUID, opened: e.CaseOpened, history: list[Recorded], pseudonyms: Pseudonyms
) -> ToldCase:
    events: list[ToldEvent] = []
    person = opened.person
    for recorded in history:
        events += _events(recorded, pseudonyms, events)
        if isinstance(recorded.body, c.PersonReplaced):
            person = recorded.body.person
    return ToldCase(
        pseudonyms.of("case", str(case)),
        pseudonyms.of("person", person),
        opened.protocol,
        opened.version,
        opened.source,
        opened.district,
        events,
    )


def _events(
    recorded: Recorded, pseudonyms: Pseudonyms, before: list[ToldEvent]
) -> Iterator[ToldEvent]:
    body = recorded.body
    if isinstance(body, facts.Fact):
        host = getattr(body, "host", "")
        if host and before:
            # A fact is established by what was done just before it.
            last = before[-1]
            hosts = (*last.hosts, pseudonyms.of("host", host))
            before[-1] = last._replace(hosts=tuple(dict.fromkeys(hosts)))
        return
    for activity, kind, transition, outcome, task in _said(body):
        instance = task.partition("#")[2]
        if instance and not instance.isdigit():
            instance = pseudonyms.of("actor", instance)
        step = task.partition("#")[0]
        yield ToldEvent(
            recorded.originator_version,
            activity,
            kind,
            transition,
            recorded.occurred_at or recorded.at,
            pseudonyms.of("actor", recorded.actor),
            recorded.role or "",
            outcome,
            f"{step}#{instance}" if instance else step,
            instance,
        )


def _said(body: Any) -> Iterator[tuple[str, str, str, str, str]]:
    """(activity, kind, transition, outcome, task) of each thing that the event says."""
    kind = type(body)
    if kind is e.CaseOpened:
        yield OPENED, "case", "complete", "", ""
    elif kind is e.CaseEnded:
        yield ENDED, "case", "complete", body.reason, ""
        yield from _withdrawn(body.tasks)
    elif kind is e.StepOpened:
        yield body.step, "step", "schedule", "", body.task
    elif kind is c.TaskClaimed:
        yield body.task.partition("#")[0], "step", "start", "", body.task
    elif kind is c.TaskAssigned:
        yield body.task.partition("#")[0], "step", "assign", "", body.task
    elif kind is e.StepCompleted:
        yield body.step, "step", "complete", body.outcome, body.task
    elif kind is e.ScopeLeft:
        yield body.step, "step", "complete", body.outcome, body.step
    elif kind is e.StepSkipped:
        yield body.step, "step", "manualskip", "", body.step
    elif kind in (e.TasksWithdrawn, e.RoundStarted):
        yield from _withdrawn(body.tasks)
    elif kind is e.CaseEventHappened:
        yield body.event, "event", "complete", "", ""


def _withdrawn(tasks: tuple[str, ...]) -> Iterator[tuple[str, str, str, str, str]]:
    for task in tasks:
        yield task.partition("#")[0], "step", "withdraw", "", task
