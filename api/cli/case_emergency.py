"""`cantiere case break-glass`: emergency access from a terminal, in somebody's name."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import typer

from api.cli.finding import CaseArgument, find_case
from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from api.http.emergencies import break_glass, opened
from api.http.explained import reader_on
from domain.reads.events import Read
from domain.reads.stream import ReadStream

commands = typer.Typer()

DOOR = "cantiere case break-glass"


@commands.command("break-glass")
def break_glass_(
    case: CaseArgument,
    asking: Annotated[
        str, typer.Option("--as", metavar="OPERATORE", help="L'id di chi chiede. · Who asks.")
    ],
    category: Annotated[
        list[str], typer.Option("--category", help="identity, social, work, clinical, judicial.")
    ],
    key: Annotated[
        UUID | None, typer.Option("--key", help="La stessa, per ripetere. · To repeat.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apre un accesso d'emergenza; il perché si scrive quando viene chiesto, o arriva dallo
    standard input, mai sulla riga di comando. · Opens emergency access; the reason is asked for."""
    reason = typer.prompt("Perché · Why", prompt_suffix=": ", err=True)
    with case_service(home) as (_, service):
        today = service.clock.now().astimezone(service.territory.timezone).date()
        reader = reader_on(service.territory, asking, today)
        command = key or uuid4()
        number = find_case(service, case)

        def refused(case: UUID, person: UUID | None) -> None:
            held = tuple(f"{role}@{scope}" for role, scope, _ in reader.holds)
            look = Read(service.clock.now(), asking, DOOR, case, person, roles=held, refused=True)
            ReadStream(service.recorder, service.clock).write([look])

        receipt = break_glass(service, reader, number, command, reason, category, refused)
        done = opened(service, receipt, str(command))
        if as_json:
            write_json(done)
            return
        out.print(
            f"Aperto fino al {local(done.until, service)}: {', '.join(done.categories)}. "
            f"Lo sanno: {', '.join(done.alerted)}. [dim]· Open; those named are to know.[/]"
        )
