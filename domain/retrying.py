"""Two people at once on one stream: the second decides again on what the first left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domain.log.errors import Conflict
from domain.refusal import Refused
from protocols.text import Text

_ATTEMPTS = 8

T = TypeVar("T")


def decided_anew(attempt: Callable[[], T]) -> T:
    """What `attempt` gives: it reads, decides and records, and is repeated whole where somebody
    else recorded first. Raises Refused (too_busy), and what it raises."""
    for _ in range(_ATTEMPTS):
        try:
            return attempt()
        except Conflict:
            continue
    raise Refused(
        "conflict",
        "too_busy",
        Text("Riprovare tra qualche secondo.", "Try again in a few seconds."),
    )
