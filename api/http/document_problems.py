"""What can go wrong with documents, for people."""

from __future__ import annotations

from typing import NoReturn

import structlog

from api.http.problems import Problem, unavailable
from domain.documents.reading import Gone
from domain.vault.fields import ERASED
from protocols.text import Text

log = structlog.get_logger()

NOTHING_WRITTEN = Text("Nulla è stato allegato.", "Nothing was attached.")


def too_large(largest: int) -> Problem:
    """`largest`: bytes that a document may have."""
    most = largest // 2**20
    return Problem(
        413,
        "document_too_large",
        Text(
            f"Il documento è troppo grande: al massimo {most} MB.",
            f"The document is too large: {most} MB at most.",
        ),
        Text("Ridurlo o dividerlo.", "Make it smaller, or split it."),
        headers={"Connection": "close"},
    )


def no_room() -> Problem:
    return Problem(
        507,
        "no_room",
        Text(
            "Non c'è più spazio per i documenti. " + NOTHING_WRITTEN.it,
            "There is no room left for documents. " + NOTHING_WRITTEN.in_("en"),
        ),
        Text(
            "Avvisare chi gestisce il sistema; il resto del lavoro può continuare.",
            "Tell whoever runs the system; other work can go on.",
        ),
        headers={"Connection": "close"},
    )


def unusable() -> Problem:
    return Problem(
        500,
        "document_unusable",
        Text(
            "Il file di questo documento manca o è stato alterato: non si può mostrare.",
            "The file of this document is missing or was altered: it cannot be shown.",
        ),
        Text(
            "Avvisare chi gestisce il sistema: `cantiere verify --documents`.",
            "Tell whoever runs the system: `cantiere verify --documents`.",
        ),
    )


def gone_for_good(gone: Gone) -> Problem:
    if gone.erased:
        detail = Text(
            f"{ERASED}: i dati di questa persona sono stati cancellati.",
            f"{ERASED}: this person's data were erased.",
        )
        return Problem(410, "person_erased", detail)
    return Problem(
        410,
        "document_withdrawn",
        Text("Il documento è stato ritirato.", "The document was withdrawn."),
        Text("L'elenco dei documenti dice perché.", "The list of documents says why."),
    )


def away(error: Exception) -> NoReturn:
    """Raises Problem (503)."""
    log.error("documents_away", error=type(error).__name__)
    raise unavailable(
        Text(
            "I documenti non sono raggiungibili in questo momento. Nulla di confermato è perso.",
            "Documents cannot be reached at the moment. Nothing acknowledged is lost.",
        )
    ) from None
