"""`cantiere verify`: log, read models and workflows say the same."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, out, write_json
from api.stack.discovery import current_settings
from domain.log.recorder import CaseLogRecorder
from domain.proof.audit import audit
from domain.proof.keys import read_verifiers
from domain.proof.place import archive_of
from domain.secret import installation_secret, vault_key
from domain.settings import Settings
from domain.vault.consistency import vault_flaws
from domain.vault.place import wrapping_of
from domain.verify import verify_log
from protocols.text import Text

commands = typer.Typer()

_SHOWN = 50


class Difference(msgspec.Struct, frozen=True):
    """`part`: log, seals, vault, views or workflows; `where`: an event, a row, a workflow."""

    part: str
    where: str
    message: Text


class Verification(msgspec.Struct, frozen=True):
    """`verified`: nothing differs. `sealed`: how many of the events stand under a signed
    checkpoint. `seconds`: for log and read models, which are checked together where the log is
    large."""

    verified: bool
    events: int
    sealed: int
    cases: int
    commands: int
    seconds: float
    differences: list[Difference]


@commands.command()
def verify(
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Solo il registro. · The log alone.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ricontrolla tutto il registro e lo confronta con viste e workflow. · Verify everything."""
    report = verify_all(current_settings(home), log_only=log_only)
    if as_json:
        write_json(report)
    else:
        print_report(out, report)
    raise typer.Exit(0 if report.verified else 1)


def verify_all(settings: Settings, *, log_only: bool = False) -> Verification:
    """Raises LogUnavailable, TemporalUnavailable, psycopg.Error."""
    views: list[Difference] = []
    began = perf_counter()
    log = verify_log(
        settings.database_url,
        meanwhile=None if log_only else lambda: views.extend(_views(settings)),
    )
    seconds = perf_counter() - began
    differences = [
        Difference("log", f"{finding.originator} @{finding.position}", finding.message)
        for finding in log.findings
    ]
    sealed, flaws = _seals(settings)
    differences += flaws
    if not log_only:
        differences += views + _workflows(settings)
    return Verification(
        not differences, log.events, sealed, log.cases, log.commands, seconds, differences
    )


def _seals(settings: Settings) -> tuple[int, list[Difference]]:
    """Chains, tree, checkpoints, and the vault; how many events are sealed."""
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        archive = archive_of(settings.home)
        found = audit(recorder, archive, read_verifiers(archive.keys))
        wrapping = wrapping_of(settings.home, vault_key(installation_secret(settings.home)))
        keys = list(vault_flaws(recorder, wrapping))
    return found.sealed, [
        *(
            Difference("seals", f"@{flaw.position}" if flaw.position else "", flaw.message)
            for flaw in found.flaws
        ),
        *(Difference("vault", str(flaw.person), flaw.message) for flaw in keys),
    ]


def _views(settings: Settings) -> list[Difference]:
    from projections.verify import differences

    return [
        Difference(
            "views",
            f"{found.model}.{found.table} {found.key}",
            Text(f"differisce: {found.field}", f"differs: {found.field}"),
        )
        for found in differences(settings).differences
    ]


def _workflows(settings: Settings) -> list[Difference]:
    from workflows.verify import differences

    return [
        Difference("workflows", found.workflow, found.message) for found in differences(settings)
    ]


def print_report(console: Console, report: Verification) -> None:
    """For people, at a terminal."""
    if report.verified:
        console.print(
            f"[green]✓[/] {report.events} eventi, {report.commands} comandi e {report.cases} casi "
            f"ricontrollati in {report.seconds:.1f} s, {report.sealed} sigillati: tutto torna. "
            f"[dim]· {report.events} events verified: everything agrees.[/]"
        )
        return
    for difference in report.differences[:_SHOWN]:
        console.print(
            f"[red]✗[/] {difference.part} {escape(difference.where)}: "
            f"{escape(difference.message.it)}"
        )
    more = len(report.differences) - _SHOWN
    if more > 0:
        console.print(f"… e altre {more}. [dim]· and {more} more.[/]")
    console.print(
        f"{len(report.differences)} differenze in {report.events} eventi. "
        f"[dim]· {len(report.differences)} differences.[/]"
    )
