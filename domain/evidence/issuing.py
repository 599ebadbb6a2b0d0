"""Handing a bundle out: first the log says to whom and why, then it leaves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.case.commands import Command
from domain.evidence.events import EvidenceIssued
from domain.log.recorded import Recorded
from domain.reactions import Batch, recorded
from domain.refusal import Refused
from domain.retrying import decided_anew
from domain.service import CaseService, Receipt
from protocols.language.answers import text_problem
from protocols.text import Text


class IssueEvidence(Command, frozen=True, kw_only=True):
    """A bundle for the actor. `case` is the stream (`stream_of`), `of` the case itself. `full`:
    with personal data in the clear, for a stated `reason`; `grounds`: by which right."""

    of: UUID
    full: bool = False
    reason: str = ""
    grounds: tuple[str, ...] = ()


def check_request(command: IssueEvidence) -> None:
    """Raises Refused: no right, or no reason for a full bundle."""
    if not command.grounds or (command.full and "audit" not in command.grounds):
        raise Refused(
            "forbidden",
            "role_not_held",
            Text(
                "Il fascicolo di prova lo chiede chi verifica; anche chi tutela i dati, se è "
                "pseudonimo.",
                "Evidence is asked for by those who audit; where it is pseudonymised, also by "
                "those who protect data.",
            ),
        )
    if not command.full and not command.reason:
        return
    problem = text_problem(command.reason) or (
        Text("serve una motivazione", "a reason is needed")
        if len(command.reason.strip()) < 3
        else None
    )
    if problem is not None:
        raise Refused(
            "invalid",
            "reason_invalid",
            Text(f"La motivazione non va bene: {problem.it}.", f"The reason: {problem.en}."),
            Text("Dire per quale procedimento serve.", "Say for which proceedings it is needed."),
        )


def issued(service: CaseService, command: IssueEvidence) -> Recorded | None:
    """The event of this very command, where it was recorded before. Raises Refused where its id
    was used for another request."""
    row = service.recorder.command(command.command_id)
    if row is None:
        return None
    service.repeated(row, command)
    history = service.history(command.case)
    return next(event for event in history if event.command_id == command.command_id)


def record(
    service: CaseService,
    command: IssueEvidence,
    person: UUID,
    size: int,
    sha256: str,
    at: datetime,
) -> Receipt:
    """Say in the log that the archive of this hash leaves, made `at` that instant.

    Raises Refused (also where the person was erased and a reason is given), LogUnavailable,
    VaultProblem.
    """
    body = EvidenceIssued(
        command.of, person, command.full, size, sha256, command.grounds, command.reason
    )

    def attempt() -> Receipt:
        known = len(service.history(command.case))
        events = recorded(command.case, known, [body], command, _role(command), at)
        return service.record(command.case, command, Batch(events, person=person))

    return decided_anew(attempt)


def _role(command: IssueEvidence) -> str | None:
    held = command.actor.holds
    return next((role for role, scope, _ in held if scope in command.grounds), None)
