"""What is said of a case that is to move: it moves, it must not, or somebody must decide."""

from __future__ import annotations

from typing import Literal

import msgspec

from protocols.engine.events import Migrated
from protocols.text import Text

Verdict = Literal["moves", "needs_decision", "must_not"]
VERDICTS: tuple[Verdict, ...] = ("moves", "needs_decision", "must_not")

STAY = "stay"


class Reason(msgspec.Struct, frozen=True):
    """`id` is the same for every case with the same reason: `contradicted:conference`."""

    id: str
    text: Text


class Question(msgspec.Struct, frozen=True):
    """What the text cannot tell; `answers`: each with what it does."""

    id: str
    text: Text
    answers: dict[str, Text]


class Placement(msgspec.Struct, frozen=True):
    """Where a case would stand in the new version.

    `reasons`: why it must not move; `questions`: still without an answer; `notes`: what the move
    changes besides; `event`: the move itself, where it is one.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Reason, ...] = ()
    event: Migrated | None = None

    @property
    def why(self) -> tuple[str, ...]:
        """The ids of what stands in the way."""
        return tuple(r.id for r in self.reasons) or tuple(q.id for q in self.questions)
