"""`cantiere person`: erasure and legal hold, by the people whose business it is."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import typer

from api.cli.speaking import HomeOption, acting, out
from domain.person.erasing import (
    GROUNDS,
    DecideErasure,
    HoldRecords,
    RequestErasure,
    decide_erasure,
    hold_records,
    request_erasure,
)

group = typer.Typer(help="I dati di una persona. · A person's data.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="person")

PersonArgument = Annotated[UUID, typer.Argument(metavar="PERSONA", help="Il suo id. · Its id.")]
AsOption = Annotated[
    str, typer.Option("--as", metavar="OPERATORE", help="L'id di chi lo fa. · Who does it.")
]
WhyOption = Annotated[
    str, typer.Option("--why", metavar="MOTIVO", help="Senza nulla di personale. · Why.")
]


@group.command()
def erase(
    person: PersonArgument,
    by: AsOption,
    ground: Annotated[str, typer.Option("--ground", help=f"{' | '.join(GROUNDS)}")] = "",
    why: WhyOption = "",
    approve: Annotated[
        bool, typer.Option("--approve", help="Approva ciò che un altro ha chiesto. · Approve.")
    ] = False,
    decline: Annotated[
        bool, typer.Option("--decline", help="Non si cancella, con il motivo. · Decline.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Chiede la cancellazione, o la decide: per sempre. · Ask for an erasure, or decide it."""
    with acting(home, by) as (service, actor):
        if approve or decline:
            decide_erasure(
                service,
                DecideErasure(
                    command_id=uuid4(), actor=actor, case=person, approve=approve and not decline,
                    why=why,
                ),
            )  # fmt: skip
        else:
            request_erasure(
                service,
                RequestErasure(
                    command_id=uuid4(), actor=actor, case=person, ground=ground, why=why
                ),
            )
    if approve and not decline:
        out.print("[green]✓[/] Cancellati: nessuno può più leggerli. [dim]· Erased for ever.[/]")
    elif decline:
        out.print("[green]✓[/] La richiesta è respinta. [dim]· Declined.[/]")
    else:
        out.print(
            "[green]✓[/] Chiesta: la decide un'altra persona. [dim]· Somebody else decides.[/]"
        )


@group.command()
def hold(
    person: PersonArgument,
    by: AsOption,
    why: WhyOption,
    lift: Annotated[bool, typer.Option("--lift", help="Toglie il vincolo. · Lift it.")] = False,
    home: HomeOption = None,
) -> None:
    """Vincola gli atti alla conservazione, o toglie il vincolo. · Place or lift a legal hold."""
    with acting(home, by) as (service, actor):
        hold_records(
            service,
            HoldRecords(command_id=uuid4(), actor=actor, case=person, why=why, lift=lift),
        )
    out.print("[green]✓[/]")
