"""`cantiere access`: the policies of who sees what, and why somebody sees what they see."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from api.cli.audit_reads import AsOption, write_down
from api.cli.authorised import in_words
from api.cli.finding import CaseArgument, find_case
from api.cli.instants import instant_of
from api.cli.speaking import HomeOption, JsonOption, case_service, out, write_json
from api.http.explained import Explained, explain
from domain.access.rules import Rules, rules_of, shipped_rules
from domain.access.texts import Policy

group = typer.Typer(help="Chi può vedere che cosa. · Who may see what.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="access")

OnOption = Annotated[
    str, typer.Option("--on", metavar="ISTANTE", help="Allora, non adesso. · Then.")
]


@group.command()
def policies(on: OnOption = "", home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Le regole di accesso, con il loro perché; di oggi, o di allora. · The access policies, and
    why they are; today's, or those of then."""
    if on:
        with case_service(home) as (_, service):
            rules = rules_of(service.territory_at(instant_of(on, service)))
    else:
        rules = shipped_rules()
    if as_json:
        write_json({"digest": rules.digest, "policies": rules.policies})
        return
    for policy in rules.policies:
        verb = "[green]permette[/]" if policy.effect == "permit" else "[red]vieta[/]"
        out.print(f"[bold]{escape(policy.id)}[/] {verb} [dim]{policy.file}:{policy.line}[/]")
        out.print(f"  {escape(policy.said.it)}")
        out.print(f"  [dim]{escape(policy.said.en)}[/]")
        out.print(f"  [dim]{escape(policy.law)}[/]")
    out.print(f"[dim]Impronta · digest: {rules.digest}[/]")


@group.command("explain")
def explain_(
    person: Annotated[str, typer.Argument(metavar="OPERATORE", help="Il suo id. · Staff id.")],
    case: CaseArgument,
    category: Annotated[str, typer.Option(help="Solo questa categoria. · Only this one.")] = "",
    on: OnOption = "",
    asking: AsOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Quale regola permette o vieta a qualcuno ciò che c'è nel caso, campo per campo, senza i
    valori. · Which policy permits or forbids what the case holds, field by field, no values."""
    with case_service(home) as (_, service):
        at = instant_of(on, service) if on else service.clock.now()
        number = find_case(service, case)
        found = explain(service, person, number, at, category)
        about = UUID(str(service.state(number).attributes["person"]))
        write_down(service, asking, "cantiere access explain", [(number, about)], ())
        if as_json:
            write_json(found)
            return
        _print(found, rules_of(service.territory_at(at)))


def _print(found: Explained, rules: Rules) -> None:
    known = {policy.id: policy for policy in rules.policies}
    ties = ", ".join(found.relations) or "nessuna · none"
    out.print(f"[bold]{escape(found.person)}[/], relazioni · relations: {ties}")
    for part, by in found.parts.items():
        out.print(f"  {part}: {_sign(bool(by))} [dim]{', '.join(by)}[/]")
    for flow in found.flows:
        out.print(f"  [dim]autorizzato · authorised: {flow}[/]")
    for one in found.authorised:
        out.print(f"  [dim]autorizzazione · authorisation: {escape(in_words(one))}[/]")
    for field in found.fields:
        name = ".".join(filter(None, (field.step, field.field)))
        kind = field.category + (", personale" if field.personal else "")
        out.print(
            f"  {_sign(field.may)} {escape(name)} [dim]({kind}, di {field.recorded_by})[/] "
            f"{', '.join(field.by) or 'nessuna regola lo permette'}"
        )
    used = [name for field in found.fields for name in field.by]
    for name in dict.fromkeys([*(n for by in found.parts.values() for n in by), *used]):
        out.print(f"[dim]{escape(name)}: {escape(_said(known.get(name)))}[/]")
    out.print(f"[dim]Regole, impronta · digest: {found.rules}[/]")


def _said(policy: Policy | None) -> str:
    return f"{policy.said.it} ({policy.law})" if policy is not None else ""


def _sign(may: bool) -> str:
    return "[green]sì[/]" if may else "[red]no[/]"
