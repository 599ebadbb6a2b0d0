"""What the person allowed to be passed on, refused and took back, for the report of a bundle."""

from __future__ import annotations

from typing import Any

from api.evidence.words import Words
from domain.disclosure.events import DisclosureExpired
from domain.log.recorded import Recorded
from domain.service import CaseService
from projections.titles import Titles
from protocols import facts as f
from protocols.engine.events import CaseOpened, Migrated, MigrationReverted

_WHAT: dict[type, str] = {
    f.DisclosureAuthorised: "Autorizzazione data",
    f.DisclosureRefused: "Autorizzazione rifiutata",
    f.DisclosureWithdrawn: "Autorizzazione revocata",
    DisclosureExpired: "Autorizzazione scaduta",
}


def authorisations(
    service: CaseService, history: list[Recorded], words: Words
) -> list[dict[str, Any]]:
    """Oldest first: a title, and pairs of name and value; what a record does not say is left
    out. `history`: of the case, from its opening."""
    found = []
    for event in history:
        body = event.body
        if isinstance(body, (CaseOpened, Migrated, MigrationReverted)):
            protocol = service.registry.get(body.protocol, body.version).protocol
            titles = Titles(protocol, service.territory.timezone)
        if type(body) in _WHAT:
            title = f"{_WHAT[type(body)]} il {words.day(event.occurred_at or event.at)}"
            found.append({"title": title, "facts": _told(event, titles, words)})
    return found


def _told(event: Recorded, titles: Titles, words: Words) -> list[tuple[str, str]]:
    body, step = event.body, event.body.task.partition("#")[0]

    def answered(field: str, value: str) -> str:
        return titles.answer(step, type(body).__name__, field, value)[0] if value else ""

    recipients = ", ".join(answered("recipients", one) for one in getattr(body, "recipients", ()))
    if isinstance(body, f.DisclosureWithdrawn):
        recipients = recipients or "tutti"
    until, title = getattr(body, "until", None), titles.steps.get(step)
    told = [
        ("Chi comunica i dati", words.service(getattr(body, "source", ""))),
        ("A chi", recipients),
        ("Categorie", words.categories(getattr(body, "categories", ()))),
        ("Scopo", answered("purpose", getattr(body, "purpose", ""))),
        ("Fino al", words.day(until) if until else ""),
        ("Registrata da", words.who(event.actor, event.role)),
        ("Registrata il", words.instant(event.at)),
        ("Passo", title.it if title else titles.events.get(step, ("", ""))[0]),
    ]
    return [(name, value) for name, value in told if value]
