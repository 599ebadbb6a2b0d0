"""`cantiere protocol`: the published versions, and what a designer does with one."""

from __future__ import annotations

from datetime import date

import typer
from rich.markup import escape

from api.cli import (
    protocol_check,
    protocol_diff,
    protocol_draw,
    protocol_migrate,
    protocol_migration,
    protocol_publish,
    protocol_show,
    protocol_simulate,
    protocol_status,
    protocol_try,
    protocol_variants,
)
from api.cli.protocol_published import published
from api.cli.speaking import JsonOption, out, write_json
from protocols.engine.plan import Plan
from protocols.language.library import Source
from protocols.registry import Registry

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
    protocol_variants,
    protocol_publish,
    protocol_status,
    protocol_migrate,
    protocol_migration,
):
    group.add_typer(part.commands)


@group.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Le versioni pubblicate. · The published versions."""
    registry = published()
    plans = registry.all()
    if as_json:
        write_json(
            [
                {
                    "protocol": plan.protocol.protocol,
                    "version": plan.protocol.version,
                    "title": plan.protocol.title,
                    "valid_from": _from(registry, plan),
                    "digest": plan.digest,
                    "variants": [
                        {
                            "variant": s.variant,
                            "version": s.version,
                            "valid_from": registry.validity(s.key).valid_from,
                        }
                        for s in _variants(registry, plan)
                    ],
                }
                for plan in plans
            ]
        )
        return
    for plan in plans:
        document = plan.protocol
        out.print(
            f"{document.protocol} {document.version} · {escape(document.title.it)} · in vigore dal "
            f"{_from(registry, plan):%d/%m/%Y} [dim]{plan.digest[:12]}[/]"
        )
        for source in _variants(registry, plan):
            title = source.head.title.it if source.head else ""
            out.print(
                f"  + {source.label} · {escape(title)} · in vigore dal "
                f"{registry.validity(source.key).valid_from:%d/%m/%Y} [dim]{source.digest[:12]}[/]"
            )


def _from(registry: Registry, plan: Plan) -> date:
    """The first day whose referrals follow it, which publishing may have put later."""
    return registry.validity((plan.protocol.protocol, plan.protocol.version)).valid_from


def _variants(registry: Registry, plan: Plan) -> tuple[Source, ...]:
    return registry.library.variants(plan.protocol.protocol, plan.protocol.version)
