"""The same proofs for protocols that use others: inside one another, and for many at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from protocols.engine.plan import Plan
from protocols.language.formula import OPEN
from protocols.language.library import Library
from protocols.language.load import read_protocol
from protocols.language.scopes import ends_of
from tests.engine.generated import protocols
from tests.engine.test_never_stuck import _QUIET, _SHORT
from tests.engine.test_never_stuck_wider import WiderProtocol


@st.composite
def _uses(draw: st.DrawFn, used: Plan, steps: dict[str, Any]) -> dict[str, Any]:
    """A step that uses a protocol, after some step that there is already."""
    names = sorted(steps)
    outcomes: dict[str, Any] = dict.fromkeys(ends_of(used.protocol))
    for outcome in outcomes:
        effect = draw(st.sampled_from([None] * 4 + ["again", "ends", "result", "cancels"]))
        if effect == "again":
            outcomes[outcome] = {"again": draw(st.sampled_from(names)), "at_most": 1}
        elif effect:
            outcomes[outcome] = {effect: draw(st.sampled_from(names))}
    step: dict[str, Any] = {
        "title": "Dentro",
        "uses": used.protocol.type_name,
        "outcomes": outcomes,
    }
    if not draw(st.integers(0, 2)):
        step["after"] = draw(st.sampled_from(names))
    if not draw(st.integers(0, 5)):
        step["during"] = draw(st.sampled_from(names))
    if not draw(st.integers(0, 4)):
        step["race"] = "first"
    if not draw(st.integers(0, 5)):
        step["optional"] = True
    return step


def _document(plan: Plan, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(plan.text)
    document["protocol"] = name
    return document


@st.composite
def scoped(draw: st.DrawFn) -> Plan:
    """A random protocol that uses a random one, which may use another; or some of it per member."""
    library, used = Library(), []
    for name in ("small", "inner")[: draw(st.integers(1, 2))]:
        document = _document(draw(protocols()), name)
        if used and draw(st.booleans()):
            step = draw(_uses(used[0], document["steps"]))
            document["steps"]["deep"] = {**step, "prefix": "d_"}
        text = json.dumps(document)
        used.append(read_protocol(text, f"{name}.yaml", library))
        library = library.with_text(text, f"{name}.yaml")
    document = _document(draw(protocols()), "outer")
    steps = document["steps"]
    steps["scope"] = {**draw(_uses(used[-1], steps)), "prefix": "in_"}
    if draw(st.booleans()):
        many = draw(_uses(used[0], steps))
        whose = draw(st.sampled_from(sorted(n for n in steps if "form" in steps[n])))
        steps["many"] = {**many, "prefix": "m_", "each": f"{whose}.members", "at_most": 2}
        if draw(st.booleans()):
            steps["many"] |= {"enough": 1, "rest": "withdrawn"}
    if draw(st.booleans()):
        outcome = draw(st.sampled_from(sorted(steps["scope"]["outcomes"])))
        document["events"]["call"]["completes"] = f"scope.{outcome}"
    return read_protocol(json.dumps(document), "outer.yaml", library)


class ScopedProtocol(WiderProtocol):
    @initialize(plan=scoped())
    def begin(self, plan: Plan) -> None:
        self.open(plan)

    @invariant()
    def nothing_is_open_inside_what_is_not(self) -> None:
        state = self.case.state
        for name, mark in state.marks.items():
            within = self.plan.steps[name].within
            if mark.status == OPEN and within:
                assert state.marks[within].status == OPEN, f"{name} outlives {within}"

    @invariant()
    def an_open_scope_has_something_to_do_inside(self) -> None:
        state = self.case.state
        for name in self.plan.scopes:
            if state.marks[name].status == OPEN:
                inside = self.plan.steps[name].inside
                assert any(state.marks[child].status == OPEN for child in inside), name


TestScopedProtocol = ScopedProtocol.TestCase
TestScopedProtocol.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=_QUIET,
    phases=_SHORT,
)


class ScopedProtocolAtLength(ScopedProtocol):
    """The same, for minutes rather than seconds."""


TestScopedProtocolAtLength = pytest.mark.slow(ScopedProtocolAtLength.TestCase)
TestScopedProtocolAtLength.settings = settings(
    max_examples=2_000, stateful_step_count=40, deadline=None, suppress_health_check=_QUIET
)
