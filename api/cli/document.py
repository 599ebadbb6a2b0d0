"""`cantiere document`: what is attached to a case, and the sweeping of what nothing refers to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.speaking import HomeOption, JsonOption, case_service, local, out, write_json
from domain.documents.reading import attached
from domain.documents.receiving import place_of
from domain.documents.sweeping import sweep as sweep_documents
from domain.proof.place import archive_of

group = typer.Typer(help="I documenti dei casi. · Documents of cases.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="document")


@group.command("list")
def list_documents(
    case: Annotated[UUID, typer.Argument(metavar="CASO", help="Il suo id. · Its id.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """I documenti di un caso, senza nulla di personale. · Nothing personal is shown."""
    with case_service(home) as (_, service):
        service.state(case)
        found = list(attached(service.history(case)).values())
        lines = [
            {
                "document": document.body.document,
                "at": document.at,
                "by": document.body.by,
                "category": document.body.category,
                "media_type": document.body.media_type,
                "size": document.body.size,
                "sha256": document.body.sha256,
                "withdrawn": document.withdrawn is not None,
            }
            for document in found
        ]
        if as_json:
            write_json(lines)
            return
        table = Table("documento", "quando", "chi", "categoria", "tipo", "byte", "", box=None)
        for document in found:
            body, withdrawn = document.body, document.withdrawn is not None
            table.add_row(
                body.document, local(document.at, service), escape(body.by), body.category,
                body.media_type, str(body.size), "ritirato · withdrawn" if withdrawn else "",
            )  # fmt: skip
        out.print(table)


@group.command()
def sweep(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Toglie i file a cui nessun evento rimanda. · Remove the files that no event refers to."""
    with case_service(home) as (settings, service):
        store, now = place_of(service).store, datetime.now(UTC)
        sealed = archive_of(settings.home).last_size() or 0
        swept = sweep_documents(service.recorder, store, now, sealed=sealed)
    if as_json:
        write_json(swept)
        return
    out.print(
        f"[green]✓[/] {swept.removed} file tolti ({swept.size} byte), {swept.young} ancora troppo "
        f"recenti. [dim]· {swept.removed} removed, {swept.young} too young to tell.[/]"
    )
