"""`cantiere clock`: the installation's time, and moving it where that is allowed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from api.stack.discovery import current_settings
from domain.refusal import Refused
from protocols.territory import default_pack, load_territory
from protocols.text import Text

group = typer.Typer(help="L'orologio dell'installazione. · The installation's clock.")
commands = typer.Typer()
commands.add_typer(group, name="clock")

_LENGTH = re.compile(
    r"^\s*(\d{1,6})\s*(s|sec|min|h|d|g|w|giorni|giorno|days?|ore|hours?|weeks?)\s*$"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "o": 3600, "d": 86_400, "g": 86_400, "w": 604_800}


@group.callback(invoke_without_command=True)
def _default(context: typer.Context, home: HomeOption = None) -> None:
    if context.invoked_subcommand is None:
        _say_now(home)


@group.command()
def now(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Che ore sono per l'installazione. · What time it is for the installation."""
    _say_now(home, as_json)


def _say_now(home: HomeOption, as_json: bool = False) -> None:
    with case_service(home) as (settings, service):
        instant = service.clock.now()
        if as_json:
            write_json({"now": instant, "training": settings.training})
        else:
            out.print(f"{local(instant, service)} [dim]{instant:%Y-%m-%dT%H:%M:%SZ}[/]")


@group.command()
def advance(
    length: Annotated[
        str | None, typer.Argument(metavar="DURATA", help="Per esempio 40d, 3w, 12h, 30min.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DATA", help="Fino a 2026-03-31 o 2026-03-31T10:00."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sposta avanti l'orologio: accade tutto ciò che scade, in ordine. · Move the clock on."""
    from workflows.clock import advance as advance_clock

    target = _target(length, to)
    settings = current_settings(home)
    zone = load_territory(default_pack()).timezone
    with out.status("…") as status:
        report = advance_clock(
            settings, target, lambda at: status.update(f"{at.astimezone(zone):%d/%m/%Y %H:%M}")
        )
    if as_json:
        write_json(report)
        return
    out.print(
        f"{_day(report.start, zone)} → [bold]{_day(report.end, zone)}[/]: "
        f"{report.moves} scadenze in {report.instants} istanti, {report.seconds:.1f} s "
        f"[dim]· {report.moves} things due at {report.instants} instants[/]"
    )


def _day(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%d/%m/%Y %H:%M}"


def _target(length: str | None, to: str | None) -> datetime | timedelta:
    if (length is None) == (to is None):
        raise _asked_wrongly()
    if length is not None:
        match = _LENGTH.match(length)
        if match is None:
            raise _asked_wrongly()
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2][0]])
    assert to is not None
    zone = load_territory(default_pack()).timezone
    try:
        if len(to) == 10:
            return datetime.combine(date.fromisoformat(to), time(), zone).astimezone(UTC)
        moment = datetime.fromisoformat(to)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _asked_wrongly() from None


def _asked_wrongly() -> Refused:
    return Refused(
        "invalid",
        "clock_target",
        Text(
            "Indicare di quanto, come 40d, oppure fino a quando, come --to 2026-03-31.",
            "Say by how much, as 40d, or until when, as --to 2026-03-31.",
        ),
    )
