"""`cantiere verify`: log, seals, vault, read models and workflows say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.cli.speaking import HomeOption, JsonOption, err, out, tell, write_json
from api.stack.discovery import current_settings
from domain.documents.consistency import document_flaws
from domain.documents.place import store_of
from domain.log.errors import UnreadableEvent
from domain.log.recorder import CaseLogRecorder
from domain.person.conformance import person_flaws
from domain.person.found import found_flaws
from domain.proof.place import archive_of, key_file
from domain.secret import BLIND_INDEX, derive, installation_secret, vault_key
from domain.settings import Settings
from domain.vault.consistency import vault_flaws
from domain.vault.place import wrapping_of
from domain.vault.vault import Vault
from domain.verify import LogVerified, verify_log
from domain.verifying.conforming import Ground, Unknown
from domain.verifying.notes import notes_of
from domain.verifying.stretch import Beside
from protocols.text import Text

commands = typer.Typer()

_SHOWN = 50
# Beside 0, all is well, and 1, something differs.
_UNKNOWN_KINDS, _NOT_DONE, _INTERRUPTED = 3, 4, 130

Advance = Callable[[int, int], None]


class Difference(msgspec.Struct, frozen=True):
    """`part`: log, seals, vault, persons, documents, views or workflows; `where`: an event, a row,
    a workflow; `position`: of the event, 0 where it is not one."""

    part: str
    where: str
    message: Text
    position: int = 0


class Verification(msgspec.Struct, frozen=True):
    """`verified`: nothing differs. `kind`: full, resumed, or incremental since `since` events.
    `checked`: the parts that were. `events`: how many there are; `read`: whose hashes were
    computed; `spared`: of these, those of cases not decided again, because an interrupted
    verification had; `sealed`: how many stand under a signed checkpoint, of `checkpoints`.
    `first`: position of the first event at fault. `unknown`: kinds of events that this program does
    not know. `seconds` by part: log and read models are checked together. `more`: differences that
    are not listed."""

    verified: bool
    kind: str
    checked: list[str]
    events: int
    read: int
    spared: int
    since: int
    sealed: int
    checkpoints: int
    root: str
    cases: int
    commands: int
    first: int | None
    seconds: float
    seconds_by_part: dict[str, float]
    unknown: list[Unknown]
    notices: list[Text]
    more: int
    differences: list[Difference]

    @property
    def status(self) -> int:
        """The exit status."""
        if self.verified:
            return 0
        firsts = {unknown.first for unknown in self.unknown}
        only = all(d.part == "log" and d.position in firsts for d in self.differences)
        return _UNKNOWN_KINDS if only and firsts and not self.more else 1


@commands.command()
def verify(
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Solo il registro. · The log alone.")
    ] = False,
    since_last: Annotated[
        bool,
        typer.Option(
            "--since-last",
            help="Solo ciò che è nuovo dall'ultima verifica. · Only what is new since the last.",
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="Tutto, da capo. · Everything, from the beginning."),
    ] = False,
    documents: Annotated[
        bool,
        typer.Option("--documents", help="Anche i file allegati. · The attached files too."),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ricontrolla tutto il registro e lo confronta con viste e workflow. · Verify everything.

    Esce con 0 se tutto torna, 1 se qualcosa differisce, 3 se vi sono solo tipi di evento che questo
    programma non conosce, 4 se non è stato possibile verificare, 130 se interrotto: la volta dopo
    riprende. · Exits with 0, 1 (differs), 3 (only unknown kinds of events), 4 (could not be done),
    130 (interrupted: goes on the next time).
    """
    if since_last and full:
        raise typer.BadParameter("--full e --since-last si escludono · exclude each other")
    try:
        with _bar() as advance:
            report = verify_all(
                current_settings(home),
                log_only=log_only,
                since_last=since_last,
                full=full,
                documents=documents,
                advance=advance,
            )
    except KeyboardInterrupt:
        err.print(
            "Verifica interrotta: la prossima riprende da qui. [dim]· Interrupted: the next one "
            "goes on from here.[/]"
        )
        raise typer.Exit(_INTERRUPTED) from None
    except Exception as error:
        if not tell(error):
            raise
        raise typer.Exit(_NOT_DONE) from None
    if as_json:
        write_json(report)
    else:
        print_report(out, report)
    raise typer.Exit(report.status)


def verify_all(
    settings: Settings,
    *,
    log_only: bool = False,
    since_last: bool = False,
    full: bool = False,
    documents: bool = False,
    advance: Advance | None = None,
) -> Verification:
    """Raises LogUnavailable, TemporalUnavailable, KeyProblem, Busy, psycopg.Error."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "log"), ExitStack() as stack:
        views: Callable[[Ground], Beside] | None = None
        if not log_only:
            from projections.verify import one_moment

            views = stack.enter_context(one_moment(settings.database_url)).views
        log = verify_log(
            settings.database_url,
            archive=archive_of(settings.home),
            notes=notes_of(settings.home),
            since_last=since_last,
            full=full,
            beside=views,
            progress=advance,
        )
    with _timed(seconds, "vault"):
        differences = [*_of_log(log), *_unsealed(log, settings)]
        differences += _vault(settings, found=not since_last)
    if documents:
        with _timed(seconds, "documents"):
            differences += _documents(settings)
    if not log_only:
        with _timed(seconds, "workflows"):
            differences += _workflows(settings)
    positions = [difference.position for difference in differences if difference.position]
    return Verification(
        not differences and not log.more,
        log.kind,
        [
            *("log", "seals", "vault", "persons"),
            *(("documents",) if documents else ()),
            *(() if log_only else ("views", "workflows")),
        ],
        log.events,
        log.read,
        log.spared,
        log.since,
        log.sealed,
        log.checkpoints,
        log.root,
        log.cases,
        log.commands,
        min(positions, default=None),
        sum(seconds.values()),
        seconds,
        log.unknown,
        log.notices,
        log.more,
        differences,
    )


def _of_log(log: LogVerified) -> Iterator[Difference]:
    for finding in log.findings:
        where = f"{finding.originator} @{finding.position}"
        yield Difference("log", where, finding.message, finding.position)
    for flaw in log.flaws:
        where = f"@{flaw.position}" if flaw.position else ""
        yield Difference("seals", where, flaw.message, flaw.position)
    for row in log.beside:
        yield Difference(
            "views",
            f"{row.model}.{row.table} {row.key}",
            Text(f"differisce: {row.field}", f"differs: {row.field}"),
        )


def _unsealed(log: LogVerified, settings: Settings) -> Iterator[Difference]:
    """The key is made to sign: where it is, and nothing that it signed, all of that was lost."""
    if log.events and not log.checkpoints and key_file(settings.home).exists():
        yield Difference("seals", "", _UNSEALED)


_UNSEALED = Text(
    "C'è la chiave che firma il registro, ma non un solo sigillo: mancano sia nella base dati sia "
    "nell'archivio esterno. Rimettere l'archivio, prima di fare un sigillo nuovo.",
    "There is the key that signs the log and not one checkpoint, neither in the database nor in "
    "the outside archive. Put the archive back before a new checkpoint is made.",
)


def _vault(settings: Settings, *, found: bool) -> Iterator[Difference]:
    """`found`: whether everybody's particulars are opened, to see by what they are found."""
    secret = installation_secret(settings.home)
    wrapping = wrapping_of(settings.home, vault_key(secret))
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        for flaw in vault_flaws(recorder, wrapping):
            yield Difference("vault", str(flaw.person), flaw.message, flaw.position)
        for finding in person_flaws(recorder):
            yield Difference("persons", str(finding.originator), finding.message)
        key = derive(secret, BLIND_INDEX)
        for finding in found_flaws(recorder, Vault(recorder, wrapping), key) if found else ():
            yield Difference("persons", str(finding.originator), finding.message, finding.position)


def _documents(settings: Settings) -> Iterator[Difference]:
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        try:
            for flaw in document_flaws(recorder, store_of(settings.home)):
                where = f"{flaw.case} {flaw.document}"
                yield Difference("documents", where, flaw.message, flaw.position)
        except UnreadableEvent as error:
            # What else was found is not lost for it.
            yield Difference("documents", f"@{error.position}", error.message, error.position)


def _workflows(settings: Settings) -> list[Difference]:
    from workflows.verify import differences

    return [
        Difference("workflows", found.workflow, found.message) for found in differences(settings)
    ]


@contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[part] = perf_counter() - began


@contextmanager
def _bar() -> Iterator[Advance | None]:
    """Only where somebody looks at it."""
    if not err.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("eventi", total=None)
        yield lambda read, of: bar.update(task, completed=read, total=of)


def print_report(console: Console, report: Verification) -> None:
    """For people, at a terminal."""
    for notice in report.notices:
        console.print(f"[dim]{escape(notice.it)}[/]")
    for unknown in report.unknown:
        console.print(
            f"[yellow]?[/] {unknown.events} × {escape(unknown.topic)}: {escape(unknown.message.it)}"
        )
    if report.verified:
        console.print(
            f"[green]✓[/] {report.read} eventi, {report.commands} comandi e {report.cases} casi "
            f"ricontrollati in {report.seconds:.1f} s, {report.sealed} sigillati: tutto torna. "
            f"[dim]· {report.read} events verified: everything agrees.[/]"
        )
        return
    for difference in report.differences[:_SHOWN]:
        console.print(
            f"[red]✗[/] {difference.part} {escape(difference.where)}: "
            f"{escape(difference.message.it)}"
        )
    more = max(0, len(report.differences) - _SHOWN) + report.more
    if more > 0:
        console.print(f"… e altre {more}. [dim]· and {more} more.[/]")
    total = len(report.differences) + report.more
    first = f" Il primo evento in difetto è il {report.first}." if report.first else ""
    console.print(
        f"{total} differenze in {report.events} eventi.{first} [dim]· {total} differences.[/]"
    )
