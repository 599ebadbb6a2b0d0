"""The checker beside a plain search of everything, on small protocols made at random.

Each is checked by each of the checker's searches, those for large protocols too.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from protocols.documents import DocumentError
from tests.checker import tiny
from tests.checker.agreeing import Compared, compare

quickly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
thoroughly = settings(quickly, max_examples=3000)


def _compared(document: dict[str, Any], most: int) -> Compared:
    try:
        return compare(document, most)
    except DocumentError:
        assume(False)
        raise


@quickly
@given(document=tiny.documents(most=4))
def test_they_agree(document: dict[str, Any]) -> None:
    assert _compared(document, most=300).differences == []


@pytest.mark.slow
@thoroughly
@given(document=tiny.documents(most=5, features=4))
def test_they_agree_on_thousands(document: dict[str, Any]) -> None:
    assert _compared(document, most=1500).differences == []


# Protocols on which they once did not.
ONCE: dict[str, str] = {
    "what an end takes away": """
      {"a": {}, "b": {"outcomes": {"x": {"ends": "stopped"}}, "during": "a"}}""",
    "an event before the end": """
      {"a": {"outcomes": "xy"}, "b": {"outcomes": "xy"}, "c": {"after": "b"}}
      {"call": {"completes": "b.y", "after": "c.x"}}""",
    "an event that opens what nothing else does": """
      {"a": {}, "b": {}} {"open": {"opens": "a"}}""",
    "a round that nothing takes again": """
      {"a": {}, "b": {"outcomes": {"x": null, "y": null}, "after": "a.x and not a.x"},
       "c": {"outcomes": {"x": null, "y": {"again": "b"}}, "after": "b.y"}}""",
    "two that wait for one another": """
      {"a": {}, "b": {"after": "a"}} {"open": {"opens": "a", "after": "b"}}""",
    "judged again after data have come": """
      {"a": {}, "b": {"after": "a", "form": "question"},
       "c": {"after": "a", "when": "b.need == 'work'"}} {"restart": {"again": "c"}}""",
    "members that are named meanwhile": """
      {"a": {}, "b": {"after": "settled(a)"}, "c": {"after": "a", "form": "team"},
       "d": {"after": "b", "each": "c.members"}}""",
    "completed by an event and begun anew": """
      {"a": {"waits_for": "call"}, "b": {"outcomes": {"x": {"again": "a"}}, "after": "a",
       "waits_for": "call"}} {"call": {}}""",
    "kept open by what an event opens": """
      {"a": {}, "b": {"outcomes": {"x": {"at_most": 1}}, "after": "a"},
       "back": {"outcomes": {"x": {"resumes": "clocks"}}}}
      {"crisis": {"pauses": "clocks", "opens": "back"}, "restart": {"again": "a", "at_most": 1}}""",
    "what an end sends out, after a return": """
      {"a": {}, "b": {"after": "not a"}}
      {"stop": {"ends": "stopped"}, "reentry": {"reopens": "12 months", "again": "b"}}""",
    "sent out by an end, then looked at again": """
      {"a": {}, "b": {"after": "not a"}, "c": {"after": "not a"}}
      {"stop": {"ends": "stopped"}, "reentry": {"reopens": "12 months", "again": "b"}}""",
    "begun anew, but never done": """
      {"a": {"outcomes": "xy"},
       "b": {"outcomes": {"x": {"when": "case.score > 2"}}, "after": "a.x"},
       "c": {"outcomes": {"x": {"when": "case.score == 2"}}, "after": "b or a"}}
      {"restart": {"again": "a"}}""",
    "kept open by others": """
      {"a": {"optional": true}, "b": {"after": "a"}, "c": {},
       "d": {"after": "c", "optional": true}}""",
    "used up in the round before": """
      {"a": {"outcomes": "xy"}, "b": {"outcomes": {"x": {"at_most": 1}}, "after": "a"},
       "d": {"outcomes": {"x": {"again": "a", "at_most": 2}, "y": null}, "after": "a.x"}}""",
    "waits again for what happens once": """
      {"a": {"waits_for": "call"},
       "b": {"outcomes": {"x": {"again": "a", "at_most": 1}, "y": null}}}
      {"call": {"at_most": 1}}""",
    "never open, so never stuck": """
      {"a": {}, "c": {"after": "a", "waits_for": "call", "optional": true},
       "d": {"after": "c", "waits_for": "call"}, "e": {}}
      {"call": {"completes": "c.x", "after": "d"}}""",
    "guards that exclude each other": """
      {"a": {"when": "case.minor == true"}, "b": {"after": "a", "when": "case.minor != true"}}""",
}  # fmt: skip


@pytest.mark.parametrize("name", ONCE)
def test_they_agree_where_they_once_did_not(name: str) -> None:
    decoder = json.JSONDecoder()
    text = ONCE[name].strip()
    steps, end = decoder.raw_decode(text)
    events = json.loads(text[end:] or "{}")
    document = tiny.completed(steps, events)
    compared = compare(document, most=2000)
    assert compared.whole
    assert compared.differences == []
