"""`cantiere person show | merge | part | index`: who is who."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
import typer

from api.cli.audit_reads import write_down
from api.cli.person import AsOption, PersonArgument, WhyOption, group
from api.cli.speaking import HomeOption, JsonOption, acting, case_service, out, write_json
from domain.person.forgetting import cases_of
from domain.person.indexing import index_persons
from domain.person.merging import (
    DecideMerge,
    PartPersons,
    ProposeMerge,
    decide_merge,
    part_persons,
    propose_merge,
)
from domain.person.state import standing_for

OtherArgument = Annotated[
    UUID, typer.Argument(metavar="ALTRA", help="L'id dell'altra. · The other's id.")
]


class Shown(msgspec.Struct, frozen=True):
    """Nothing personal. `ids`: all that this human being has had, the kept one first; `ground`: of
    the restriction, '' if there is none."""

    ids: list[UUID]
    cases: list[UUID]
    proposed: list[UUID]
    anonymous: bool
    sealed: bool
    ground: str
    erased: bool


@group.command()
def show(
    person: PersonArgument,
    asking: Annotated[
        str, typer.Option("--as", metavar="OPERATORE", help="L'id di chi chiede. · Who asks.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Chi sta per chi, i casi, se il trattamento è limitato: nessun nome. · No name is shown."""
    with case_service(home) as (_, service):
        known = standing_for(service, person)
        write_down(service, asking, "cantiere person show", [(None, known.id)])
        cases = [case for one in known.ids for case in cases_of(service, one)]
        ground = known.restriction.ground if known.restriction else ""
        shown = Shown(
            list(known.ids), cases, list(known.proposed), known.anonymous, known.sealed, ground,
            known.erased,
        )  # fmt: skip
    if as_json:
        write_json(shown)
        return
    out.print(f"[bold]{known.id}[/]" + (" [red]cancellata · erased[/]" if known.erased else ""))
    for title, ids in (
        ("è anche · also", shown.ids[1:]),
        ("forse · perhaps", shown.proposed),
        ("caso · case", shown.cases),
    ):
        for one in ids:
            out.print(f"  {title} {one}")
    if ground:
        out.print(f"  [yellow]trattamento limitato, art. 18.1.{ground} · restricted[/]")


@group.command()
def merge(
    person: PersonArgument,
    other: OtherArgument,
    by: AsOption,
    why: WhyOption = "",
    approve: Annotated[
        bool, typer.Option("--approve", help="Approva ciò che un altro ha proposto. · Approve.")
    ] = False,
    decline: Annotated[
        bool, typer.Option("--decline", help="Sono due, con il motivo. · Decline.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Due registrazioni della stessa persona: PERSONA resta, ALTRA le si unisce. · Merge."""
    with acting(home, by) as (service, actor):
        common: dict[str, Any] = {
            "command_id": uuid4(), "actor": actor, "case": person, "merged": other, "why": why,
        }  # fmt: skip
        if approve or decline:
            decide_merge(service, DecideMerge(approve=approve and not decline, **common))
        else:
            propose_merge(service, ProposeMerge(**common))
        merged = other in standing_for(service, person).ids
    if merged:
        out.print("[green]✓[/] Da ora sono una. [dim]· They are one from now on.[/]")
    elif decline:
        out.print("[green]✓[/] La proposta è respinta. [dim]· Declined.[/]")
    else:
        out.print(
            "[green]✓[/] Proposto: decide un altro operatore. [dim]· Somebody else decides.[/]"
        )


@group.command()
def part(
    person: PersonArgument,
    other: OtherArgument,
    by: AsOption,
    why: WhyOption,
    home: HomeOption = None,
) -> None:
    """Separa due persone unite per errore. · Undo a merge."""
    with acting(home, by) as (service, actor):
        part_persons(
            service,
            PartPersons(command_id=uuid4(), actor=actor, case=person, merged=other, why=why),
        )
    out.print("[green]✓[/] Di nuovo due. [dim]· They are two again.[/]")


@group.command()
def index(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Rifà gli indici ciechi per cui una persona si ritrova. · Make the blind indexes anew."""
    with case_service(home) as (_, service):
        done = index_persons(service)
    if as_json:
        write_json(done)
        return
    out.print(
        f"[green]✓[/] {done.persons} persone, {done.changed} cambiate. "
        f"[dim]· {done.changed} of {done.persons} changed.[/]"
    )


commands = typer.Typer()
