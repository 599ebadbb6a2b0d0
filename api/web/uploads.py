"""A file that came with a page's form, on its way to being a document of a case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from anyio import from_thread, to_thread
from starlette.datastructures import FormData, UploadFile

from api.http.access import CATEGORIES
from api.http.attaching import receive
from api.http.problems import Problem
from api.http.writing import command_id
from api.web.desk import Desk, text_of
from domain.documents.receiving import Offer
from domain.refusal import FieldProblem
from domain.service import Receipt
from protocols.text import Text

_PIECE = 1024 * 1024
_NO_FILE = Text("scegliere un file", "choose a file")


def attach(desk: Desk, case: UUID, form: FormData, task: str = "") -> Receipt:
    """The form's `file`, with its `title`, `category` and `_key`. A category that there is not is
    taken as the most protected. Raises Problem, Refused."""
    file: Any = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Problem(
            422,
            "no_file",
            Text("Non è stato scelto nessun file.", "No file was chosen."),
            Text("Sceglierne uno e riprovare.", "Choose one and try again."),
            (FieldProblem("file", _NO_FILE),),
        )
    category = text_of(form, "category", "social")
    offer = Offer(
        command_id=command_id(desk.door, text_of(form, "_key")),
        actor=desk.door.actor,
        case=case,
        name=file.filename,
        declared=file.content_type or "",
        category=category if category in CATEGORIES else "clinical",  # type: ignore[arg-type]
        title=text_of(form, "title"),
        task=task,
    )
    return from_thread.run(receive, desk.door, offer, _pieces(file), file.size or 0).receipt


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await to_thread.run_sync(file.file.read, _PIECE):
        yield piece
