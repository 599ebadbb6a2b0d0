"""Which of a protocol's indicators start or end at which moment of a case."""

from __future__ import annotations

from typing import NamedTuple

from protocols.language.document import Indicator, Protocol

CASE_OPENED = "case.opened"
CASE_ENDED = "case.ended"


class Bounds(NamedTuple):
    """Indicators by what starts and what ends them.

    A moment is `step.opened`, `step.done`, `step.<outcome>`, `case.opened` or `case.ended`.
    """

    starts: dict[str, list[tuple[str, Indicator]]]
    ends: dict[str, list[str]]


def bounds(protocol: Protocol) -> Bounds:
    """The bounds of all indicators of a protocol version."""
    found = Bounds({}, {})
    for name, indicator in protocol.indicators.items():
        found.starts.setdefault(indicator.start, []).append((name, indicator))
        found.ends.setdefault(indicator.end, []).append(name)
    return found
