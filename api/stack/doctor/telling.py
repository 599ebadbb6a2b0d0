"""Whether people are told: how far the notifier has come, and the mail that could not be sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from api.stack.doctor.check import Check
from domain.notices import book, outbox
from domain.settings import SettingsError
from protocols.text import Text

_BEHIND = 1000
_NOTICES = Text(it="avvisi", en="notices")
_MAIL = Text(it="posta", en="mail")


def telling_checks(connection: psycopg.Connection[Any]) -> Iterator[Check]:
    """Mail is looked at also where it is not set up here: another process may send it."""
    end = connection.execute("SELECT coalesce(max(notification_id), 0) FROM stored_events")
    lag = max(0, (end.fetchone() or (0,))[0] - book.told_until(connection))
    yield Check(
        "notices",
        _NOTICES,
        f"−{lag}" if lag else "✓",
        Text(
            it="sono indietro: controllare che il notifier sia in funzione",
            en="they are behind: check that the notifier is running",
        )
        if lag > _BEHIND
        else None,
    )
    found, remedy = _set_up()
    waiting, late, failed = outbox.standing(connection)
    if waiting or failed:
        found += f", {waiting} in attesa (già tentati {late}), non riusciti {failed}"
    if remedy is None and failed:
        remedy = Text(
            it="leggere il perché con `cantiere mail`, correggere, poi `cantiere mail --retry`",
            en="read why with `cantiere mail`, mend it, then `cantiere mail --retry`",
        )
    elif remedy is None and late:
        remedy = Text(
            it="il server di posta non accetta i messaggi: controllare CANTIERE_SMTP_*",
            en="the mail server takes no mail: look at CANTIERE_SMTP_*",
        )
    yield Check("mail", _MAIL, found, remedy)


def _set_up() -> tuple[str, Text | None]:
    from domain.notices.settings import MailSettings

    try:
        settings = MailSettings.from_environment()
    except SettingsError as error:
        return "✗", error.message
    return (f"{settings.host}:{settings.port}" if settings else "non configurata"), None
