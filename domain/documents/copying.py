"""Documents into a backup, and back: sealed as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from domain.documents.ledger import documents_in_log
from domain.documents.store import FolderStore, Missing, Store
from domain.log.recorder import CaseLogRecorder

_PIECE = 1024 * 1024


def copy_out(store: Store, folder: Path) -> int:
    """Every whole file into a folder, as `FolderStore` keeps them; how many. What is removed
    meanwhile is left out. After the log: a file is always there before its event. Raises OSError.
    """
    copies, count = FolderStore(folder), 0
    for file in store.stored():
        if file.sha256 is not None:
            try:
                count += _copy(store, file.sha256, copies.path_of(file.sha256))
            except Missing:
                continue
    return count


def bring_back(folder: Path, store: Store, recorder: CaseLogRecorder) -> int:
    """The files that the log wants and that are not there; how many. Neither what was withdrawn nor
    what belongs to who was erased comes back. Raises LogUnavailable, NoRoom, OSError."""
    copies, count = FolderStore(folder), 0
    for line in documents_in_log(recorder):
        if line.stands and not _has(store, line.sha256) and _has(copies, line.sha256):
            incoming = store.begin(line.size)
            try:
                with copies.open(line.sha256) as source:
                    while piece := source.read(_PIECE):
                        incoming.write(piece)
                # Under its own hash: an altered copy is not taken for what it should be.
                if incoming.keep() == line.sha256:
                    count += 1
            finally:
                incoming.discard()
    return count


def _has(store: Store, sha256: str) -> bool:
    try:
        store.open(sha256).close()
    except Missing:
        return False
    return True


def _copy(store: Store, sha256: str, target: Path) -> int:
    with store.open(sha256) as source:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("wb") as copy:
            shutil.copyfileobj(source, copy, _PIECE)
    return 1
