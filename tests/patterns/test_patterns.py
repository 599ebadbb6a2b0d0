"""Every control-flow pattern that the language promises: what it allows, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from protocols.language.formula import OUT
from protocols.language.load import read_protocol
from tests.patterns.page import EXAMPLE, PAGE, page
from tests.patterns.patterns import Pattern, act, patterns, played

PATTERNS = patterns()
PROMISED = {1, 2, 3, 4, 5, 6, 7, 10, 11, 14, 15, 16, 18, 19, 20, 21, 24, 25, 26, 27, 30, 34, 35,
            40, 43}  # fmt: skip


def _written(trace: list[Any]) -> str:
    return ",".join(
        wanted if isinstance(wanted, str) else str(next(iter(wanted.values()))) for wanted in trace
    )


ALLOWED = [
    pytest.param(pattern, trace, id=f"{pattern.name}:{_written(trace['trace'])}")
    for pattern in PATTERNS
    for trace in pattern.allowed
]
REFUSED = [
    pytest.param(pattern, trace, id=f"{pattern.name}:{_written([*trace['trace'], trace['then']])}")
    for pattern in PATTERNS
    for trace in pattern.refused
]


def test_every_promised_pattern_is_here() -> None:
    assert {pattern.number for pattern in PATTERNS} == PROMISED


@pytest.mark.parametrize(("pattern", "wanted"), ALLOWED)
def test_it_allows(pattern: Pattern, wanted: dict[str, Any]) -> None:
    case = played(pattern.plan, wanted["trace"])
    assert case.state.ended == wanted.get("ends", "")
    if "open" in wanted:
        assert case.open == set(wanted["open"])
    assert all(case.status(step) == OUT for step in wanted.get("out", ()))


@pytest.mark.parametrize(("pattern", "wanted"), REFUSED)
def test_it_refuses(pattern: Pattern, wanted: dict[str, Any]) -> None:
    case, command = act(played(pattern.plan, wanted["trace"]), wanted["then"])
    case.when(command).refused(wanted["code"])


def test_the_page_shows_them_as_they_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.patterns.page"


def test_the_table_that_the_page_shows_decides() -> None:
    plan = read_protocol(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    for functioning, level in ((40, "intense"), (41, "ordinary")):
        answers = {"need": "home", "gaf": {"functioning": functioning}}
        case = played(plan, [{"do": "assess", "data": answers}])
        assert case.state.data["assess"]["level"] == level
        assert (case.status("intense") == OUT) is (level != "intense")
