"""A document on its way in: sealed as it comes, looked at, kept, and then told to the log.

In this order, so that whatever dies on the way leaves at most a file that nothing refers to, and
never an event without its file. In the clear it is on no disk.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Self
from uuid import UUID

import msgspec

from domain.case.commands import Actor
from domain.documents.commands import AttachDocument, may_attach
from domain.documents.events import DocumentAttached
from domain.documents.kinds import kind_of
from domain.documents.place import Documents
from domain.documents.sealing import Opened, Place, Sealer
from domain.documents.unfit import Unfit
from domain.log.errors import LogError
from domain.refusal import Refused
from domain.service import CaseService, Receipt
from domain.vault.vault import Erased
from protocols.engine.run import Run
from protocols.language.forms import Category
from protocols.text import Text


class TooLarge(Exception):
    """More than one document may have; `largest` in bytes."""

    def __init__(self, largest: int) -> None:
        super().__init__(str(largest))
        self.largest = largest


class NoPlace(Exception):
    """This installation has nowhere to keep documents."""

    message = Text(
        "Non c'è un posto per i documenti: impostare CANTIERE_DOCUMENTS, o CANTIERE_HOME.",
        "There is no place for documents: set CANTIERE_DOCUMENTS, or CANTIERE_HOME.",
    )


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a document before it comes. `declared`: its media type, if that is said."""

    command_id: UUID
    actor: Actor
    case: UUID
    name: str
    declared: str = ""
    category: Category = "social"
    title: str = ""
    task: str = ""


class Attached(msgspec.Struct, frozen=True):
    """The receipt, and the event as it stands in the log."""

    receipt: Receipt
    event: DocumentAttached


class Upload:
    """Takes the bytes of one document. A context: what was not finished leaves nothing.

    Not thread-safe. Memory: a few segments, whatever the size.
    """

    def __init__(self, service: CaseService, offer: Offer, expected: int = 0) -> None:
        """`expected`: bytes to come, if that is known. Raises Refused, TooLarge, NoRoom, NoPlace,
        LogUnavailable, VaultProblem, OSError."""
        self._service, self._offer = service, offer
        self._documents = place_of(service)
        self._person = _check(service, offer)
        if expected > self._documents.largest:
            raise TooLarge(self._documents.largest)
        try:
            self._key = service.vault.key_to_write(self._person)
        except Erased:
            raise erased_person() from None
        self._size = 0
        self._hash = hashlib.sha256()
        self._incoming = self._documents.store.begin(expected)
        self._write: Callable[[bytes], None] = self._incoming.write
        self._place = Place(self._person, offer.case, offer.command_id)
        try:
            self._sealer = Sealer(self._key, self._place, self._write)
        except BaseException:
            self._incoming.discard()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._incoming.discard()

    def add(self, data: bytes) -> None:
        """Raises TooLarge, NoRoom, OSError."""
        self._size += len(data)
        if self._size > self._documents.largest:
            raise TooLarge(self._documents.largest)
        self._hash.update(data)
        self._sealer.add(data)

    def finish(self) -> Attached:
        """Keep it, and tell the log. Raises Refused, NoRoom, LogUnavailable, OSError."""
        if not self._size:
            raise _unfit(
                Unfit("document_empty", Text("Il documento è vuoto.", "The document is empty."))
            )
        self._sealer.finish()
        media_type = self._kind()
        sha256 = self._incoming.keep()
        offer = self._offer
        command = AttachDocument(
            command_id=offer.command_id, actor=offer.actor, case=offer.case, name=offer.name,
            media_type=media_type, size=self._size, content=self._hash.hexdigest(), sha256=sha256,
            category=offer.category, title=offer.title, task=offer.task,
        )  # fmt: skip
        try:
            receipt = self._service.handle(command)
            event = _event_of(self._service, offer.case, offer.command_id)
        except LogError:
            # Perhaps it is in the log, perhaps not: then the file is swept.
            raise
        except BaseException:
            self._documents.store.remove(sha256)
            raise
        if event.sha256 != sha256:
            # Done before: what was kept then is what counts.
            self._documents.store.remove(sha256)
        return Attached(receipt, event)

    def _kind(self) -> str:
        opened = Opened(self._key, self._place, self._incoming.reader())
        # Closes what is below it as well.
        with io.BufferedReader(opened, 64 * 1024) as file:
            try:
                return kind_of(file, self._offer.name, self._offer.declared)
            except Unfit as reason:
                raise _unfit(reason) from None


def place_of(service: CaseService) -> Documents:
    """Raises NoPlace."""
    if service.documents is None:
        raise NoPlace
    return service.documents


def erased_person() -> Refused:
    return Refused(
        "conflict",
        "person_erased",
        Text(
            "I dati di questa persona sono stati cancellati: non se ne possono registrare altri.",
            "This person's data were erased: no more can be recorded.",
        ),
    )


def _check(service: CaseService, offer: Offer) -> UUID:
    """Whose it is; and, unless it is a repetition, whether it may be attached at all."""
    state = service.state(offer.case)
    assert state.opened is not None
    if service.recorder.command(offer.command_id) is None:
        run = Run(service.plan(state), state, service.clock.now(), service.territory)
        may_attach(run, offer)
    return UUID(state.opened.person)


def _event_of(service: CaseService, case: UUID, document: UUID) -> DocumentAttached:
    for event in reversed(service.history(case)):
        body = event.body
        if isinstance(body, DocumentAttached) and body.document == str(document):
            return body
    raise LookupError(f"{case}: {document}")


def _unfit(reason: Unfit) -> Refused:
    return Refused("invalid", reason.code, reason.message, reason.remedy)
