"""`cantiere audit`: questions of an auditor. Who could see a case, who did what, what was late."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import psycopg
import typer
from rich.markup import escape

from api.answers.audit import could_see, did, late
from api.cli.audit_reads import AsOption, write_down
from api.cli.audit_reads import group as reads
from api.cli.authorised import in_words
from api.cli.finding import CaseArgument, find_case
from api.cli.instants import begin_of, instant_of
from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.log.recorded import Recorded

group = typer.Typer(help="Domande di chi verifica. · An auditor's questions.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="audit")
group.add_typer(reads)

Since = Annotated[str | None, typer.Option("--from", metavar="ISTANTE", help="Da allora.")]
Until = Annotated[str | None, typer.Option("--to", metavar="ISTANTE", help="Fino ad allora.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Quanti al massimo.")]


@group.command("could-see")
def could_see_(
    case: CaseArgument,
    on: Annotated[str, typer.Option("--on", metavar="GIORNO", help="Alla fine di quel giorno.")],
    category: Annotated[
        str | None,
        typer.Option(help="identity, social, work, clinical, judicial."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Chi poteva vedere il caso quel giorno, e perché. · Who could see the case on that day."""
    with case_service(home) as (_, service):
        instant = instant_of(on, service)
        day: date = instant.astimezone(service.territory.timezone).date()
        found = could_see(service, find_case(service, case), instant, day, category)
        if as_json:
            write_json(found)
            return
        people = len(found.people)
        out.print(f"[bold]Al {day:%d/%m/%Y}: {people} persone[/] [dim]· people[/]")
        for person in found.people:
            personal = f" · personali: {', '.join(person.personal)}" if person.personal else ""
            out.print(
                f"{escape(person.person)} [dim]({', '.join(person.relations)})[/] "
                f"{', '.join(person.sees + person.categories)}{personal}"
            )
            for name, circles in person.recorded_by.items():
                out.print(
                    f"  [dim]{name} di {', '.join(circles)}: {', '.join(person.policies[name])}[/]"
                )
        for line in found.authorised:
            out.print(f"[dim]Autorizzazione · authorisation: {escape(in_words(line))}[/]")
        since = local(found.rules_since, service)
        installed = f"installate il {since}" if since else "le prime che il registro ha"
        out.print(
            f"[dim]Regole di accesso di quel giorno, impronta {found.rules[:16]}, {installed}; "
            "ruoli, autorizzazioni e limitazioni di quel giorno. · The policies of that day.[/]"
        )


@group.command("did")
def did_(
    person: Annotated[str, typer.Argument(metavar="OPERATORE", help="Il suo id. · Staff id.")],
    since: Since = None,
    until: Until = None,
    limit: Most = 1000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tutto ciò che ha fatto, in ogni caso. · Everything that somebody did, in all cases."""
    with (
        case_service(home) as (settings, service),
        psycopg.connect(settings.database_url) as connection,
    ):
        begin, end = begin_of(since, service), instant_of(until, service) if until else None
        found = did(service, connection, person, begin, end, limit)
        if as_json:
            write_json(found)
            return
        for act in found.acts:
            deputy = ", in sostituzione" if act.as_deputy else ""
            out.print(
                f"{local(act.at, service)}  {act.case}  {act.kind} {escape(act.step)} "
                f"[dim]({escape(act.role or '')}{deputy})[/]"
            )
        if found.more:
            out.print("[yellow]… e altro: alzare --limit. · and more: raise --limit.[/]")


@group.command("late")
def late_(
    step: Annotated[str, typer.Argument(metavar="PASSO", help="Il nome del passo. · The step.")],
    since: Since = None,
    until: Until = None,
    limit: Most = 1000,
    asking: AsOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """I casi in cui il passo fu in ritardo, tralasciato, forzato o rifatto, e perché. · Where a
    step was late, skipped, forced or redone, and why; reading the reasons is written down."""
    with (
        case_service(home) as (settings, service),
        psycopg.connect(settings.database_url) as connection,
    ):
        begin, end = begin_of(since, service), instant_of(until, service) if until else None
        about: set[tuple[UUID, UUID]] = set()

        def reason(event: Recorded) -> str:
            opened = service.state(event.originator_id).opened
            assert opened is not None
            about.add((event.originator_id, UUID(opened.person)))
            return service.personal_reader(opened.person).typed(event, "reason")

        found = late(service, connection, step, begin, end, limit, reason=reason)
        write_down(service, asking, "cantiere audit late", sorted(about), ("social",))
        if as_json:
            write_json(found)
            return
        for case in found.cases:
            due = f", entro {local(case.due, service)}" if case.due else ""
            why = f": {case.reason}" if case.reason else ""
            called = f", chiamati {', '.join(case.called)}" if case.called else ""
            out.print(
                f"{local(case.at, service)}  {case.case}  {case.kind} {escape(case.task)}{due} "
                f"[dim]({escape(case.actor or 'ancora aperto')}{escape(called)})[/]{escape(why)}"
            )
        if found.more:
            out.print("[yellow]… e altro: alzare --limit. · and more: raise --limit.[/]")
