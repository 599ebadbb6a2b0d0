"""Events of a case that are not the engine's: who took which task, who wrote to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from protocols.engine.events import Body


class TaskClaimed(Body, frozen=True):
    """`by` took the task; it leaves the shared inbox."""

    task: str
    by: str


class TaskReleased(Body, frozen=True):
    task: str


class TaskAssigned(Body, frozen=True):
    """Given to `to`, a holder or deputy of the task's role, by somebody who may."""

    typed = ("reason",)

    task: str
    to: str
    reason: str = ""


class NoteWritten(Body, frozen=True):
    """`note`: its id; `category`: of the data in `personal` (`text`); `to`: whom it asks, a staff
    id or a scope, or whom it answers; `answers`: the id of the question."""

    note: str
    by: str
    category: str
    to: str = ""
    task: str = ""
    answers: str = ""
    personal: dict[str, Any] = {}


class PersonReplaced(Body, frozen=True):
    """Two persons were found to be one, or one to be two: the case is about `person`. What is
    personal in it stays sealed with the key of who it was opened for."""

    person: str


class CaseRestricted(Body, frozen=True):
    """The processing of the person's data is restricted (Reg. UE 2016/679 art. 18). `ground`: a, b,
    c or d of its paragraph 1."""

    ground: str


class CaseRestrictionEased(Body, frozen=True):
    """`to`, a staff id, may work on the case until that instant (art. 18.2)."""

    to: str
    ground: str
    until: datetime


class CaseRestrictionLifted(Body, frozen=True):
    """The restriction is over."""


class CaseSealed(Body, frozen=True):
    """It became known elsewhere that the person's address is protected: the place of this case too
    is told from now on only to those who care for them."""


OF_THE_PERSON = (
    PersonReplaced, CaseSealed, CaseRestricted, CaseRestrictionEased, CaseRestrictionLifted,
)  # fmt: skip
"""What is decided of a person and written into each of their cases."""
