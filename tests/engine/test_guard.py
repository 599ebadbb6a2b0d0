"""A guard answers as if it were evaluated each time, whatever it remembers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.engine.guard import Guard

SOURCES = (
    "case.minor == true",
    "case.count >= 1",
    "case.count == 1 || triage.note == 'case.count'",
    "has(triage.until) && !(case.source in ['A', 'B'])",
    "triage.members.exists(m, m == case.source)",
    "size(triage) > 1",
    'triage["note"] == case.note',
    "case.note.startsWith('x')",
    "has(case.inner.deep) || case.count / case.note > 0",
    "triage.note == 'it\\'s case' && case.minor",
    "today > '2026-01-01' && case.minor",
)
VALUES = st.sampled_from(
    [True, False, 0, 1, 1.0, 0.0, -0.0, None, "", "A", "x1", "case.count", [], ["A"], {"deep": 1}]
)
RECORDS = st.dictionaries(
    st.sampled_from(["minor", "count", "note", "source", "until", "members", "inner"]), VALUES
)
# Few guards, asked very often: what one answer leaves behind meets all the others.
GUARDS = {source: Guard(source) for source in SOURCES}


@given(
    st.sampled_from(SOURCES),
    st.fixed_dictionaries({}, optional={"case": RECORDS, "triage": RECORDS, "today": VALUES}),
)
def test_what_is_remembered_is_what_is_true(source: str, names: dict[str, Any]) -> None:
    assert GUARDS[source].holds(names) is Guard(source).holds(names)


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("case.minor == true && has(triage.until)", (("case", "minor"), ("triage", "until"))),
        ("case.minor && case.minor == true", (("case", "minor"),)),
        ("triage.note == 'case'", (("triage", "note"),)),
        ("size(case) == 1 && case.minor", None),
        ("other.case.minor && case.minor", None),
        ("case.minor == (r'\\' == case)", None),
        ("today > '2026-01-01'", None),
    ],
)
def test_a_guard_knows_what_it_depends_on(source: str, reads: Any) -> None:
    assert Guard(source).reads == reads


def test_it_does_not_remember_without_end() -> None:
    guard = Guard("case.note == 'x'")
    for number in range(5_000):
        assert guard.holds({"case": {"note": f"{number}"}}) is False
    assert len(guard._answers) <= 1_000
    assert guard.holds({"case": {"note": "x"}}) is True
