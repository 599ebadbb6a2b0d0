"""What is said where a protocol's text cannot go on to its next state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.publishing.state import Edition, Publishing, Status
from domain.refusal import FieldProblem, Refused
from protocols.documents import Problem, nearest
from protocols.text import Text

STATUS: dict[Status, Text] = {
    "draft": Text("bozza", "draft"),
    "proposed": Text("proposta", "proposed"),
    "approved": Text("approvata", "approved"),
    "rejected": Text("respinta", "rejected"),
    "published": Text("pubblicata", "published"),
    "retired": Text("ritirata", "retired"),
}
_CORRECT = Text("Correggere i campi indicati.", "Correct the fields that are named.")


def unreadable(problems: Iterable[Problem]) -> Refused:
    """The document's own mistakes, each at its line."""
    return Refused(
        "invalid",
        "text_unreadable",
        Text("Il testo non si può leggere.", "The text cannot be read."),
        _CORRECT,
        tuple(
            FieldProblem(
                f"text:{problem.line}",
                Text(
                    f"{problem.where}: {problem.message.it}",
                    f"{problem.where}: {problem.message.in_('en')}",
                ),
            )
            for problem in problems
        ),
    )


def invalid(code: str, message: Text, field: str, what: Text) -> Refused:
    return Refused("invalid", code, message, _CORRECT, (FieldProblem(field, what),))


def unknown_edition(state: Publishing, label: str) -> Refused:
    near = nearest(label, state.editions)
    hint = Text(f" Forse «{near}»?", f" Perhaps “{near}”?") if near else Text("", "")
    return Refused(
        "not_found",
        "unknown_edition",
        Text(
            f"Di {state.protocol} non c'è una versione {label[:60]}.{hint.it}",
            f"There is no version {label[:60]} of {state.protocol}.{hint.en}",
        ),
        Text("Vedere l'elenco delle versioni.", "See the list of versions."),
    )


def not_now(edition: Edition, wanted: Status) -> Refused:
    """It is not in the state that the command is for."""
    is_, must = STATUS[edition.status], STATUS[wanted]
    return Refused(
        "conflict",
        f"not_{wanted}",
        Text(
            f"La versione {edition.label} è {is_.it}; per questo deve essere {must.it}.",
            f"Version {edition.label} is {is_.en}; for this it must be {must.en}.",
        ),
        Text("Rileggere la versione e decidere di nuovo.", "Read it again and decide anew."),
    )


def changed_meanwhile(edition: Edition) -> Refused:
    return Refused(
        "conflict",
        "text_changed",
        Text(
            f"Il testo della versione {edition.label} non è quello che è stato letto: la sua "
            f"impronta ora è {edition.digest[:12]}….",
            f"The text of version {edition.label} is not the one that was read: its digest now is "
            f"{edition.digest[:12]}….",
        ),
        Text("Rileggerlo e decidere di nuovo.", "Read it again and decide anew."),
    )


def never_changes(protocol: str, label: str, same: bool) -> Refused:
    """A version in force: its text is what cases have pinned."""
    if same:
        return Refused(
            "conflict",
            "published_already",
            Text(
                f"{protocol} {label} è già pubblicata, con questo stesso testo.",
                f"{protocol} {label} is published already, with this very text.",
            ),
        )
    return Refused(
        "conflict",
        "text_never_changes",
        Text(
            f"{protocol} {label} è pubblicata con un altro testo, e un testo pubblicato non cambia "
            "mai: ci sono casi che lo seguono.",
            f"{protocol} {label} is published with another text, and a published text never "
            "changes: there are cases that follow it.",
        ),
        Text(
            "Dare alla modifica un nuovo numero di versione.",
            "Give the change a new version number.",
        ),
    )


def backwards(label: str, day: date, other: str, others: date) -> Refused:
    message = Text(
        f"la {other} vale dal {others:%d/%m/%Y}: con questo giorno le versioni andrebbero "
        "all'indietro",
        f"{other} is valid from {others}: with this day versions would go backwards",
    )
    return invalid(
        "backwards",
        Text(
            f"La versione {label} non può valere dal {day:%d/%m/%Y}.",
            f"Version {label} cannot be valid from {day}.",
        ),
        "valid_from",
        message,
    )


def rests_on_changed(edition: Edition) -> Refused:
    return Refused(
        "conflict",
        "rests_on_changed",
        Text(
            f"I testi su cui poggia la versione {edition.label} non sono più quelli che sono stati "
            "dimostrati e approvati.",
            f"The texts that version {edition.label} rests on are no longer those that were proved "
            "and approved.",
        ),
        Text("Proporla di nuovo.", "Propose it again."),
    )


def too_busy() -> Refused:
    return Refused(
        "conflict",
        "too_busy",
        Text(
            "Qualcun altro ha appena deciso qualcosa su questo protocollo.",
            "Somebody else has just decided something about this protocol.",
        ),
        Text("Rileggere e riprovare.", "Read it again and try again."),
    )
