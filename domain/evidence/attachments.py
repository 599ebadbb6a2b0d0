"""The documents of a case in a bundle: sealed as they are kept, and opened where it is full."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, BinaryIO, NamedTuple, cast
from uuid import UUID

from domain.documents.kinds import EXTENSIONS
from domain.documents.reading import Document, attached, opened
from domain.documents.store import Missing, Store
from domain.evidence.archive import Content
from domain.log.recorded import Recorded
from domain.service import CaseService


class Attachment(NamedTuple):
    """`files`: by name in the archive; none where the document was withdrawn or is missing."""

    document: Document
    files: dict[str, Content]

    @property
    def size(self) -> int:
        """Bytes that it adds."""
        return self.document.body.size * len(self.files)

    def told(self) -> dict[str, Any]:
        body = self.document.body
        return {
            "document": body.document,
            "media_type": body.media_type,
            "size": body.size,
            "sha256": body.sha256,
            "withdrawn": self.document.withdrawn is not None,
            "files": sorted(self.files),
        }


def attachments(
    service: CaseService, person: UUID, history: Sequence[Recorded], full: bool
) -> list[Attachment]:
    """Of all that was attached by `history`. `person`: whom the case was opened for.

    Raises VaultProblem, LogUnavailable, OSError.
    """
    key = service.vault.key_to_read(person) if full else None
    found = []
    for document in attached(history).values():
        files: dict[str, Content] = {}
        body = document.body
        if document.withdrawn is None and _there(service, body.sha256):
            store = cast(Any, service.documents).store
            files[f"allegati/{body.sha256}.sigillato"] = partial(store.open, body.sha256)
            if key is not None:
                ending = EXTENSIONS.get(body.media_type, ("bin",))[0]
                files[f"allegati/{body.document}.{ending}"] = cast(
                    Content, partial(opened, service, person, document)
                )
        found.append(Attachment(document, files))
    return found


def _there(service: CaseService, sha256: str) -> bool:
    store: Store | None = service.documents.store if service.documents else None
    if store is None:
        return False
    try:
        file: BinaryIO = store.open(sha256)
    except Missing:
        return False
    file.close()
    return True
