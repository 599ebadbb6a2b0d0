"""`cantiere protocol check` and `cantiere protocol schema`: what is wrong with a protocol, before
anyone publishes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.cli.speaking import JsonOption, out, write_json
from protocols.checker import Finding, Report, check_text
from protocols.checker.report import unreadable
from protocols.checker.sarif import sarif
from protocols.checker.schema import language_schema
from protocols.documents import MAX_BYTES, Problem
from protocols.territory import Territory, default_pack, load_territory
from protocols.text import Text

commands = typer.Typer()


@commands.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="I protocolli. · The protocols.")
    ],
    as_json: JsonOption = False,
    as_sarif: Annotated[
        bool, typer.Option("--sarif", help="Per gli editor. · For editors (SARIF 2.1.0).")
    ] = False,
    pack: Annotated[
        Path | None,
        typer.Option("--pack", metavar="CARTELLA", help="Il territorio. · The territory's pack."),
    ] = None,
) -> None:
    """Dimostra un protocollo: 0 se si può pubblicare, 1 se ha errori. · Prove a protocol."""
    territory = load_territory(pack or default_pack())
    reports = [_report(path, territory) for path in files]
    if as_sarif:
        write_json(sarif(reports))
    elif as_json:
        write_json(reports)
    else:
        for path, report in zip(files, reports, strict=True):
            _tell(path, report)
    if any(report.errors for report in reports):
        raise typer.Exit(1)


@commands.command()
def schema() -> None:
    """Lo schema JSON del linguaggio, per gli editor. · The language's JSON Schema, for editors."""
    write_json(language_schema())


def _report(path: Path, territory: Territory) -> Report:
    try:
        with path.open("rb") as file:
            # One byte more than is accepted tells that it is too large.
            text = file.read(MAX_BYTES + 1)
    except OSError:
        message = Text("Il file non si può leggere.", "The file cannot be read.")
        return Report("", "", "", unreadable([Problem(str(path), 1, "", message)]))
    return check_text(text, str(path), territory, today=date.today())


def _tell(path: Path, report: Report) -> None:
    for finding in report.findings:
        _tell_finding(finding)
    for left in report.not_explored:
        out.print(f"[yellow]?[/] {escape(left.it)}")
        out.print(f"[dim]  {escape(left.in_('en'))}[/]")
    errors, warnings = len(report.errors), len(report.warnings)
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    out.print(
        f"{mark} {escape(str(path))}: {errors} errori, {warnings} avvertimenti, {report.states} "
        f"stati esplorati [dim]· {errors} errors, {warnings} warnings, {report.states} states[/]"
    )


def _tell_finding(finding: Finding) -> None:
    colour = "red" if finding.severity == "error" else "yellow"
    place = f"{finding.file}:{finding.line}"
    out.print(f"[{colour}]{finding.rule}[/] {escape(place)} [bold]{escape(finding.where)}[/]")
    out.print(f"  {escape(finding.message.it)} {escape(finding.remedy.it)}")
    out.print(f"  [dim]{escape(finding.message.in_('en'))} {escape(finding.remedy.in_('en'))}[/]")
    for number, happening in enumerate(finding.history, 1):
        out.print(f"    {number}. {escape(happening.it)} [dim]· {escape(happening.in_('en'))}[/]")
