"""Instants and days as people write them on a command line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from domain.refusal import Refused
from domain.service import CaseService
from protocols.text import Text


def instant_of(written: str, service: CaseService) -> datetime:
    """A day means its end. Raises Refused."""
    zone = service.territory.timezone
    try:
        if len(written) == 10:
            return datetime.combine(date.fromisoformat(written), time.max, zone).astimezone(UTC)
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            "invalid",
            "instant_invalid",
            Text(
                "L'istante si scrive come 2026-03-31 o 2026-03-31T10:00.",
                "Write the instant as 2026-03-31 or 2026-03-31T10:00.",
            ),
        ) from None


def begin_of(written: str | None, service: CaseService) -> datetime | None:
    """As `instant_of`, but a day means its beginning. Raises Refused."""
    if written is None:
        return None
    instant = instant_of(written, service)
    if len(written) > 10:
        return instant
    zone = service.territory.timezone
    return datetime.combine(instant.astimezone(zone).date(), time.min, zone).astimezone(UTC)
