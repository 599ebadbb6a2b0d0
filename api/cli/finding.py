"""Which case somebody means who writes its number, or only how it begins."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from domain.refusal import Refused
from domain.service import CaseService
from protocols.text import Text

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASO", help="Il numero del caso, o il suo inizio. · Its id.")
]


def find_case(service: CaseService, written: str) -> UUID:
    """The case with that id, or the only one whose id begins so. Raises Refused."""
    try:
        return UUID(written)
    except ValueError:
        pass
    beginning = written.strip().lower()
    found: list[UUID] = []
    if len(beginning) >= 4:
        every = service.recorder.originators_of("case.case-opened")
        found = [case for case in every if str(case).startswith(beginning)]
    if len(found) == 1:
        return found[0]
    more: Any = Text(
        "Il numero di un caso è un UUID, o almeno le sue prime 4 cifre: vedere `cantiere case "
        "list`.",
        "A case's number is a UUID, or at least its first 4 digits: see `cantiere case list`.",
    )
    if found:
        more = Text(
            "Più casi cominciano così: scriverne di più.", "Several cases begin so: write more."
        )
    raise Refused("not_found", "unknown_case", Text("Caso non trovato.", "No such case."), more)
