"""`cantiere export`: the case log in the formats of process mining, pseudonymised."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.markup import escape

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from api.cli.speaking import HomeOption, err, out
from api.stack.discovery import current_settings
from domain.exchange.ocel_writing import write_ocel
from domain.exchange.pseudonyms import Pseudonyms
from domain.exchange.told import ToldCase, told_cases
from domain.exchange.xes_writing import write_xes
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.secret import installation_secret
from protocols.territory import default_pack, load_territory
from protocols.text import Text

group = typer.Typer(
    help="Il registro per altri programmi. · The log for other programs.", no_args_is_help=True
)

OutputOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="Dove scrivere.")
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="GIORNO", help="Casi aperti da allora. · Opened since."),
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="GIORNO", help="… fino a quel giorno. · … up to then.")
]
IdentifiedOption = Annotated[
    bool,
    typer.Option(
        "--identified",
        help="Con i veri numeri di casi, persone e operatori. · With the true ids.",
    ),
]
Writer = Callable[[Iterable[ToldCase], TextIO], int]


@group.command()
def xes(
    output: OutputOption,
    start: FromOption = None,
    end: ToOption = None,
    identified: IdentifiedOption = False,
    home: HomeOption = None,
) -> None:
    """Come XES (IEEE 1849). · As XES."""
    _export(write_xes, output, start, end, identified, home)


@group.command()
def ocel(
    output: OutputOption,
    start: FromOption = None,
    end: ToOption = None,
    identified: IdentifiedOption = False,
    home: HomeOption = None,
) -> None:
    """Come OCEL 2.0 in JSON. · As OCEL 2.0 in JSON."""
    _export(write_ocel, output, start, end, identified, home)


def _export(
    write: Writer,
    output: Path,
    start: str | None,
    end: str | None,
    identified: bool,
    home: Path | None,
) -> None:
    settings = current_settings(home)
    zone = load_territory(default_pack()).timezone
    since = _day(start, "--from")
    until = _day(end, "--to")
    first = datetime.combine(since, time.min, zone).astimezone(UTC) if since else None
    last = (
        datetime.combine(until + timedelta(days=1), time.min, zone).astimezone(UTC)
        if until
        else None
    )
    pseudonyms = Pseudonyms(None if identified else installation_secret(settings.home))
    # Only whole files appear under the name, and only for who asked for them.
    aside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                count = write(told_cases(recorder, pseudonyms, first, last), file)
        os.replace(aside, output)
    except OSError as error:
        raise Refused(
            "invalid",
            "cannot_write",
            Text(
                f"Non si può scrivere «{output.name}» ({error.strerror}).",
                f"“{output.name}” cannot be written ({error.strerror}).",
            ),
            Text("Scegliere un'altra cartella con -o.", "Choose another folder with -o."),
        ) from None
    finally:
        aside.unlink(missing_ok=True)
    out.print(f"{count} casi in {escape(output.name)} [dim]· {count} cases[/]")
    if identified:
        err.print(
            "[yellow]Il file contiene i veri numeri di casi, persone e operatori: custodirlo come "
            "il registro.[/] [dim]· It holds true ids: keep it as you keep the log.[/]"
        )


def _day(written: str | None, option: str) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused(
            "invalid",
            "day_invalid",
            Text(f"{option} vuole un giorno.", f"{option} wants a day."),
            Text("Scriverlo come 2026-03-31.", "Write it as 2026-03-31."),
        ) from None
