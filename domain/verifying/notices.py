"""What people are told of how the log was checked."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.verifying.notes import UnderWay, Verified
from protocols.text import Text

FROM_THE_BEGINNING = Text(
    "Non c'è una verifica precedente da cui continuare: si controlla tutto.",
    "There is no earlier verification to continue from: everything is checked.",
)
OTHER_BASIS = Text(
    "Il programma o il pacchetto territoriale non sono più quelli dell'ultima verifica.",
    "The program or the territory pack are no longer those of the last verification.",
)


def resumed(state: UnderWay) -> Text:
    done, of, began = len(state.known), state.stretches, _moment(state.began)
    return Text(
        f"Riprende la verifica interrotta, cominciata il {began} UTC: di {done} tratti su {of} si "
        "ricalcolano le impronte, ma non si ridecidono i casi già ricontrollati.",
        f"Going on with the verification begun on {began} UTC: of {done} stretches out of {of} the "
        "hashes are computed anew, but cases that were checked are not decided again.",
    )


def only_new(last: Verified) -> Text:
    at, full_at = _moment(last.at), _moment(last.full_at)
    return Text(
        f"Controllati solo gli eventi dopo il {last.events}, verificato il {at} UTC, e per intero "
        f"i casi che riguardano; l'ultima verifica di tutto il registro è del {full_at} UTC.",
        f"Only the events after {last.events}, verified on {at} UTC, were checked, and wholly the "
        f"cases they are about; all of the log was last verified on {full_at} UTC.",
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
