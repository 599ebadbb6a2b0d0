"""Opening an emergency access, and saying afterwards whether it was justified.

Who may open one is for the access policies to say: whoever submits the command has asked them, and
hands on what they answered.
"""

from __future__ import annotations

from datetime import timedelta

from domain.case.commands import Command
from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed
from domain.emergency.ledger import Access, Accesses
from domain.holding import held_anywhere
from domain.refusal import FieldProblem, Refused
from protocols.engine.run import Run
from protocols.language.answers import text_problem
from protocols.territory import Territory, end_of_day, staff_name
from protocols.text import Text

SHORTEST, LONGEST = 10, 2000
"""Characters of a reason."""


class OpenEmergencyAccess(Command, frozen=True, kw_only=True):
    """`categories` of data; `grounds`: the policies that permit it, none where none does."""

    reason: str
    categories: tuple[str, ...]
    grounds: tuple[str, ...]


class ReviewEmergencyAccess(Command, frozen=True, kw_only=True):
    """`access`: its id, the one of the command that opened it."""

    access: str
    justified: bool
    note: str


def open_access(territory: Territory, run: Run, command: OpenEmergencyAccess) -> str:
    """Emits the opening. Returns the role in which it was opened. Raises Refused."""
    accesses: Accesses = run.state.emergencies  # type: ignore[attr-defined]
    _check_text("reason", command.reason, SHORTEST)
    if not command.grounds or not command.actor.holds:
        raise Refused(
            "forbidden",
            "no_emergency_for_this_role",
            Text(
                "Nessuna regola permette a chi ha questi ruoli un accesso d'emergenza a queste "
                "categorie.",
                "No policy allows holders of these roles emergency access to these categories.",
            ),
            Text(
                "Chiedere a chi segue il caso, o a un servizio di cura.",
                "Ask those who follow the case, or a health service.",
            ),
        )
    if run.state.ended:
        raise Refused(
            "conflict",
            "case_ended",
            Text(
                "Il caso è chiuso: un accesso d'emergenza vale solo per un caso aperto.",
                "The case is closed: emergency access is for open cases only.",
            ),
            Text(
                "Per consultare un caso chiuso rivolgersi a chi protegge i dati.",
                "To consult a closed case ask those who protect data.",
            ),
        )
    for one in accesses:
        same = one.by == command.actor.id and set(command.categories) <= set(one.categories)
        if same and one.open_at(run.now):
            until = one.until.astimezone(territory.timezone)
            raise Refused(
                "conflict",
                "emergency_open",
                Text(
                    f"L'accesso d'emergenza è già aperto, fino alle {until:%H:%M del %d/%m/%Y}.",
                    f"Emergency access is open already, until {until.isoformat()}.",
                ),
                related={"access": one.access},
            )
    settings = territory.access.emergency
    day = territory.calendar().add_working_days(
        run.timing.day_of(run.now), settings.review_working_days
    )
    run.emit(
        EmergencyAccessOpened(
            str(command.command_id),
            command.actor.id,
            tuple(sorted(set(command.categories))),
            run.now + timedelta(hours=settings.hours),
            end_of_day(day, territory.timezone),
            command.reason.strip(),
            command.grounds,
        )
    )
    return command.actor.holds[0][0]


def review_access(territory: Territory, run: Run, command: ReviewEmergencyAccess) -> str:
    """Emits the review. Raises Refused."""
    accesses: Accesses = run.state.emergencies  # type: ignore[attr-defined]
    role = held_anywhere(territory, command.actor, territory.access.emergency.reviewed_by)
    _check_text("note", command.note, 3)
    found = _found(accesses, command.access)
    if found.by == command.actor.id:
        raise Refused(
            "forbidden",
            "second_person_needed",
            Text(
                "Lo verifica una persona diversa da chi l'ha aperto.",
                "Somebody other than who opened it reviews it.",
            ),
        )
    if found.justified is not None:
        reviewer = staff_name(territory, found.reviewed_by)
        raise Refused(
            "conflict",
            "reviewed_already",
            Text(
                f"Questo accesso è già stato verificato da {reviewer}.",
                f"This access has been reviewed by {reviewer} already.",
            ),
        )
    run.emit(
        EmergencyAccessReviewed(
            found.access, command.actor.id, command.justified, command.note.strip()
        )
    )
    return role


def _found(accesses: Accesses, access: str) -> Access:
    for one in accesses:
        if one.access == access:
            return one
    raise Refused(
        "not_found",
        "unknown_emergency",
        Text(
            "In questo caso non c'è un accesso d'emergenza con questo numero.",
            "This case has no emergency access of that number.",
        ),
    )


def _check_text(field: str, text: str, shortest: int) -> None:
    problem = text_problem(text, LONGEST)
    if problem is None and len(text.strip()) < shortest:
        problem = Text(
            f"dire perché, in almeno {shortest} caratteri", f"say why, in {shortest} characters"
        )
    if problem is not None:
        raise Refused(
            "invalid",
            "reason_invalid",
            Text("La motivazione non va bene.", "The reason is not right."),
            Text("Correggere il campo indicato.", "Correct the field that is named."),
            (FieldProblem(field, problem),),
        )
