"""`cantiere protocol variants`: how each variant differs from its base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.protocol_show import print_page
from api.cli.protocol_source import LanguageName, library_for, text_of, write
from api.cli.speaking import JsonOption, out, write_json
from api.http.access import organisation_reads
from protocols.diff.variants import compare_variants, variants_page, variants_values
from protocols.language.library import Library, Source, UnknownProtocol
from protocols.reading.render import html, markdown
from protocols.territory import default_pack, load_territory
from protocols.text import Text

commands = typer.Typer()


@commands.command()
def variants(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PROTOCOLLO",
            help="presa-in-carico, presa-in-carico/2.0.0, o il file di una base. · A base.",
        ),
    ],
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Come Markdown.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Come pagina HTML.")] = False,
    language: Annotated[LanguageName, typer.Option("--language", "-l", help="it, en")] = "it",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Dove. · Where to.")
    ] = None,
) -> None:
    """In che cosa ogni variante differisce dalla base. · How variants differ from their base."""
    territory = load_territory(default_pack())
    base, library = _base(source)
    plan, compared = compare_variants(base, library, territory, organisation_reads)
    if as_json:
        write_json(variants_values(plan, compared, territory))
        return
    if not compared:
        none = Text(f"{'/'.join(base.key)} non ha varianti.", f"{'/'.join(base.key)} has none.")
        out.print(f"{none.it} [dim]· {none.in_('en')}[/]")
        return
    read = variants_page(plan, compared, territory, language)
    if as_html or as_markdown or output:
        write(html(read) if as_html else markdown(read), output)
    else:
        print_page(read)


def _base(source: str) -> tuple[Source, Library]:
    """The base of a file with the variants beside it, or the one of that id (and version)."""
    path = Path(source)
    if path.is_file():
        text = text_of(path)
        base = Source(text, str(path))
        library = library_for(path, text, beside=True).with_source(base)
        if base.head is not None:
            found = library.protocol(base.protocol, base.head.of)
            if found is not None:
                return found, library
        return base, library
    library = Library.of_pack(default_pack())
    name, _, version = source.replace("@", "/").partition("/")
    versions = library.versions(name)
    found = library.protocol(name, version) if version else (versions or (None,))[-1]
    if found is None:
        raise UnknownProtocol.among(name, version, library.names(variants=False))
    return found, library
