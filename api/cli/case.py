"""`cantiere case`: the cases of an installation, without anything personal."""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer
from msgspec.structs import replace
from psycopg.rows import tuple_row
from rich.markup import escape

from api.cli import case_emergency, case_export
from api.cli.finding import CaseArgument, find_case
from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.refusal import Refused
from domain.service import CaseService
from projections.cases.queries import CaseSummary, cases
from protocols.text import Text

group = typer.Typer(help="I casi. · Cases.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="case")
group.add_typer(case_export.commands)
group.add_typer(case_emergency.commands)

_STATES = {"open": "aperto", "ended": "chiuso"}


@group.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="open oppure ended.")] = None,
    district: Annotated[int | None, typer.Option(min=0, max=999, help="Distretto.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Protocollo.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Quanti.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """I casi, i più recenti prima. · Cases, the latest first."""
    if state is not None and state not in _STATES:
        raise Refused(
            "invalid",
            "unknown_state",
            Text("Lo stato è «open» oppure «ended».", "The state is “open” or “ended”."),
        )
    with (
        case_service(home) as (settings, service),
        psycopg.connect(settings.database_url, row_factory=tuple_row) as connection,
    ):
        page = cases(
            connection,
            state=state,
            districts=None if district is None else [district],
            protocol=protocol,
            limit=limit,
        )
        # Whoever runs the system knows no pseudonyms.
        found = [replace(row, pseudonym="") for row in page.cases]
        if as_json:
            write_json(found)
            return
        _print_list(found, service)
        if page.cursor:
            out.print(f"[dim]… altri oltre {limit}: --limit · more: --limit[/]")


def _print_list(found: list[CaseSummary], service: CaseService) -> None:
    if not found:
        out.print("Nessun caso. [dim]· No cases.[/]")
        return
    for row in found:
        state = _STATES[row.state] + (f": {row.reason}" if row.reason else "")
        if row.episode > 1:
            state += f", episodio {row.episode}"
        following = "; ".join(dict.fromkeys(row.next_it))
        out.print(
            f"[bold]{row.id}[/]  {local(row.opened_at, service)[:10]}  distretto {row.district}  "
            f"{escape(state)}"
        )
        out.print(
            f"  {row.protocol} {row.version} · {escape(row.stage_it)}"
            + (f" [dim]→ {escape(following)}[/]" if following else "")
        )


@group.command()
def show(case: CaseArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Un caso com'è adesso. · One case as it is now."""
    from api.cli.replay_shown import print_replay
    from api.replaying.standing import replay_of

    with case_service(home) as (_, service):
        replay = replay_of(service, find_case(service, case))
        if as_json:
            write_json(replay)
        else:
            print_replay(replay, service, entries=False)
