"""What is attached to a case, from its history; and a document's content, opened for reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from domain.documents.commands import WithdrawDocument, unknown_document
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.documents.receiving import place_of
from domain.documents.sealing import DocumentAltered, Opened, Place
from domain.documents.store import Store
from domain.log.recorded import Recorded
from domain.service import CaseService, Receipt

_PIECE = 1024 * 1024


class Document(msgspec.Struct, frozen=True):
    """`event`: by which it was attached; `withdrawn`: by which it was withdrawn, if it was."""

    event: Recorded
    withdrawn: Recorded | None = None

    @property
    def body(self) -> DocumentAttached:
        body: DocumentAttached = self.event.body
        return body

    @property
    def at(self) -> datetime:
        return self.event.at


class Gone(Exception):
    """The content is no more: withdrawn, or its person erased (`erased`)."""

    def __init__(self, *, erased: bool) -> None:
        super().__init__("erased" if erased else "withdrawn")
        self.erased = erased


def attached(history: Iterable[Recorded]) -> dict[str, Document]:
    """By id, in the order in which they came; withdrawn ones too."""
    found: dict[str, Document] = {}
    for event in history:
        body = event.body
        if isinstance(body, DocumentAttached):
            found[body.document] = Document(event)
        elif isinstance(body, DocumentWithdrawn):
            found[body.document] = Document(found[body.document].event, event)
    return found


def one_attached(history: Iterable[Recorded], document: UUID) -> Document:
    """Raises Refused (not_found)."""
    found = attached(history).get(str(document))
    if found is None:
        raise unknown_document()
    return found


def opened(service: CaseService, person: UUID, document: Document) -> Opened:
    """The content, its file checked as a whole before anything of it is shown; to be closed.
    `person`: whom the case was opened for.

    Raises Gone, Missing, DocumentAltered, NoPlace, VaultProblem, LogUnavailable, OSError.
    """
    store, body = place_of(service).store, document.body
    if document.withdrawn is not None:
        raise Gone(erased=False)
    key = service.vault.key_to_read(person)
    if key is None:
        raise Gone(erased=True)
    check_whole(store, body.sha256)
    file = store.open(body.sha256)
    try:
        place = Place(person, document.event.originator_id, UUID(body.document))
        content = Opened(key, place, file)
        if content.size != body.size:
            raise DocumentAltered("size")
        return content
    except BaseException:
        file.close()
        raise


def check_whole(store: Store, sha256: str) -> None:
    """Whether the file of this hash has it. Raises Missing, DocumentAltered, OSError."""
    found = hashlib.sha256()
    with store.open(sha256) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    if found.hexdigest() != sha256:
        raise DocumentAltered("hash")


def withdraw_document(service: CaseService, command: WithdrawDocument) -> Receipt:
    """Told to the log, and then destroyed; should the process die in between, the same command
    again, or the sweeping, completes it. Raises Refused, LogUnavailable, NoPlace, OSError."""
    store = place_of(service).store
    receipt = service.handle(command)
    found = attached(service.history(command.case))[command.document]
    store.remove(found.body.sha256)
    return receipt
