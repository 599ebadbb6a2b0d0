"""`cantiere proof`: that one event is in the log, for somebody who does not trust it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.checkpoint import log_at
from api.cli.speaking import HomeOption, out
from domain.proof.checkpoint import read_proof
from domain.proof.keys import read_verifiers
from domain.proof.merkle import ProofRefused, leaf_hash
from domain.proof.note import NoteRefused, Verifier
from domain.proof.proving import event_entry, prove_event
from domain.refusal import Refused
from protocols.text import Text

group = typer.Typer(help="Prove su un evento. · Proofs of an event.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="proof")


@group.command()
def make(
    position: Annotated[int, typer.Argument(metavar="POSIZIONE", min=1)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.tlog-proof")],
    event: Annotated[
        Path | None,
        typer.Option("--event", metavar="FILE", help="Scrive qui l'evento. · The event itself."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Scrive la prova (C2SP tlog-proof) che l'evento è nel registro. · Write an event's proof."""
    with log_at(home) as log:
        proof = prove_event(log.recorder, log.archive, position)
        output.write_text(str(proof), encoding="utf-8")
        if event is not None:
            event.write_bytes(event_entry(log.recorder, position))


@group.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.tlog-proof", dir_okay=False)],
    event: Annotated[Path, typer.Option("--event", metavar="FILE", dir_okay=False)],
    key: Annotated[
        list[str] | None, typer.Option("--key", help="Chiave pubblica fidata. · A trusted key.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--keys", help="Un file di chiavi pubbliche. · A file of keys.")
    ] = None,
) -> None:
    """Controlla una prova, senza il registro né la rete. · Check a proof, offline."""
    try:
        keys = [Verifier.parse(one) for one in key or ()]
        keys += read_verifiers(key_file) if key_file else []
        proof = read_proof(file.read_text(encoding="utf-8"))
        checkpoint = proof.check(leaf_hash(event.read_bytes()), keys)
    except (NoteRefused, ProofRefused) as refused:
        raise Refused(
            "invalid",
            "proof_refused",
            Text(f"La prova non regge: {refused}.", f"The proof does not hold: {refused}."),
        ) from None
    except (OSError, UnicodeDecodeError):
        raise Refused(
            "invalid",
            "unreadable",
            Text("Un file non si può leggere.", "A file cannot be read."),
        ) from None
    out.print(
        f"[green]✓[/] È l'evento {proof.leaf + 1} di {checkpoint.origin}, sigillato fra i primi "
        f"{checkpoint.size}. [dim]· It is event {proof.leaf + 1} of this log.[/]"
    )
