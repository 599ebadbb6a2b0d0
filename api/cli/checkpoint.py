"""`cantiere checkpoint`: the signed heads of the log, its keys, and its witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, out, write_json
from api.stack.discovery import current_settings
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint
from domain.proof.keys import (
    KeyProblem,
    add_verifier,
    new_signer,
    read_signer,
    read_verifiers,
    write_signer,
)
from domain.proof.note import COSIGNATURE, NoteRefused, Signer, read_note
from domain.proof.place import archive_of, key_file, signer_of
from domain.proof.proving import prove_continuation
from domain.proof.sealing import Sealed, origin_of, seal
from domain.proof.witness import WitnessRefused, cosign, read_request, written
from domain.refusal import Refused
from protocols.text import Text

group = typer.Typer(help="I sigilli del registro. · The log's checkpoints.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="checkpoint")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Dove scriverlo. · Where.")
]


class Log(NamedTuple):
    """The log at hand, with its archive; ``signer`` is read when it is needed."""

    recorder: CaseLogRecorder
    archive: Archive
    home: Path | None

    def signer(self) -> Signer:
        name = origin_of(self.recorder).rpartition("/")[2]
        return signer_of(self.home, name, archive=self.archive)


@contextmanager
def log_at(home: Path | None) -> Iterator[Log]:
    """Raises StackError, KeyProblem."""
    settings = current_settings(home)
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        yield Log(recorder, archive_of(settings.home), settings.home)


@group.command()
def make(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Controlla gli eventi nuovi e firma la testa del registro. · Check and sign the log's head."""
    with log_at(home) as log:
        sealed = seal(log.recorder, log.archive, log.signer())
    _say(sealed, as_json)


@group.command("list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Elenca i sigilli, con chi li ha firmati. · List the checkpoints and who signed them."""
    with log_at(home) as log:
        notes = list(log.archive.notes())
    if as_json:
        write_json([{"size": size, "note": str(note) if note else None} for size, note in notes])
        return
    for size, note in notes:
        names = ", ".join(s.name for s in note.signatures) if note else "illeggibile · unreadable"
        out.print(f"{size:>12} {escape(names)}")
    if not notes:
        out.print("Ancora nessun sigillo. [dim]· No checkpoint yet.[/]")


@group.command()
def keys(home: HomeOption = None) -> None:
    """Le chiavi pubbliche del registro, da dare a chi controlla. · The log's public keys."""
    with log_at(home) as log:
        for verifier in read_verifiers(log.archive.keys):
            print(verifier)


@group.command()
def rotate(
    lost: Annotated[
        bool,
        typer.Option(
            "--lost", help="La vecchia è perduta: firma solo la nuova. · The old is lost."
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cambia chiave: la vecchia e la nuova firmano lo stesso sigillo. · Change the signing key."""
    with log_at(home) as log:
        path = key_file(log.home)
        if lost and not path.exists():
            write_signer(path, new_signer(origin_of(log.recorder)))
            # Nothing vouches for it but who runs this: whoever checks must be told the new key.
            add_verifier(log.archive.keys, read_signer(path).verifier())
            _say(seal(log.recorder, log.archive, read_signer(path)), as_json)
            return
        signer = log.signer()
        aside = path.with_name(f"{path.name}.new")
        if not aside.exists():
            # Kept aside until it has signed: interrupted, the same new key is taken up again.
            write_signer(aside, new_signer(signer.name))
        sealed = seal(log.recorder, log.archive, signer, read_signer(aside))
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path.rename(path.with_name(f"{path.name}.until-{stamp}"))
        aside.rename(path)
    _say(sealed, as_json)


@group.command()
def request(
    since: Annotated[
        int, typer.Option("--since", min=0, help="Quanti eventi il testimone ha già visto.")
    ] = 0,
    output: OutputOption = None,
    home: HomeOption = None,
) -> None:
    """La richiesta per un testimone: ultimo sigillo e prova di continuità. · Ask a witness."""
    with log_at(home) as log:
        text = written(prove_continuation(log.recorder, log.archive, since))
    _write(text, output)


@group.command()
def witness(
    file: FileArgument,
    key: Annotated[Path, typer.Option("--key", help="La chiave del testimone. · Its key.")],
    state: Annotated[Path, typer.Option("--state", help="Ciò che ha già visto. · What it saw.")],
    log_key: Annotated[
        Path, typer.Option("--log-keys", help="Le chiavi pubbliche del registro. · The log's keys.")
    ],
    name: Annotated[
        str, typer.Option("--name", help="Il nome con cui firma, la prima volta. · Its name.")
    ] = "",
    output: OutputOption = None,
) -> None:
    """Controfirma un sigillo, se continua ciò che si è già visto. · Cosign, as a witness."""
    if not key.exists() and name:
        write_signer(key, new_signer(name))
    signer = read_signer(key)
    try:
        asked = read_request(file.read_text(encoding="utf-8"))
        now = int(datetime.now(UTC).timestamp())
        line = cosign(asked, read_verifiers(log_key), signer, state, now)
    except (NoteRefused, WitnessRefused, OSError, UnicodeDecodeError) as refused:
        raise _refused("witness_refused", refused) from None
    _write(str(asked.checkpoint.with_signatures([line])), output)
    out.print(f"[dim]{escape(str(signer.verifier(COSIGNATURE)))}[/]", style="dim")


@group.command()
def add(file: FileArgument, home: HomeOption = None) -> None:
    """Tiene un sigillo controfirmato da un testimone. · Keep a cosigned checkpoint."""
    with log_at(home) as log:
        try:
            note = read_note(file.read_text(encoding="utf-8"))
            size = Checkpoint.of(note).size
            if size not in log.archive.sizes():
                raise NoteRefused("the log has made no such checkpoint")
            log.archive.keep(size, note)
        except (NoteRefused, OSError, UnicodeDecodeError) as refused:
            raise _refused("note_refused", refused) from None


def _say(sealed: Sealed, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "size": sealed.checkpoint.size,
                "new": sealed.new,
                "root": sealed.checkpoint.root.hex(),
                "note": str(sealed.note),
            }
        )
        return
    out.print(
        f"[green]✓[/] Sigillati {sealed.checkpoint.size} eventi, {sealed.new} nuovi "
        f"[dim]· {sealed.checkpoint.size} events sealed, {sealed.new} new[/]"
    )


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")


def _refused(code: str, refused: Exception) -> Refused | KeyProblem:
    if isinstance(refused, OSError | UnicodeDecodeError):
        reason = Text("il file non si può leggere", "the file cannot be read")
    else:
        reason = Text(str(refused), str(refused))
    return Refused(
        "invalid",
        code,
        Text(f"Rifiutato: {reason.it}.", f"Refused: {reason.in_('en')}."),
    )
