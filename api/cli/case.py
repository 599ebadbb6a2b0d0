"""`cantiere case`: the cases of an installation, without anything personal."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer
from psycopg.rows import tuple_row
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.refusal import Refused
from domain.service import CaseService
from projections.cases.queries import CaseSummary, cases
from protocols.text import Text

group = typer.Typer(help="I casi. · Cases.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="case")

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASO", help="Il numero del caso, o il suo inizio. · Its id.")
]

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
        if as_json:
            write_json(page.cases)
            return
        _print_list(page.cases, service)
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
    from api.cli.replay import replay_of
    from api.cli.replay_shown import print_replay

    with case_service(home) as (_, service):
        replay = replay_of(service, find_case(service, case))
        if as_json:
            write_json(replay)
        else:
            print_replay(replay, service, entries=False)


def find_case(service: CaseService, written: str) -> UUID:
    """The case with that id, or the only one whose id begins so. Raises Refused."""
    try:
        return UUID(written)
    except ValueError:
        pass
    beginning = written.strip().lower()
    found: list[UUID] = []
    if len(beginning) >= 4:
        every = service.recorder.originators_of("case.case-opened")
        found = [case for case in every if str(case).startswith(beginning)]
    if len(found) == 1:
        return found[0]
    more: Any = Text(
        "Il numero di un caso è un UUID, o almeno le sue prime 4 cifre: vedere `cantiere case "
        "list`.",
        "A case's number is a UUID, or at least its first 4 digits: see `cantiere case list`.",
    )
    if found:
        more = Text(
            "Più casi cominciano così: scriverne di più.", "Several cases begin so: write more."
        )
    raise Refused("not_found", "unknown_case", Text("Caso non trovato.", "No such case."), more)
