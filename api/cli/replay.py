"""`cantiere replay`: a case as it stood, from the log alone: what was done, by whom, by which
rule."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.finding import CaseArgument, find_case
from api.cli.instants import instant_of
from api.cli.replay_between import between
from api.cli.replay_shown import print_replay, watch_case
from api.cli.speaking import HomeOption, JsonOption, case_service, write_json
from api.replaying.standing import replay_of
from domain.refusal import Refused
from protocols.text import Text

commands = typer.Typer()


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
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="ISTANTE", help="Con --at: come lo si sapeva allora."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="ISTANTE", help="Che cosa cambia da allora…")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="ISTANTE", help="… fino ad allora (o ad adesso).")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Un evento dopo l'altro.")] = False,
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=1000, metavar="N", help="Eventi al secondo.")
    ] = 2.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Il caso com'era: passi aperti, fatti, chi aveva fatto che cosa. · The case as it stood.

    Un giorno vale la sua fine. · A day means its end.
    """
    chosen = _chosen(at, version, known_at, since, until, watch)
    with case_service(home) as (_, service):
        which = find_case(service, case)
        instant = instant_of(at, service) if at else None
        if chosen == "between":
            begin = instant_of(since, service) if since else None
            end = instant_of(until, service) if until else service.clock.now()
            between(service, which, begin, end, as_json)
            return
        known = instant_of(known_at, service) if known_at else None
        found = replay_of(service, which, version=version, at=instant, known_at=known)
        if watch:
            watch_case(found, service, speed, as_json)
        elif as_json:
            write_json(found)
        else:
            print_replay(found, service)


def _chosen(
    at: str | None,
    version: int | None,
    known_at: str | None,
    since: str | None,
    until: str | None,
    watch: bool,
) -> str:
    """What is asked for: `between` or `as_it_stood`. Raises Refused where two things are."""
    span = since is not None or until is not None
    moment = at is not None or version is not None
    if (span and (moment or watch or known_at)) or (known_at and (at is None or version or watch)):
        raise Refused(
            "invalid",
            "options_clash",
            Text(
                "Si chiede una cosa per volta: --from con --to, oppure --at (anche con "
                "--known-at), oppure --version.",
                "Ask one thing at a time: --from with --to, or --at (also with --known-at), or "
                "--version.",
            ),
        )
    return "between" if span else "as_it_stood"
