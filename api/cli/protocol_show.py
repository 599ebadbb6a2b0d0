"""`cantiere protocol show`: a protocol as a page that can be read aloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.protocol_source import LanguageName, protocol_at, write
from api.cli.speaking import out
from protocols.reading.page import Page, Section, page
from protocols.reading.render import html, markdown

commands = typer.Typer()

# Narrower cells than a terminal has with these cannot be read: one block for each row instead.
_MOST_COLUMNS = 4

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROTOCOLLO",
        help="Un file, o per esempio presa-in-carico/1.0.0. · A file, or a published version.",
    ),
]


@commands.command()
def show(
    source: SourceArgument,
    version: Annotated[str | None, typer.Argument(metavar="VERSIONE")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Come Markdown.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Come pagina HTML.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Il documento. · The document.")] = False,
    language: Annotated[LanguageName, typer.Option("--language", "-l", help="it, en")] = "it",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Dove. · Where to.")
    ] = None,
) -> None:
    """Un protocollo come pagina da leggere. · A protocol as a page to be read."""
    plan = protocol_at(f"{source}/{version}" if version else source)
    if text:
        write(plan.text, output)
        return
    read = page(plan, language)
    if as_html or as_markdown or output:
        write(html(read) if as_html else markdown(read), output)
    else:
        print_page(read)


def print_page(read: Page) -> None:
    """In a terminal."""
    out.print(f"[bold]{escape(read.title)}[/]")
    for label, value in read.facts:
        out.print(f"[dim]{escape(label)}:[/] {escape(value)}")
    for section in read.sections:
        out.print()
        if len(section.table.columns) > _MOST_COLUMNS:
            _print_blocks(section)
            continue
        table = Table(
            title=escape(section.title), title_justify="left", box=None, header_style="dim"
        )
        for column in section.table.columns:
            table.add_column(escape(column), overflow="fold")
        for row in section.table.rows:
            table.add_row(*map(escape, row))
        # A table wider than the terminal folds its cells, it is not cut.
        out.print(table, soft_wrap=False)


def _print_blocks(section: Section) -> None:
    out.print(f"[italic]{escape(section.title)}[/]")
    for title, *cells in section.table.rows:
        out.print(f"  [bold]{escape(title)}[/]")
        for label, cell in zip(section.table.columns[1:], cells, strict=True):
            if cell:
                out.print(f"    [dim]{escape(label)}:[/] {escape(cell)}")
