"""Protocols that are sound by construction are not accused; with one thing broken, they are."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocols.checker import Report, check_text
from tests.checker.confined import TERRITORY
from tests.checker.soundly import sound

calm = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def checked(document: dict[str, Any]) -> Report:
    return check_text(json.dumps(document), "sound.yaml", TERRITORY)


@calm
@given(document=sound())
def test_what_is_sound_is_not_accused(document: dict[str, Any]) -> None:
    assert checked(document).findings == ()


@pytest.mark.slow
@settings(calm, max_examples=1500)
@given(document=sound(depth=3))
def test_no_sound_one_of_many_is_accused(document: dict[str, Any]) -> None:
    assert checked(document).findings == ()


# ── one thing broken: where (a step) and what is expected of whom ────────────────────────────────

Steps = dict[str, dict[str, Any]]
Broken = tuple[str, str]  # rule, step


def _nobody_holds_it(steps: Steps, name: str) -> Broken:
    steps[name]["role"] = "mayor"
    return "language", name


def _impossible(steps: Steps, name: str) -> Broken:
    assume(steps[name].get("after"))
    steps[name]["after"] = f"({steps[name]['after']}) and not ({steps[name]['after']})"
    assume("settled" not in steps[name]["after"])
    return "dead-step", name


def _unmeetable(steps: Steps, name: str) -> Broken:
    # A guard is not asked where an event opens the step.
    assume(steps[name].get("after"))
    steps[name]["when"] = "case.minor == true && case.minor != true"
    return "dead-step", name


def _never_this_outcome(steps: Steps, name: str) -> Broken:
    assume("waits_for" not in steps[name] and "every" not in steps[name])
    steps[name]["outcomes"]["never"] = {"when": "case.minor == true && case.minor != true"}
    return "dead-outcome", name


def _no_way_out(steps: Steps, name: str) -> Broken:
    step = steps[name]
    # While the clocks stand still the rest goes on to its end.
    assume(not any(outcome and "resumes" in outcome for outcome in step["outcomes"].values()))
    assume("every" not in step and "during" not in step and "race" not in step)
    step["outcomes"] = {
        key: {**(outcome or {}), "when": "case.minor == true"}
        for key, outcome in step["outcomes"].items()
    }
    return "stuck", name


def _without_limit(steps: Steps, name: str) -> Broken:
    redo = (steps[name]["outcomes"].get("redo") or {}) if steps[name]["outcomes"] else {}
    assume("at_most" in redo)
    del redo["at_most"]
    return "unbounded-loop", name


BREAKING: list[Callable[[Steps, str], Broken]] = [
    _nobody_holds_it, _impossible, _unmeetable, _never_this_outcome, _no_way_out, _without_limit,
]  # fmt: skip


def _is_found(document: dict[str, Any], data: st.DataObject) -> None:
    broken = copy.deepcopy(document)
    name = data.draw(st.sampled_from(sorted(broken["steps"])))
    rule, step = data.draw(st.sampled_from(BREAKING))(broken["steps"], name)
    report = checked(broken)
    assert (rule, step) in {(finding.rule, finding.step) for finding in report.findings}
    # A loop that waits for a date goes round slowly: that is only a warning.
    assert rule == "unbounded-loop" or not report.publishable


@calm
@given(document=sound(), data=st.data())
def test_what_is_broken_is_found(document: dict[str, Any], data: st.DataObject) -> None:
    _is_found(document, data)


@pytest.mark.slow
@settings(calm, max_examples=1500)
@given(document=sound(), data=st.data())
def test_whatever_is_broken_is_found(document: dict[str, Any], data: st.DataObject) -> None:
    _is_found(document, data)
