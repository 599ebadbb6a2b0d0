"""`cantiere protocol status`: how far the versions of a protocol have come, and how."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.publishing.decide import edition_of
from domain.publishing.history import Kind, Moment, moments
from domain.publishing.proving import NOT_EXPLORED, warning_id
from domain.publishing.refusals import STATUS
from domain.publishing.state import Edition, Publishing, fold, originator_of
from domain.service import CaseService

commands = typer.Typer()

_HAPPENED: dict[Kind, str] = {
    "installed": "installata con il programma",
    "drafted": "scritta",
    "changed": "cambiata",
    "proposed": "proposta",
    "approved": "approvata",
    "rejected": "respinta",
    "published": "pubblicata",
    "retired": "ritirata",
}


@commands.command()
def status(
    name: Annotated[
        str,
        typer.Argument(metavar="PROTOCOLLO[/VERSIONE]", help="Quale. · Which."),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A che punto sono le versioni; di una, chi quando e perché. · How versions stand."""
    protocol, _, label = name.partition("/")
    with case_service(home) as (_, service):
        events = service.history(originator_of(protocol))
        state = fold(Publishing.of(protocol), events)
        if label:
            found = edition_of(state, label)
            history = moments(events, label)
            if as_json:
                write_json(history)
                return
            print_edition(protocol, found)
            for moment in history:
                _print_moment(moment, service)
        elif as_json:
            write_json([_line(edition) for edition in state.editions.values()])
        else:
            for edition in state.editions.values():
                print_edition(protocol, edition)
            if not state.editions:
                out.print("Nessuna versione nel registro. [dim]· No version in the log.[/]")


def print_edition(protocol: str, edition: Edition) -> None:
    is_ = STATUS[edition.status]
    since = f" dal {edition.valid_from:%d/%m/%Y}" if edition.valid_from else ""
    until = f" fino al {edition.until:%d/%m/%Y} escluso" if edition.until else ""
    out.print(
        f"[bold]{escape(protocol)} {escape(edition.label)}[/] {is_.it}{since}{until} "
        f"[dim]· {is_.en} {edition.digest[:12]}[/]"
    )


def _print_moment(moment: Moment, service: CaseService) -> None:
    role = f" ({escape(moment.role)})" if moment.role else ""
    why = f": {escape(moment.reason)}" if moment.reason else ""
    out.print(
        f"  {local(moment.at, service)}  {_HAPPENED[moment.kind]} da {escape(moment.by)}{role}"
        f"{why} [dim]· {moment.kind}[/]"
    )
    if moment.proof is None:
        return
    out.print(
        f"    controllo: {len(moment.proof.remarks)} avvertimenti, {moment.proof.states} stati "
        f"[dim]· {len(moment.proof.remarks)} warnings[/]"
    )
    for remark in moment.proof.remarks:
        reason = moment.reasons.get(warning_id(remark), "")
        out.print(f"    {escape(remark.rule)} {escape(remark.where)}: {escape(remark.message.it)}")
        out.print(f"      perché può restare: {escape(reason)}")
    for left in moment.proof.not_explored:
        out.print(f"    non esplorato: {escape(left.it)}")
        out.print(f"      perché può restare: {escape(moment.reasons.get(NOT_EXPLORED, ''))}")


def _line(edition: Edition) -> dict[str, str | date | None]:
    return {
        "label": edition.label,
        "status": edition.status,
        "digest": edition.digest,
        "valid_from": edition.valid_from,
        "until": edition.until,
    }
