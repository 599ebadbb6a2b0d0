"""`cantiere case export`: the evidence of one case, for somebody who does not trust us."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID, uuid4

import psycopg
import typer
from psycopg.rows import tuple_row

from api.cli.audit_reads import TERMINAL, AsOption
from api.cli.finding import CaseArgument, find_case
from api.cli.speaking import HomeOption, case_service, out
from api.evidence.issue import Ground, ask, issue
from api.http.access import Reader
from domain.case.commands import Actor
from domain.evidence.events import stream_of
from domain.evidence.issuing import IssueEvidence
from domain.proof.place import archive_of, signer_of
from domain.proof.sealing import origin_of
from domain.reads.stream import ReadStream
from domain.refusal import Refused
from domain.service import CaseService
from protocols.text import Text

commands = typer.Typer()

_DOOR = "cantiere case export"


@commands.command()
def export(
    case: CaseArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.zip")],
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Con le prove, per chi controlla. · With proofs.")
    ] = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="Con i dati personali in chiaro. · Personal data in clear."),
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="MOTIVO", help="Perché in chiaro. · Why in clear.")
    ] = "",
    asking: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Un archivio che prova un caso a terzi, senza Cantiere. · An archive that proves a case."""
    _check_options(evidence, full or bool(reason), asking)
    with (
        case_service(home) as (settings, service),
        psycopg.connect(
            settings.database_url, autocommit=True, row_factory=tuple_row
        ) as connection,
    ):
        command = _asked(service, asking, find_case(service, case), full, reason)
        archive = archive_of(settings.home)
        name = origin_of(service.recorder).rpartition("/")[2]
        ground = Ground(
            service, archive, lambda: signer_of(settings.home, name, archive=archive), connection
        )
        with _new(output) as file:
            made = issue(ground, command, _DOOR, file)
            ReadStream(service.recorder, service.clock).write([made.read])
    kind = "integrale" if full else "pseudonimo"
    out.print(
        f"[green]✓[/] Fascicolo {kind} scritto: SHA-256 {made.sha256}. Come si controlla è in "
        "LEGGIMI.txt. [dim]· Evidence written; README.txt says how to check it.[/]"
    )


def _check_options(evidence: bool, named: bool, asking: str) -> None:
    if not evidence:
        raise Refused(
            "invalid",
            "evidence_only",
            Text("Si esporta con --evidence.", "Export with --evidence."),
        )
    if named and not asking:
        raise Refused(
            "invalid",
            "asker_missing",
            Text(
                "Chi lo chiede? Con --full e --reason serve --as.",
                "Who asks? --full and --reason need --as.",
            ),
        )


def _asked(service: CaseService, asking: str, case: UUID, full: bool, reason: str) -> IssueEvidence:
    if asking:
        today = service.clock.now().astimezone(service.territory.timezone).date()
        held = service.territory.memberships(asking, today)
        reader = Reader(asking, tuple((m.role, m.scope, m.deputy) for m in held))
        return ask(service, uuid4(), reader, case, full, reason)
    # Whoever has the installation in hand, as with the other questions of an auditor.
    return IssueEvidence(
        command_id=uuid4(), actor=Actor(TERMINAL), case=stream_of(case), of=case,
        grounds=("installation",),
    )  # fmt: skip


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """Whole at the end or not there at all, for its owner's eyes only."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
