"""`cantiere protocol diff`: two versions compared by what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.protocol_source import LanguageName, protocol_at, write
from api.cli.speaking import JsonOption, write_json
from api.http.access import organisation_reads
from protocols.diff.compare import compare
from protocols.diff.report import text, values
from protocols.drawing.svg import svg
from protocols.territory import default_pack, load_territory

commands = typer.Typer()


@commands.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="PRIMA", help="Un file o una versione. · Old.")],
    new: Annotated[str, typer.Argument(metavar="DOPO", help="Un file o una versione. · New.")],
    as_json: JsonOption = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="Disegno con i cambiamenti.")] = False,
    language: Annotated[LanguageName, typer.Option("--language", "-l", help="it, en")] = "it",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Dove. · Where to.")
    ] = None,
) -> None:
    """Che cosa cambia fra due versioni. · What changes between two versions."""
    before, after = protocol_at(old), protocol_at(new)
    difference = compare(before, after, load_territory(default_pack()), organisation_reads)
    if as_svg:
        write(svg(after, language, difference.marks, before), output)
    elif as_json:
        write_json(values(difference))
    else:
        write(text(difference, language), output)
