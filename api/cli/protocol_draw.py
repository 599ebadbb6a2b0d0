"""`cantiere protocol draw`: a protocol as BPMN 2.0 or as SVG."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.cli.protocol_show import SourceArgument
from api.cli.protocol_source import LanguageName, protocol_at, write
from api.cli.speaking import err
from protocols.drawing.bpmn import bpmn
from protocols.drawing.graph import Loss
from protocols.drawing.svg import svg

commands = typer.Typer()


@commands.command()
def draw(
    source: SourceArgument,
    as_bpmn: Annotated[bool, typer.Option("--bpmn", help="BPMN 2.0 con il disegno.")] = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="SVG (predefinito).")] = False,
    language: Annotated[LanguageName, typer.Option("--language", "-l", help="it, en")] = "it",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Dove. · Where to.")
    ] = None,
) -> None:
    """Un protocollo disegnato. · A protocol drawn."""
    if as_bpmn and as_svg:
        raise typer.BadParameter("--bpmn o --svg, non tutti e due · one of them, not both")
    plan = protocol_at(source)
    if not as_bpmn:
        write(svg(plan, language), output)
        return
    text, losses = bpmn(plan, language)
    write(text, output)
    _tell(losses, language)


def _tell(losses: tuple[Loss, ...], language: LanguageName) -> None:
    """What BPMN could not say, on standard error: the drawing itself may go to a pipe."""
    by_construct: dict[str, list[Loss]] = defaultdict(list)
    for loss in losses:
        by_construct[loss.construct].append(loss)
    if by_construct:
        err.print("Che cosa il BPMN non dice:" if language == "it" else "What BPMN does not say:")
    for construct, those in by_construct.items():
        steps = ", ".join(loss.step for loss in those[:6]) + (", …" if len(those) > 6 else "")
        said = those[0].text.in_(language)
        err.print(f"  [bold]{construct}[/] ({len(those)}: {escape(steps)}): {escape(said)}")
