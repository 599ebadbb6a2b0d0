"""`cantiere vault`: the keys that protect personal data."""

from __future__ import annotations

import typer

from api.cli.speaking import HomeOption, out
from api.stack.discovery import current_settings
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.vault.place import key_file
from domain.vault.vault import Vault
from domain.vault.wrapping import add_key
from protocols.text import Text

group = typer.Typer(
    help="Le chiavi dei dati personali. · The keys to personal data.", no_args_is_help=True
)
commands = typer.Typer()
commands.add_typer(group, name="vault")


@group.command()
def rotate(home: HomeOption = None) -> None:
    """Nuova chiave di protezione: le chiavi di tutti passano a quella. · Wrap all keys anew."""
    settings = current_settings(home)
    path = key_file(settings.home)
    if path is None:
        raise Refused(
            "invalid",
            "no_key_file",
            Text(
                "Le chiavi derivano dal segreto dell'installazione: indicare CANTIERE_VAULT_KEYS.",
                "The keys derive from the installation's secret: set CANTIERE_VAULT_KEYS.",
            ),
        )
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        done = Vault(recorder, add_key(path)).rewrap()
    out.print(
        f"[green]✓[/] {done} chiavi protette di nuovo. Tenere una copia del file delle chiavi, "
        f"lontano dai dati. [dim]· {done} keys wrapped anew.[/]"
    )
