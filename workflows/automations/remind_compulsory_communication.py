"""The reminder of the compulsory communication (COB): by the day before the placement starts."""

from __future__ import annotations

from datetime import date, timedelta

from workflows.automations.context import AutomationContext, AutomationFault, AutomationResult

LEGAL_BASIS = "L. 608/1996 art. 9-bis, c. 2"


def run(context: AutomationContext) -> AutomationResult:
    """Data: ``text``, ``starts_on``, ``communicate_by`` (ISO dates), ``legal_basis``."""
    starts_on = _date(context.latest("starts_on"))
    if starts_on is None:
        raise AutomationFault("no_start_date", retryable=False)
    by = starts_on - timedelta(days=1)
    return AutomationResult(
        data={
            "text": f"Caso {context.number}: l'inserimento comincia il {starts_on:%d/%m/%Y}. La "
            f"comunicazione obbligatoria (COB) va inviata entro il {by:%d/%m/%Y}, il giorno "
            f"prima dell'inizio ({LEGAL_BASIS}).",
            "starts_on": starts_on.isoformat(),
            "communicate_by": by.isoformat(),
            "legal_basis": LEGAL_BASIS,
        }
    )


def _date(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
