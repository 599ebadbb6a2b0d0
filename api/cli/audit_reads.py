"""`cantiere audit reads|readers`: who has looked at whose data; asking is itself written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import psycopg
import typer
from psycopg.rows import tuple_row
from rich.markup import escape

from api.cli.finding import find_case
from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from api.http.access import Reader, grounds_for_read_log
from domain.person.state import standing_for
from domain.reads.events import Read
from domain.reads.stream import MOST_AT_ONCE, ReadStream
from domain.refusal import Refused
from domain.service import CaseService
from projections.reads.queries import ReadLine, reads
from projections.reads.who import ReaderOnDay, who_looked
from protocols.text import Text

group = typer.Typer()

TERMINAL = "system:terminal"
"""Who reads where no member of staff is named: whoever has the installation in hand."""

PersonOption = Annotated[
    UUID | None, typer.Option("--person", metavar="PERSONA", help="L'id. · Its id.")
]
AsOption = Annotated[
    str, typer.Option("--as", metavar="OPERATORE", help="L'id di chi chiede. · Who asks.")
]
DayFormats = ["%Y-%m-%d"]


@group.command("reads")
def reads_(
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASO", help="Il numero, o il suo inizio.")
    ] = None,
    person: PersonOption = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="OPERATORE", help="Chi ha letto. · Who read.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=DayFormats, help="Dal giorno. · From this day."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=DayFormats, help="Fino al giorno. · To this day."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Quante. · How many.")] = 200,
    asking: AsOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Chi ha letto i dati di una persona o di un caso, o che cosa ha letto qualcuno. · Reads."""
    if case is None and person is None and by is None:
        raise Refused(
            "invalid",
            "nothing_asked",
            Text("Di chi? Manca --person, --case o --by.", "Whose? Give --person, --case or --by."),
        )
    with (
        case_service(home) as (settings, service),
        psycopg.connect(settings.database_url, row_factory=tuple_row) as connection,
    ):
        number = find_case(service, case) if case is not None else None
        write_down(service, asking, "cantiere audit reads", [(number, person)])
        page = reads(
            connection,
            persons=standing_for(service, person).ids if person else (),
            case=number,
            by=by,
            since=_beginning(service, since.date()) if since else None,
            until=_beginning(service, until.date() + timedelta(days=1)) if until else None,
            limit=limit,
        )
        if as_json:
            write_json(page.reads)
            return
        for read in page.reads:
            _print(read, service)
        if not page.reads:
            out.print("Nessuna consultazione. [dim]· No reads.[/]")
        if page.cursor:
            out.print(f"[dim]… altre oltre {limit}: --limit · more: --limit[/]")


@group.command()
def readers(
    person: Annotated[UUID, typer.Argument(metavar="PERSONA", help="L'id. · Its id.")],
    asking: AsOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """«Chi ha guardato il mio fascicolo?»: da consegnare alla persona. · For the person."""
    with (
        case_service(home) as (settings, service),
        psycopg.connect(settings.database_url, row_factory=tuple_row) as connection,
    ):
        write_down(service, asking, "cantiere audit readers", [(None, person)])
        ids = standing_for(service, person).ids
        found = who_looked(connection, ids, str(service.territory.timezone))
        if as_json:
            write_json(found)
            return
        for row in found:
            _print_day(row)
        if not found:
            out.print("Nessuno. [dim]· Nobody.[/]")


def write_down(
    service: CaseService,
    asking: str,
    door: str,
    about: Sequence[tuple[UUID | None, UUID | None]],
    shown: tuple[str, ...] = (),
) -> None:
    """Before anything is shown `about` cases and persons, of these categories of their data.
    Raises Refused, UnknownName, LogUnavailable."""
    now = service.clock.now()
    roles: tuple[str, ...] = ()
    grounds = frozenset({"installation"})
    if asking:
        today = now.astimezone(service.territory.timezone).date()
        held = service.territory.memberships(asking, today)
        reader = Reader(asking, tuple((m.role, m.scope, m.deputy) for m in held))
        roles = tuple(f"{m.role}@{m.scope}" for m in held)
        protecting = service.territory.records.erasure.approved_by
        grounds = grounds_for_read_log(reader, protecting)
    lines = [
        Read(
            now, asking or TERMINAL, door, case, person, roles, tuple(sorted(grounds)),
            shown if grounds else (), refused=not grounds,
        )
        for case, person in about
    ]  # fmt: skip
    stream = ReadStream(service.recorder, service.clock)
    for first in range(0, len(lines), MOST_AT_ONCE):
        stream.write(lines[first : first + MOST_AT_ONCE])
    if not grounds:
        raise Refused(
            "forbidden",
            "role_not_held",
            Text(
                "Le consultazioni le vede chi verifica e chi tutela i dati.",
                "Reads are shown to those who audit and those who protect data.",
            ),
        )


def _beginning(service: CaseService, day: date) -> datetime:
    return datetime.combine(day, time.min, service.territory.timezone)


def _print(read: ReadLine, service: CaseService) -> None:
    where = ", ".join(read.grounds) or "senza titolo"
    out.print(
        f"{local(read.at, service)}  [bold]{escape(read.reader)}[/] "
        f"[dim]{escape(', '.join(read.roles))}[/]"
    )
    what = f"[red]rifiutato[/] ({escape(where)})" if read.refused else f"come {escape(where)}"
    about = " ".join(f"{name} {at}" for name, at in _about(read) if at)
    out.print(f"  {what} · {escape(read.door)} {about}")
    if read.shown:
        out.print(f"  in chiaro: {', '.join(read.shown)}")
    if read.withheld:
        out.print(f"  [dim]nascosti: {', '.join(read.withheld)}[/]")


def _about(read: ReadLine) -> list[tuple[str, UUID | None]]:
    return [("caso", read.case), ("persona", read.person)]


def _print_day(row: ReaderOnDay) -> None:
    out.print(
        f"{row.day:%d/%m/%Y}  [bold]{escape(row.reader)}[/]  {escape(', '.join(row.roles))}  "
        f"[dim]{escape(', '.join(row.organisations))}[/]"
    )
    refused = f", rifiutate {row.refused}" if row.refused else ""
    out.print(f"  letture {row.times}{refused}: {', '.join(row.categories) or 'nessun dato'}")
