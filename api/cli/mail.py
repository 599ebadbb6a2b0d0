"""`cantiere mail`: the mails that wait, and those that could not be sent."""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer

from api.cli.speaking import HomeOption, out
from api.stack.discovery import current_settings
from domain.notices import outbox
from domain.notices.settings import MailSettings

commands = typer.Typer()


@commands.command()
def mail(
    retry: Annotated[
        bool, typer.Option("--retry", help="Riprova quelli non riusciti. · Try the failed again.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """La posta in attesa e quella non riuscita negli ultimi sette giorni. · Mail and its failures.

    0 se tutto è partito o partirà, 1 se qualcosa non è riuscito.
    """
    configured = MailSettings.from_environment() is not None
    with psycopg.connect(current_settings(home).database_url, autocommit=True) as connection:
        again = outbox.retry_failed(connection) if retry else 0
        standing, failed = outbox.standing(connection), outbox.failures(connection)
    if not configured:
        out.print(
            "Qui la posta non è configurata (CANTIERE_SMTP_HOST). [dim]· Mail is not set up.[/]"
        )
    if again:
        out.print(f"{again} da riprovare. [dim]· {again} to be tried again.[/]")
    out.print(
        f"In attesa: {standing.waiting}, di cui già tentati {standing.late}. Non riusciti: "
        f"{standing.failed}. [dim]· Waiting {standing.waiting}, tried {standing.late}, failed "
        f"{standing.failed}.[/]"
    )
    for each in failed:
        out.print(f"[red]✗[/] {each.ended_at:%Y-%m-%d %H:%M} {each.person}: {each.problem}")
    if failed:
        raise typer.Exit(1)
