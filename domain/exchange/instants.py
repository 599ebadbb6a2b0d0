"""Instants as logs write them: ISO 8601, and dates as they are written in Italy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from domain.exchange.trace import LogRefused
from protocols.text import Text

# The day comes first: 03/04/2026 is the third of April.
_ITALIAN = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
    r"(?:[ T,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})([.,]\d{1,6})?)?)?"
)
_UTC = re.compile(r" ?(UTC|GMT|Z)$")
_SHOWN = 40
# Beyond these a date is a mistake, and nothing can be counted from it.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Instants:
    """Reads instants; one without a time zone is of `timezone`. `form`: as `strptime` takes it."""

    def __init__(self, timezone: tzinfo, form: str = "") -> None:
        """Raises LogRefused where `form` is none."""
        self._timezone = timezone
        self._form = form
        if form:
            try:
                datetime.strptime(datetime(2026, 1, 7, tzinfo=UTC).strftime(form), form)
            except (ValueError, re.error):
                raise LogRefused(
                    Text(
                        f"«{form[:_SHOWN]}» non è un formato di date.",
                        f"“{form[:_SHOWN]}” is not a format of dates.",
                    ),
                    Text(
                        "Ad esempio «date_format: %d/%m/%Y %H:%M» nella mappatura.",
                        "For example “date_format: %d/%m/%Y %H:%M” in the mapping.",
                    ),
                ) from None

    def read(self, written: str, line: int) -> datetime | None:
        """None for nothing. Raises LogRefused."""
        at: datetime | None
        try:
            at = datetime.strptime(written, self._form) if self._form else _iso(written)
        except ValueError:
            at = None if self._form else _italian(written)
            if at is None:
                if not written.strip():
                    return None
                raise self._refused(written, line) from None
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise self._refused(written, line)
        return at if at.tzinfo else at.replace(tzinfo=self._timezone)

    def _refused(self, written: str, line: int) -> LogRefused:
        shown = written.strip()[:_SHOWN]
        if self._form:
            how = f"Il formato indicato nella mappatura è {self._form}."
            by = f"The format that the mapping gives is {self._form}."
        else:
            how = (
                "Scrivere 2026-03-31T10:00 oppure 31/03/2026 10:00, o indicare «date_format» nella "
                "mappatura."
            )
            by = "Write 2026-03-31T10:00 or 31/03/2026 10:00, or give “date_format” in the mapping."
        return LogRefused(
            Text(f"«{shown}» non è un istante.", f"“{shown}” is not an instant."),
            Text(how, by),
            line=line,
        )


def _iso(written: str) -> datetime:
    # Bare digits (20260331) are somebody's number more often than somebody's date.
    if len(written) < 10 or written.isdigit():
        raise ValueError(written)
    return datetime.fromisoformat(written)


def _italian(written: str) -> datetime | None:
    written = written.strip()
    found = _ITALIAN.fullmatch(written)
    if found is None:
        if written[4:5] not in ("-", "/"):
            return None
        try:
            return datetime.fromisoformat(_UTC.sub("Z", written).replace("/", "-"))
        except ValueError:
            return None
    day, month, year, hour, minute, second, part = found.groups()
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((part or "")[1:].ljust(6, "0")),
        )  # fmt: skip
    except ValueError:
        return None
