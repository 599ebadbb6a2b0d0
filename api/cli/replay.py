"""`cantiere replay`: a case as it stood, from the log alone: what was done, by whom, by which
rule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from api.cli.case import CaseArgument, find_case
from api.cli.instants import instant_of
from api.cli.replay_between import between
from api.cli.replay_shapes import Entry, EstablishedFact, OpenStep, Replay, Rule
from api.cli.replay_shown import print_replay, watch_case
from api.cli.speaking import HomeOption, JsonOption, case_service, write_json
from domain.log.recorded import Recorded
from domain.log.topics import topic_of
from domain.refusal import Refused
from domain.service import CaseService
from projections.timeline.sentences import SENTENCES
from projections.titles import Titles
from protocols.engine.events import CaseOpened, Migrated, MigrationReverted
from protocols.engine.plan import Plan
from protocols.facts import Fact
from protocols.text import Text

commands = typer.Typer()


@commands.command()
def replay(
    case: CaseArgument,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="ISTANTE", help="Com'era allora."),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="Dopo N eventi.")
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="ISTANTE", help="Con --at: come lo si sapeva allora."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="ISTANTE", help="Che cosa cambia da allora…")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="ISTANTE", help="… fino ad allora (o ad adesso).")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Un evento dopo l'altro.")] = False,
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=1000, metavar="N", help="Eventi al secondo.")
    ] = 2.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Il caso com'era: passi aperti, fatti, chi aveva fatto che cosa. · The case as it stood.

    Un giorno vale la sua fine. · A day means its end.
    """
    chosen = _chosen(at, version, known_at, since, until, watch)
    with case_service(home) as (_, service):
        which = find_case(service, case)
        instant = instant_of(at, service) if at else None
        if chosen == "between":
            begin = instant_of(since, service) if since else None
            end = instant_of(until, service) if until else service.clock.now()
            between(service, which, begin, end, as_json)
            return
        known = instant_of(known_at, service) if known_at else None
        found = replay_of(service, which, version=version, at=instant, known_at=known)
        if watch:
            watch_case(found, service, speed, as_json)
        elif as_json:
            write_json(found)
        else:
            print_replay(found, service)


def _chosen(
    at: str | None,
    version: int | None,
    known_at: str | None,
    since: str | None,
    until: str | None,
    watch: bool,
) -> str:
    """What is asked for: `between` or `as_it_stood`. Raises Refused where two things are."""
    span = since is not None or until is not None
    moment = at is not None or version is not None
    if (span and (moment or watch or known_at)) or (known_at and (at is None or version or watch)):
        raise Refused(
            "invalid",
            "options_clash",
            Text(
                "Si chiede una cosa per volta: --from con --to, oppure --at (anche con "
                "--known-at), oppure --version.",
                "Ask one thing at a time: --from with --to, or --at (also with --known-at), or "
                "--version.",
            ),
        )
    return "between" if span else "as_it_stood"


def replay_of(
    service: CaseService,
    case: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Replay:
    """`at`: as recorded by then; with `known_at`, what had happened by `at`, as recorded by that
    other instant. Raises Refused (not_found), also where the case had not been opened yet."""
    recorded_by = min(at, known_at) if at and known_at else at
    state = service.state(case, version=version, at=recorded_by)
    history = service.history(case, version=state.version)
    opened = state.opened
    assert opened is not None
    plan = service.plan(state)
    now = at or (history[-1].at if version is not None else service.clock.now())
    steps = plan.protocol.steps
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
        [
            OpenStep(
                task.key,
                steps[task.step].title,
                task.role,
                task.scope,
                task.claimed_by,
                task.automation,
                task.due,
                bool(task.due and task.due <= now and not state.paused),
            )
            for task in state.open_tasks()
        ],
        [
            EstablishedFact(event.originator_version, event.at, type(event.body).__name__, fields)
            for event in history
            if isinstance(event.body, Fact)
            for fields in (msgspec.to_builtins(event.body, str_keys=True),)
        ],
        _entries(service, history),
        known_at,
        _known_later(service, case, at, known_at) if at and known_at else [],
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
            titles = Titles(plan.protocol)
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
