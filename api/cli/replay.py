"""`cantiere replay`: a case as it stood, from the log alone: what was done, by whom, by which
rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from rich.markup import escape

from api.cli.case import CaseArgument, find_case
from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
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


class Rule(msgspec.Struct, frozen=True):
    """Under which rule something was done: the step of the pinned text, and its legal ground."""

    step: str
    title: Text
    protocol: str
    legal_basis: str


class Entry(msgspec.Struct, frozen=True):
    """One event: `text` says what, in words; `rule` where it belongs to a step."""

    version: int
    position: int
    at: datetime
    occurred_at: datetime | None
    actor: str
    role: str | None
    kind: str
    text: Text
    rule: Rule | None


class OpenStep(msgspec.Struct, frozen=True):
    task: str
    title: Text
    role: str
    scope: str
    claimed_by: str
    automation: str
    due: datetime | None
    overdue: bool


class EstablishedFact(msgspec.Struct, frozen=True):
    """A domain fact, with its fields: nothing personal is in them."""

    version: int
    at: datetime
    fact: str
    fields: dict[str, Any]


class Replay(msgspec.Struct, frozen=True):
    """The case after its event `version`, at the instant `at` of the case clock."""

    case: UUID
    version: int
    at: datetime
    protocol: str
    protocol_version: str
    digest: str
    digest_matches: bool
    state: str
    reason: str
    episode: int
    district: int
    source: str
    service: str
    paused: list[str]
    open_steps: list[OpenStep]
    facts: list[EstablishedFact]
    entries: list[Entry]


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
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Il caso com'era: passi aperti, fatti, chi aveva fatto che cosa. · The case as it stood."""
    with case_service(home) as (_, service):
        instant = _instant(at, service) if at else None
        found = replay_of(service, find_case(service, case), version=version, at=instant)
        if as_json:
            write_json(found)
        else:
            print_replay(found, service)


def replay_of(
    service: CaseService,
    case: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Replay:
    """Raises Refused (not_found), also where the case had not been opened yet."""
    state = service.state(case, version=version, at=at)
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
    )


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


def print_replay(replay: Replay, service: CaseService, *, entries: bool = True) -> None:
    """For people, at a terminal."""
    state = "aperto" if replay.state == "open" else f"chiuso: {replay.reason}"
    out.print(f"[bold]Caso {replay.case}[/] · {escape(state)} · episodio {replay.episode}")
    pinned = "" if replay.digest_matches else " [red](il testo registrato è diverso)[/]"
    out.print(
        f"{replay.protocol} {replay.protocol_version} [dim]{replay.digest[:12]}[/]{pinned} · "
        f"distretto {replay.district} · {replay.service} · versione {replay.version} · "
        f"{local(replay.at, service)}"
    )
    if replay.paused:
        out.print(f"[yellow]orologi fermi: {escape(', '.join(replay.paused))}[/]")
    _print_open(replay, service)
    if not entries:
        return
    if replay.facts:
        out.print("[bold]Fatti stabiliti[/] [dim]· Facts established[/]")
    for fact in replay.facts:
        fields = ", ".join(f"{name}: {value}" for name, value in fact.fields.items())
        out.print(
            f"{fact.version:>4}  {local(fact.at, service)}  {fact.fact} [dim]{escape(fields)}[/]"
        )
    out.print("[bold]Che cosa è stato fatto[/] [dim]· What was done[/]")
    for entry in replay.entries:
        out.print(f"{entry.version:>4}  {local(entry.at, service)}  {escape(entry.text.it)}")
        role = "" if (entry.role or "").startswith("system:") else entry.role or ""
        who = f"{entry.actor} ({role})" if role else entry.actor
        rule = ""
        if entry.rule is not None:
            basis = f", {entry.rule.legal_basis}" if entry.rule.legal_basis else ""
            rule = f" · {entry.rule.step}, {entry.rule.protocol}{basis}"
        out.print(f"      [dim]{escape(who + rule)}[/]")


def _print_open(replay: Replay, service: CaseService) -> None:
    if not replay.open_steps:
        out.print("Nessun passo aperto. [dim]· No open step.[/]")
        return
    out.print("[bold]Passi aperti[/] [dim]· Open steps[/]")
    for step in replay.open_steps:
        who = "la macchina" if step.automation else f"{step.role} ({step.scope})"
        if step.claimed_by:
            who += f", preso da {step.claimed_by}"
        due = ""
        if step.due:
            colour = "red" if step.overdue else "default"
            due = f" · entro [{colour}]{local(step.due, service)}[/]"
        out.print(f"  {escape(step.title.it)} [dim]{escape(step.task)}[/] · {escape(who)}{due}")


def _instant(written: str, service: CaseService) -> datetime:
    """A day means its end. Raises Refused."""
    zone = service.territory.timezone
    try:
        if len(written) == 10:
            return datetime.combine(date.fromisoformat(written), time.max, zone).astimezone(UTC)
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            "invalid",
            "instant_invalid",
            Text(
                "L'istante si scrive come 2026-03-31 o 2026-03-31T10:00.",
                "Write the instant as 2026-03-31 or 2026-03-31T10:00.",
            ),
        ) from None
