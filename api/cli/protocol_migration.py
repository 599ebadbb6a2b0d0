"""`cantiere protocol migration …`: a recorded plan, from its approval to its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.case.commands import Actor
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.refusals import STATUS
from domain.migration.running import count
from domain.migration.state import Migration
from domain.refusal import Refused
from domain.service import CaseService, Receipt
from protocols.text import Text

commands = typer.Typer()
group = typer.Typer(help="I piani di migrazione. · Migration plans.", no_args_is_help=True)
commands.add_typer(group, name="migration")

PlanArgument = Annotated[
    str, typer.Argument(metavar="PIANO", help="Il numero del piano, o il suo inizio. · Its id.")
]
AsOption = Annotated[
    str, typer.Option("--as", metavar="PERSONA", help="L'id di chi lo fa. · Who does it.")
]
WhyOption = Annotated[str, typer.Option("--why", metavar="MOTIVO", help="Perché. · Why.")]


@group.command("list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """I piani. · The plans."""
    with case_service(home) as (_, service):
        found = list(h.migrations(service))
        if as_json:
            write_json([values(service, plan) for plan in found])
            return
        if not found:
            out.print("Nessun piano. [dim]· No plans.[/]")
        for plan in found:
            _print_line(service, plan)


@group.command()
def status(plan: PlanArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Un piano, e a che punto è. · A plan, and how far it has come."""
    with case_service(home) as (_, service):
        print_migration(service, _find(service, plan), as_json)


@group.command()
def approve(
    plan: PlanArgument,
    by: AsOption,
    why: WhyOption = "",
    digest: Annotated[
        str, typer.Option("--digest", help="L'impronta del piano letto. · Of the plan read.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Approva, al livello gestionale. · Approve, on the management level."""
    with case_service(home) as (_, service):
        found = _find(service, plan)
        given = digest or found.plan.digest
        _do(service, h.approve, k.ApproveMigration, found, by, digest=given, reason=why)


@group.command()
def run(plan: PlanArgument, by: AsOption, home: HomeOption = None) -> None:
    """Comincia a spostare i casi. · Begin to move the cases."""
    _simply(h.start, k.StartMigration, plan, by, home)


@group.command()
def pause(plan: PlanArgument, by: AsOption, home: HomeOption = None) -> None:
    """Sospende. · Pause."""
    _simply(h.pause, k.PauseMigration, plan, by, home)


@group.command()
def resume(plan: PlanArgument, by: AsOption, home: HomeOption = None) -> None:
    """Riprende. · Resume."""
    _simply(h.resume, k.ResumeMigration, plan, by, home)


@group.command()
def revert(plan: PlanArgument, by: AsOption, why: WhyOption = "", home: HomeOption = None) -> None:
    """Riporta indietro i casi su cui non si è ancora lavorato. · Take back what can be."""
    with case_service(home) as (_, service):
        _do(service, h.ask_revert, k.RevertPlan, _find(service, plan), by, reason=why)


def _simply(
    does: Callable[..., Receipt], kind: type[Any], plan: str, by: str, home: Path | None
) -> None:
    with case_service(home) as (_, service):
        _do(service, does, kind, _find(service, plan), by)


def _do(
    service: CaseService,
    does: Callable[..., Receipt],
    kind: type[Any],
    plan: Migration,
    by: str,
    **more: Any,
) -> None:
    does(service, kind(command_id=uuid4(), actor=acting(service, by), case=plan.id, **more))
    print_migration(service, h.migration(service, plan.id), False)


def acting(service: CaseService, person: str) -> Actor:
    """The person with the roles held today. Raises UnknownName."""
    today = service.clock.now().astimezone(service.territory.timezone).date()
    held = service.territory.memberships(person, today)
    return Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def _find(service: CaseService, written: str) -> Migration:
    try:
        return h.migration(service, UUID(written))
    except ValueError:
        pass
    found = [plan for plan in h.migrations(service) if str(plan.id).startswith(written.lower())]
    if len(written) >= 4 and len(found) == 1:
        return found[0]
    raise Refused(
        "not_found",
        "unknown_migration",
        Text("Piano non trovato.", "No such plan."),
        Text(
            "Vedere `cantiere protocol migration list`.",
            "See `cantiere protocol migration list`.",
        ),
    )


def values(service: CaseService, plan: Migration) -> dict[str, Any]:
    """For programs. Ids only, nothing personal."""
    moved, back = count(service, plan)
    made = plan.plan
    return {
        "id": plan.id,
        "status": plan.status,
        "protocol": made.protocol,
        "from": made.from_version,
        "to": made.to_version,
        "digest": made.digest,
        "mapping": made.mapping,
        "counts": made.counts,
        "ways": [
            {"from": way.from_version, "to": way.to_version, "cases": way.cases}
            for way in made.routes
        ],
        "why": made.why,
        "planned_by": plan.planned_by,
        "planned_at": plan.planned_at,
        "approved_by": plan.approved_by,
        "approved_at": plan.approved_at,
        "cases": len(made.cases),
        "moved": moved,
        "reverted": back,
        "left": [{"case": str(UUID(hex=case)), "why": why} for case, why in plan.left],
        "kept": [{"case": str(UUID(hex=case)), "why": why} for case, why in plan.kept],
    }


def _print_line(service: CaseService, plan: Migration) -> None:
    made, said = plan.plan, STATUS[plan.status]
    out.print(
        f"[bold]{plan.id}[/]  {made.protocol} {made.from_version} → {made.to_version}  "
        f"{said.it} [dim]· {said.en}[/]  {local(plan.planned_at, service)[:10]}"
    )


def print_migration(service: CaseService, plan: Migration, as_json: bool) -> None:
    """One plan as it is now."""
    found = values(service, plan)
    if as_json:
        write_json(found)
        return
    _print_line(service, plan)
    out.print(
        f"  casi da spostare {found['cases']}, spostati {found['moved']}, "
        f"riportati {found['reverted']} [dim]· to move, moved, taken back[/]"
    )
    for way in found["ways"]:
        out.print(f"  {way['from']} → {way['to']}: {way['cases']}")
    for why, number in found["why"].items():
        out.print(f"  fuori dal piano {number}: {escape(why)} [dim]· not in the plan[/]")
    for each in (*found["left"], *found["kept"]):
        out.print(f"  {each['case']} {escape(each['why'])}")
    out.print(f"[dim]  impronta · digest {found['digest'][:12]}[/]")
