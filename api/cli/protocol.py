"""`cantiere protocol`: the published versions, and what one says."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.speaking import JsonOption, out, write_json
from domain.refusal import Refused
from protocols.registry import Registry
from protocols.territory import default_pack
from protocols.text import Text

group = typer.Typer(help="I protocolli. · Protocols.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="protocol")


@group.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Le versioni pubblicate. · The published versions."""
    plans = Registry.load(default_pack()).all()
    if as_json:
        write_json(
            [
                {
                    "protocol": plan.protocol.protocol,
                    "version": plan.protocol.version,
                    "title": plan.protocol.title,
                    "valid_from": plan.protocol.valid_from,
                    "digest": plan.digest,
                }
                for plan in plans
            ]
        )
        return
    for plan in plans:
        document = plan.protocol
        out.print(
            f"{document.protocol} {document.version} · {escape(document.title.it)} · in vigore dal "
            f"{document.valid_from:%d/%m/%Y} [dim]{plan.digest[:12]}[/]"
        )


@group.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="PROTOCOLLO", help="Per esempio presa-in-carico/1.0.0.")
    ],
    text: Annotated[bool, typer.Option("--text", help="Il documento. · The document.")] = False,
) -> None:
    """I passi di una versione, o il suo testo. · Its steps, or its text."""
    registry = Registry.load(default_pack())
    protocol, _, version = name.replace("@", "/").partition("/")
    if not version:
        versions = [p.protocol.version for p in registry.all() if p.protocol.protocol == protocol]
        if not versions:
            raise Refused(
                "not_found",
                "unknown_protocol",
                Text("Questo protocollo non esiste.", "There is no such protocol."),
                Text("Vedere `cantiere protocol list`.", "See `cantiere protocol list`."),
            )
        version = versions[-1]
    plan = registry.get(protocol, version)
    if text:
        typer.echo(plan.text)
        return
    document = plan.protocol
    out.print(f"[bold]{escape(document.title.it)}[/] {document.version} [dim]{plan.digest}[/]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("passo", "titolo", "fase", "chi", "esiti"):
        table.add_column(title, no_wrap=title == "passo", overflow="fold")
    for step_name, step in document.steps.items():
        who = step.role or (f"macchina: {step.automation.run}" if step.automation else "evento")
        table.add_row(
            step_name, escape(step.title.it), step.stage or "", who, ", ".join(step.outcomes)
        )
    out.print(table)
