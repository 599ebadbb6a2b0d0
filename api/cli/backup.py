"""`cantiere backup` and `cantiere restore`: data and keys, in two folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.cli.speaking import HomeOption, JsonOption, out, write_json
from api.stack.discovery import current_settings
from domain.backup.backup import back_up
from domain.backup.restore import restore as restore_backup
from domain.documents.place import store_of
from domain.proof.place import archive_of
from domain.proof.place import key_file as signing_key
from domain.settings import Settings
from domain.vault.place import erased_register
from domain.vault.place import key_file as vault_keys
from domain.vault.vault import read_erased

commands = typer.Typer()

DataArgument = Annotated[
    Path, typer.Argument(metavar="DATI", help="La cartella dei dati. · The data's folder.")
]
KeysOption = Annotated[
    Path,
    typer.Option(
        "--keys", metavar="CHIAVI", help="La cartella delle chiavi, altrove. · The keys'."
    ),
]


@commands.command()
def backup(
    data: DataArgument, keys: KeysOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Copia il registro com'è ora; le chiavi a parte. · Copy the log as it is now, keys apart."""
    settings = current_settings(home)
    made = back_up(
        settings.database_url, archive_of(settings.home), data, keys, _key_files(settings),
        documents=store_of(settings.home),
    )  # fmt: skip
    if as_json:
        write_json(made)
        return
    out.print(
        f"[green]✓[/] {made.events} eventi in «{escape(data.name)}»; le chiavi in "
        f"«{escape(keys.name)}», da tenere in un altro luogo. "
        f"[dim]· {made.events} events; keep the keys elsewhere.[/]"
    )


@commands.command()
def restore(
    data: DataArgument, keys: KeysOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Ripristina in un'installazione vuota, e controlla. · Restore into an empty installation."""
    settings = current_settings(home)
    archive = archive_of(settings.home)
    register = erased_register(settings.home)
    erased = read_erased(register) if register else set()
    done = restore_backup(
        settings.database_url, data, keys, archive, _key_files(settings), erased,
        store_of(settings.home),
    )  # fmt: skip
    if as_json:
        write_json(done)
    else:
        for flaw in done.flaws:
            out.print(f"[red]✗[/] {escape(flaw.message.it)}")
        out.print(
            f"{done.manifest.events} eventi ripristinati, {done.sealed} sotto sigillo. Ora: "
            "riavviare, `cantiere rebuild projections`, `cantiere rebuild workflows`, "
            "`cantiere verify`. [dim]· Restart, rebuild, verify.[/]"
        )
    raise typer.Exit(1 if done.flaws else 0)


def _key_files(settings: Settings) -> dict[str, Path]:
    """The files without which nothing personal can be read and nothing signed."""
    files = {"log-signing.key": signing_key(settings.home)}
    vault = vault_keys(settings.home)
    if vault is not None:
        files["vault.keys"] = vault
    if settings.home is not None:
        files["secret.key"] = settings.home / "secret.key"
    return files
