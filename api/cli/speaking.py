"""Words at a terminal: Italian first, English dimmed; and every known failure in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psycopg
import typer
from psycopg_pool import PoolTimeout
from rich.console import Console
from rich.markup import escape

from api.stack.discovery import current_settings
from domain.case.commands import Actor
from domain.log.errors import LogUnavailable
from domain.service import CaseService
from domain.settings import Settings
from protocols.documents import DocumentError
from protocols.text import Text

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="CARTELLA",
        help="Cartella dell'installazione (o CANTIERE_HOME). · The installation's folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Per un programma. · For programs.")]

_START = Text(
    "Postgres non risponde: avviarlo con `cantiere up`, o controllare DATABASE_URL.",
    "Postgres does not answer: start it with `cantiere up`, or check DATABASE_URL.",
)


def spoken(error: BaseException) -> Text | None:
    """What to tell people of a failure; None where nothing is known of it."""
    message = getattr(error, "message", None)
    if isinstance(message, Text):
        remedy = _START if isinstance(error, LogUnavailable) else getattr(error, "remedy", None)
        if not isinstance(remedy, Text):
            return message
        return Text(f"{message.it} {remedy.it}", f"{message.in_('en')} {remedy.in_('en')}")
    if isinstance(error, DocumentError):
        lines = "\n".join(str(problem) for problem in error.problems)
        return Text(f"Il pacchetto territoriale è sbagliato:\n{lines}", "The pack is wrong.")
    if isinstance(error, (psycopg.OperationalError, PoolTimeout)):
        return _START
    if any(isinstance(fault, psycopg.ProgrammingError) for fault in (error, error.__cause__)):
        return Text(
            "Alla base di dati manca una tabella o una colonna: eseguire `cantiere migrate`, e per "
            "le viste `cantiere rebuild projections`. Se manca ancora, qualcuno l'ha tolta.",
            "The database lacks a table or a column: run `cantiere migrate`, and for read models "
            "`cantiere rebuild projections`. If it is still missing, somebody removed it.",
        )
    return None


def tell(error: BaseException) -> bool:
    """Print a known failure; False where it is not known."""
    message = spoken(error)
    if message is None:
        return False
    err.print(f"[red]✗[/] {escape(message.it)}")
    if message.en:
        err.print(f"[dim]  {escape(message.en)}[/]")
    for problem in getattr(error, "fields", ()):
        err.print(f"  {escape(problem.field)}: {escape(problem.message.it)}")
        err.print(f"[dim]    {escape(problem.message.in_('en'))}[/]")
    return True


def write_json(value: Any) -> None:
    """To standard output, for programs."""
    encoded = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.write(encoded.decode() + "\n")


@contextmanager
def case_service(home: Path | None) -> Iterator[tuple[Settings, CaseService]]:
    """The service of the installation at hand. Raises StackError and what `connect` raises."""
    settings = current_settings(home)
    service = CaseService.connect(settings, pool_size=1, max_size=4)
    try:
        yield settings, service
    finally:
        service.close()


@contextmanager
def acting(home: Path | None, person: str) -> Iterator[tuple[CaseService, Actor]]:
    """The service, and the member of staff with the roles held today. Raises UnknownName."""
    with case_service(home) as (_, service):
        today = service.clock.now().astimezone(service.territory.timezone).date()
        held = service.territory.memberships(person, today)
        yield service, Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def local(instant: datetime | None, service: CaseService) -> str:
    """An instant as the territory's people write it; empty for None."""
    if instant is None:
        return ""
    return f"{instant.astimezone(service.territory.timezone):%d/%m/%Y %H:%M}"
