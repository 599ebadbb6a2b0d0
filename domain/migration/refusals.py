"""What is said where a migration plan cannot go on."""

from __future__ import annotations

from uuid import UUID

from domain.case.commands import Actor
from domain.migration.state import Status
from domain.migration.ways import Asked
from domain.refusal import FieldProblem, Refused
from protocols.documents import DocumentError
from protocols.language.answers import text_problem
from protocols.text import Text

STATUS: dict[Status, Text] = {
    "planned": Text("da approvare", "to be approved"),
    "approved": Text("approvato", "approved"),
    "running": Text("in corso", "running"),
    "paused": Text("sospeso", "paused"),
    "finished": Text("concluso", "finished"),
    "reverting": Text("in annullamento", "being taken back"),
    "reverted": Text("annullato", "taken back"),
}


def unknown(plan: UUID) -> Refused:
    return Refused(
        "not_found",
        "unknown_migration",
        Text(f"Il piano di migrazione {plan} non esiste.", f"There is no migration plan {plan}."),
        Text("Controllare il numero.", "Check the number."),
    )


def unknown_version(message: Text) -> Refused:
    return Refused("not_found", "unknown_protocol", message)


def unreadable(error: DocumentError) -> Refused:
    problem = error.problems[0]
    return Refused(
        "invalid",
        "text_unreadable",
        Text(f"{problem.where}: {problem.message.it}", f"{problem.where}: {problem.message.en}"),
    )


def same_version(asked: Asked) -> Refused:
    return Refused(
        "invalid",
        "same_version",
        Text(
            f"Ogni caso aperto che segue {asked.from_version} ha già le varianti che gli spettano.",
            f"Every open case that follows {asked.from_version} has its variants already.",
        ),
        Text("Indicare un'altra versione.", "Name another version."),
    )


def no_cases(asked: Asked) -> Refused:
    return Refused(
        "conflict",
        "no_cases",
        Text(
            f"Nessun caso aperto segue {asked.protocol} {asked.from_version}.",
            f"No open case follows {asked.protocol} {asked.from_version}.",
        ),
    )


def own_work() -> Refused:
    return Refused(
        "forbidden",
        "own_work",
        Text(
            "Chi ha preparato un piano non può approvarlo.",
            "Whoever made a plan may not approve it.",
        ),
        Text(
            "Chiedere a un'altra persona del livello gestionale.",
            "Ask somebody else on the management level.",
        ),
    )


def another_plan(digest: str) -> Refused:
    return Refused(
        "conflict",
        "another_plan",
        Text(
            f"L'impronta non è quella di questo piano, che è {digest[:12]}….",
            f"The digest is not this plan's, which is {digest[:12]}….",
        ),
        Text("Rileggere il piano e decidere di nuovo.", "Read the plan again and decide anew."),
    )


def not_now(status: Status) -> Refused:
    said = STATUS[status]
    return Refused(
        "conflict",
        f"migration_{status}",
        Text(f"Il piano è {said.it}.", f"The plan is {said.en}."),
        Text("Rileggerlo e decidere di nuovo.", "Read it again and decide anew."),
    )


def too_busy() -> Refused:
    return Refused(
        "conflict",
        "too_busy",
        Text(
            "Qualcun altro ha appena deciso qualcosa su questo piano.",
            "Somebody else has just decided something about this plan.",
        ),
        Text("Rileggere e riprovare.", "Read it again and try again."),
    )


def machine(actor: Actor) -> str:
    if not actor.is_system:
        raise Refused(
            "forbidden", "machine_only", Text("Lo fa la macchina.", "Only the machine does this.")
        )
    return actor.id


def check_reason(reason: str) -> None:
    problem = text_problem(reason) if reason else None
    if problem is not None:
        raise Refused(
            "invalid",
            "reason_invalid",
            Text("La motivazione non va bene.", "The reason is bad."),
            fields=(FieldProblem("reason", problem),),
        )
