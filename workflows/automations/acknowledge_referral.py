"""The letter that tells the referring service that its referral has been registered."""

from __future__ import annotations

from protocols.text import Text
from workflows.automations.context import AutomationContext, AutomationResult


def run(context: AutomationContext) -> AutomationResult:
    """Data: ``letter_number``, ``addressee`` (a service id), ``text``.

    The letter names the case by its number only: no person, no need, no clinical content.
    """
    opened = context.state.opened
    assert opened is not None
    service = context.service.territory.service(opened.service)
    letter = _letter(
        str(service.title),
        context.number,
        f"{opened.referred_on:%d/%m/%Y}",
        context.state.attributes["district"],
    )
    return AutomationResult(
        data={
            "letter_number": f"{context.today.year}/{context.number}/{context.state.episode}",
            "addressee": opened.service,
            "text": letter.it,
        }
    )


def _letter(service: str, number: str, day: str, district: int) -> Text:
    return Text(
        it=f"Spett.le {service},\n"
        f"la segnalazione del {day} è stata registrata con il numero {number} ed è assegnata al "
        f"distretto {district}. Il referente comunale svolgerà l'analisi preliminare e vi "
        "informerà dell'esito, nei limiti di quanto la persona avrà autorizzato.\n"
        f"Per ogni comunicazione citate il numero {number}; non indicate il nome della persona.",
        en=f"To {service},\n"
        f"the referral of {day} has been registered under number {number} and assigned to "
        f"district {district}. The municipal referent will carry out the preliminary analysis "
        "and tell you its outcome, within what the person authorises.\n"
        f"Quote number {number} in every message; do not name the person.",
    )
