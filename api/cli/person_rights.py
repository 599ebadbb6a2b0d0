"""`cantiere person restrict | ease | correct`: Reg. UE 2016/679 art. 18 and 16."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from api.cli.person import AsOption, PersonArgument, WhyOption, group
from api.cli.speaking import HomeOption, acting, out
from domain.person.correcting import (
    CORRECTABLE,
    CorrectPerson,
    DeclineCorrection,
    correct_person,
    decline_correction,
)
from domain.person.restricting import (
    EASED_FOR,
    GROUNDS,
    EaseRestriction,
    LiftRestriction,
    RestrictPerson,
    ease_restriction,
    lift_restriction,
    restrict_person,
)
from domain.refusal import Refused
from protocols.text import Text


@group.command()
def restrict(
    person: PersonArgument,
    by: AsOption,
    why: WhyOption,
    ground: Annotated[
        str, typer.Option("--ground", help=f"La lettera dell'art. 18.1: {' | '.join(GROUNDS)}")
    ] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Toglie la limitazione. · Lift.")] = False,
    home: HomeOption = None,
) -> None:
    """I dati si conservano e basta, o non più. · Data are stored only, or no longer so."""
    with acting(home, by) as (service, actor):
        common: dict[str, Any] = {
            "command_id": uuid4(), "actor": actor, "case": person, "why": why,
        }  # fmt: skip
        if lift:
            lift_restriction(service, LiftRestriction(**common))
        else:
            restrict_person(service, RestrictPerson(ground=ground, **common))
    out.print("[green]✓[/]")


@group.command()
def ease(
    person: PersonArgument,
    by: AsOption,
    why: WhyOption,
    to: Annotated[str, typer.Option("--to", metavar="OPERATORE", help="Chi è ammesso. · Who may.")],
    ground: Annotated[str, typer.Option("--ground", help=" | ".join(EASED_FOR))],
    until: Annotated[
        datetime,
        typer.Option("--until", formats=["%Y-%m-%d"], help="L'ultimo giorno. · The last day."),
    ],
    home: HomeOption = None,
) -> None:
    """Ammette un operatore nonostante la limitazione (art. 18.2). · Let somebody in for a time."""
    with acting(home, by) as (service, actor):
        after = (until + timedelta(days=1)).replace(tzinfo=service.territory.timezone)
        ease_restriction(
            service,
            EaseRestriction(
                command_id=uuid4(), actor=actor, case=person, to=to, ground=ground, until=after,
                why=why,
            ),
        )  # fmt: skip
    out.print("[green]✓[/]")


@group.command()
def correct(
    person: PersonArgument,
    by: AsOption,
    why: WhyOption,
    source: Annotated[
        str,
        typer.Option(
            "--fields",
            metavar="FILE",
            help="JSON con i dati giusti; «-» per lo standard input: su una riga di comando non va "
            "scritto nulla di personale. · The right data, as JSON; '-' for standard input.",
        ),
    ] = "",
    decline: Annotated[
        str,
        typer.Option(
            "--decline", metavar="CAMPI", help="Non si rettificano, con il motivo. · Declined."
        ),
    ] = "",
    home: HomeOption = None,
) -> None:
    """Rettifica i dati di una persona, o annota che non si rettificano. · Correct, or decline."""
    with acting(home, by) as (service, actor):
        common: dict[str, Any] = {
            "command_id": uuid4(), "actor": actor, "case": person, "why": why,
        }  # fmt: skip
        if decline:
            names = tuple(name.strip() for name in decline.split(","))
            decline_correction(service, DeclineCorrection(fields=names, **common))
        else:
            correct_person(service, CorrectPerson(fields=_fields(source), **common))
    out.print("[green]✓[/]")


def _fields(source: str) -> dict[str, Any]:
    """Raises Refused; what is in the file is never repeated in it."""
    listed = ", ".join(CORRECTABLE)
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise Refused(
            "invalid",
            "fields_unreadable",
            Text(
                f"Serve un file JSON (--fields) con uno o più di: {listed}.",
                f"A JSON file (--fields) is needed, with one or more of: {listed}.",
            ),
        )
    return found


commands = typer.Typer()
