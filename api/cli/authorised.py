"""An authorisation of a case on one line of a terminal."""

from __future__ import annotations

from api.http.disclosures import AuthorisationLine


def in_words(line: AuthorisationLine) -> str:
    """From whom to whom, which categories, for what purpose and until when."""
    until = f"fino al {line.until:%d/%m/%Y}" if line.until else "senza scadenza"
    return (
        f"{line.source} → {', '.join(line.recipients)}: {', '.join(line.categories)}; "
        f"scopo · purpose {line.purpose}; {until}"
    )
