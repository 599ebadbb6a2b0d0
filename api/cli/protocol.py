"""`cantiere protocol`: the published versions, and what a designer does with one."""

from __future__ import annotations

import typer
from rich.markup import escape

from api.cli import (
    protocol_check,
    protocol_diff,
    protocol_draw,
    protocol_show,
    protocol_simulate,
    protocol_try,
)
from api.cli.speaking import JsonOption, out, write_json
from protocols.registry import Registry
from protocols.territory import default_pack

group = typer.Typer(help="I protocolli. · Protocols.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="protocol")
for part in (
    protocol_check,
    protocol_show,
    protocol_draw,
    protocol_diff,
    protocol_simulate,
    protocol_try,
):
    group.add_typer(part.commands)


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
