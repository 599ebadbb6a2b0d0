"""Whether each attached file is there and is what the log says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec

from domain.documents.ledger import documents_in_log
from domain.documents.reading import check_whole
from domain.documents.sealing import DocumentAltered
from domain.documents.store import Missing, Store
from domain.log.recorder import CaseLogRecorder
from protocols.text import Text


class DocumentFlaw(msgspec.Struct, frozen=True):
    """`code`: document_missing, document_altered, document_not_destroyed. `position`: of the event
    that attached it."""

    code: str
    case: UUID
    document: str
    position: int
    message: Text


def document_flaws(
    recorder: CaseLogRecorder, store: Store | None, progress: Callable[[int], object] | None = None
) -> Iterator[DocumentFlaw]:
    """Every file is read, in constant memory. `progress` is told the bytes of each document done.
    Without a store every file that should be there is missing. Raises LogUnavailable, OSError."""
    for line in documents_in_log(recorder):
        fault = _fault(store, line.sha256, line.stands)
        if fault is not None:
            code, message = fault
            yield DocumentFlaw(code, line.case, line.document, line.position, message)
        if progress is not None:
            progress(line.size)


def _fault(store: Store | None, sha256: str, stands: bool) -> tuple[str, Text] | None:
    if not stands:
        return ("document_not_destroyed", _NOT_DESTROYED) if _is_there(store, sha256) else None
    try:
        if store is None:
            raise Missing
        check_whole(store, sha256)
    except Missing:
        return "document_missing", _MISSING
    except DocumentAltered:
        return "document_altered", _ALTERED
    return None


def _is_there(store: Store | None, sha256: str) -> bool:
    try:
        if store is not None:
            store.open(sha256).close()
            return True
    except Missing:
        pass
    return False


_MISSING = Text(
    "Manca il file di un documento allegato: riprenderlo dalla copia di sicurezza.",
    "The file of an attached document is missing: bring it back from the backup.",
)
_ALTERED = Text(
    "Il file di un documento allegato è cambiato: riprenderlo dalla copia di sicurezza.",
    "The file of an attached document was altered: bring it back from the backup.",
)
_NOT_DESTROYED = Text(
    "Il file di un documento ritirato o cancellato c'è ancora: `cantiere document sweep`.",
    "The file of a document that was withdrawn or erased is still there: `cantiere document "
    "sweep`.",
)
