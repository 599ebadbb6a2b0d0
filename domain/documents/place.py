"""Where this installation keeps its documents, and how large one may be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from domain.documents.store import FolderStore, Store
from domain.settings import SettingsError
from protocols.text import Text

DEFAULT_MEGABYTES = 50
_MOST_MEGABYTES = 2_000


class Documents(NamedTuple):
    """`largest`: bytes that one document may have."""

    store: Store
    largest: int = DEFAULT_MEGABYTES * 2**20


def store_of(home: Path | None) -> FolderStore | None:
    """CANTIERE_DOCUMENTS (a folder), or `<home>/documents`; None where neither is given."""
    given = os.environ.get("CANTIERE_DOCUMENTS", "").strip()
    if given:
        return FolderStore(Path(given).expanduser())
    return FolderStore(home / "documents") if home else None


def documents_of(home: Path | None) -> Documents | None:
    """With CANTIERE_DOCUMENT_MB, or 50 MB. Raises SettingsError."""
    store = store_of(home)
    return Documents(store, _largest()) if store else None


def _largest() -> int:
    given = os.environ.get("CANTIERE_DOCUMENT_MB", "").strip() or str(DEFAULT_MEGABYTES)
    if given.isascii() and given.isdecimal() and len(given) <= 4 and int(given) <= _MOST_MEGABYTES:
        return int(given) * 2**20
    raise SettingsError(
        Text(
            f"CANTIERE_DOCUMENT_MB vale «{given[:20]}»: serve un numero fra 0 e {_MOST_MEGABYTES}",
            f"CANTIERE_DOCUMENT_MB is “{given[:20]}”: a number from 0 to {_MOST_MEGABYTES} is "
            "needed",
        )
    )
