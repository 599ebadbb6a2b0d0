"""`cantiere protocol check` and `cantiere protocol schema`: what is wrong with a protocol, before
anyone publishes it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from api.cli.protocol_source import library_for, text_of
from api.cli.speaking import JsonOption, err, out, write_json
from protocols.checker import Finding, Report, check_text
from protocols.checker.report import unreadable
from protocols.checker.sarif import sarif
from protocols.checker.schema import language_schema
from protocols.checker.together import check_together
from protocols.documents import DocumentError, Problem
from protocols.language.library import Library, Source, duplicates
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
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="Una variante senza le combinazioni con le altre. · Without combinations.",
        ),
    ] = False,
) -> None:
    """Dimostra un protocollo: 0 se si può pubblicare, 1 se ha errori. · Prove a protocol."""
    territory = load_territory(pack or default_pack())
    told = [
        (path, report)
        for path, reports in zip(files, _reports(files, territory, pack, alone), strict=True)
        for report in reports
    ]
    reports = [report for _, report in told]
    if as_sarif:
        write_json(sarif(reports))
    elif as_json:
        write_json(reports)
    else:
        said: dict[Path, set[str]] = {}
        for path, report in told:
            _tell(path, report, said.setdefault(path, set()))
    if any(report.errors for report in reports):
        raise typer.Exit(1)


@commands.command()
def schema() -> None:
    """Lo schema JSON del linguaggio, per gli editor. · The language's JSON Schema, for editors."""
    write_json(language_schema())


def _reports(
    files: list[Path], territory: Territory, pack: Path | None, alone: bool
) -> list[tuple[Report, ...]]:
    """For each file one report; for a variant, others for its combinations."""
    texts: list[tuple[Path, bytes]] = []
    found: dict[int, tuple[Report, ...]] = {}
    given: list[tuple[int, Source]] = []
    for n, path in enumerate(files):
        try:
            text = text_of(path)
        except OSError:
            message = Text("Il file non si può leggere.", "The file cannot be read.")
            problem = Problem(str(path), 1, "", message)
            found[n] = (Report("", "", "", unreadable([problem])),)
            text = b""
        texts.append((path, text))
        with contextlib.suppress(DocumentError):
            given.append((n, Source(text, str(path))))
    twice = duplicates(source for _, source in given)
    for n, (path, text) in enumerate(texts):
        own = [problem for problem in twice if problem.file == str(path)]
        if own:
            found.setdefault(n, (Report("", "", "", unreadable(own)),))
        if n not in found:
            library = library_for(path, text, pack)
            for other, source in given:
                library = library if other == n else library.with_source(source)
            found[n] = _proved(path, text, territory, library, alone)
    return [found[n] for n in range(len(files))]


def _proved(
    path: Path, text: bytes, territory: Territory, library: Library, alone: bool
) -> tuple[Report, ...]:
    today = date.today()
    with contextlib.suppress(DocumentError):
        if Source(text, str(path)).variant:
            with _bar(path) as tell:
                return check_together(
                    text, str(path), territory, library, alone=alone, today=today, progress=tell
                )
    return (check_text(text, str(path), territory, today=today, library=library),)


@contextlib.contextmanager
def _bar(path: Path) -> Iterator[Callable[[float], None]]:
    """How much of a variant's combinations is proved, where somebody is looking."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(escape(path.name), total=1.0)
        yield lambda done: bar.update(task, completed=done)


def _tell(path: Path, report: Report, said: set[str]) -> None:
    for finding in report.findings:
        _tell_finding(finding)
    for left in report.not_explored:
        # Of each combination the same can be said, but for the number of states.
        same = re.sub(r"\d+", "", left.it)
        if same in said:
            continue
        said.add(same)
        out.print(f"[yellow]?[/] {escape(left.it)}")
        out.print(f"[dim]  {escape(left.in_('en'))}[/]")
    errors, warnings = len(report.errors), len(report.warnings)
    mark = "[red]✗[/]" if errors else "[green]✓[/]"
    name = f"{path} ({report.version})" if "+" in report.version else str(path)
    out.print(
        f"{mark} {escape(name)}: {errors} errori, {warnings} avvertimenti, {report.states} "
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
