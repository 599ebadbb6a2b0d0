"""`cantiere token`: who one is, for the API."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.speaking import HomeOption
from api.http.tokens import DEFAULT_HOURS, LONGEST_HOURS, Issuer
from api.stack.discovery import current_settings
from api.stack.failure import StackError
from api.stack.home import default_home
from protocols.territory import default_pack, load_territory

commands = typer.Typer()


@commands.command()
def token(
    person: Annotated[
        str, typer.Argument(metavar="PERSONA", help="L'id di un operatore. · A staff member's id.")
    ],
    hours: Annotated[
        float,
        typer.Option(min=0.001, max=LONGEST_HOURS, help="Per quante ore vale. · Hours."),
    ] = DEFAULT_HOURS,
    home: HomeOption = None,
) -> None:
    """Stampa il token di una persona per l'API. · Print a person's bearer token."""
    load_territory(default_pack()).person(person)
    typer.echo(Issuer.of(_home(home)).token(person, hours))


def _home(home: Path | None) -> Path | None:
    """The home whose secret signs. Raises StackError where there is no installation."""
    try:
        return current_settings(home).home
    except StackError:
        place = home or default_home()
        if os.environ.get("CANTIERE_SECRET", "").strip() or (place / "secret.key").exists():
            return place
        raise
