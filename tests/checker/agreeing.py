"""Where the checker and the plain search of everything disagree about a protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from protocols.checker.behaviour import Budget
from protocols.checker.check import check
from protocols.checker.cone import Cones
from protocols.checker.demands import Demands
from protocols.checker.reads import Reads
from protocols.checker.report import Finding
from protocols.engine.plan import Plan
from protocols.language.load import read
from tests.checker import tiny
from tests.checker.brute import Everything
from tests.engine.gwt import TERRITORY

# Searches of the checker: every order, one order of what commutes, each step by itself.
SEARCHES = {
    "exact": Budget(exact=5000, reduced=0, cone=0, seconds=20),
    "reduced": Budget(exact=0, reduced=5000, cone=5000, seconds=20),
    "by cones": Budget(exact=0, reduced=0, cone=5000, seconds=20),
}


class Compared(NamedTuple):
    """`whole`: whether all that can happen was tried; `differences`: (about what, what is so)."""

    whole: bool
    states: int
    sound: bool
    differences: list[tuple[str, str]]


def compare(document: dict[str, Any], most: int) -> Compared:
    """What the checker says, by each of its searches, beside what happens in at most so many
    states. Raises DocumentError where the document cannot be read."""
    reading = read(json.dumps(document), "tiny.yaml")
    plan = reading.plan
    tried = Everything(plan, tiny.attributes(document), tiny.answers(document), most)
    differences = []
    for name, budget in SEARCHES.items():
        report = check(plan, TERRITORY, reading.document, budget=budget)
        found = list(_of_findings(report.findings, tried))
        if tried.whole and len(report.not_explored) <= (name == "by cones"):
            found += _not_told(plan, report.findings, tried, name)
        differences += [(f"{name}: {kind}", what) for kind, what in found]
    dead = set(plan.names) - tried.opened
    sound = tried.whole and not (tried.stuck or tried.again or tried.early or dead)
    return Compared(tried.whole, len(tried.places), sound, differences)


def _of_findings(findings: tuple[Finding, ...], tried: Everything) -> Iterator[tuple[str, str]]:
    """Findings that the search contradicts."""
    for finding in findings:
        path = finding.where.split(".")
        step, outcome = finding.step, path[-1]
        if finding.rule == "dead-step" and step in tried.opened:
            yield "dead-step", f"{step} opens"
        if finding.rule == "dead-outcome" and (step, outcome) in tried.done:
            yield "dead-outcome", f"{finding.where} is possible"
        if finding.rule == "dead-event" and outcome in tried.possible:
            yield "dead-event", f"{outcome} happens"
        if tried.whole:
            if finding.rule == "stuck" and tried.stuck is None:
                yield "stuck", f"{step}: there is always a way"
            error = finding.severity == "error"
            if finding.rule == "unbounded-loop" and error and (step, outcome) not in tried.again:
                yield "unbounded-loop", f"{finding.where} comes to an end"
            if finding.rule == "data-not-there" and not tried.early:
                yield "data-not-there", f"{step} reads nothing early"


def _not_told(
    plan: Plan, findings: tuple[Finding, ...], tried: Everything, search: str
) -> Iterator[tuple[str, str]]:
    """What the search saw and nobody told."""
    told = {(f.rule, f.where) for f in findings}
    rules = {rule for rule, _ in told}
    dead = {where.split(".")[1] for rule, where in told if rule == "dead-step"}
    if search == "by cones" and not all(step.blocking for step in plan.steps.values()):
        # Whether the case is still open is not known there.
        return
    cones = Cones(plan, Reads(plan), Demands(plan))
    for name, step in plan.steps.items():
        if name in tried.opened:
            places = {o: f"steps.{name}.outcomes.{o}" for o in step.outcomes}
            yield from (
                ("dead-outcome untold", at)
                for outcome, at in places.items()
                if (name, outcome) not in tried.done
                and ("dead-outcome", at) not in told
                and "stuck" not in rules
            )
        elif not dead & (dead if search == "by cones" else cones.of(name)):
            # That which is dead because another is need not be told.
            yield "dead-step untold", name
    if not dead and search != "by cones":
        for name in set(plan.events) - tried.possible:
            if ("dead-event", f"events.{name}") not in told:
                yield "dead-event untold", name
    if tried.stuck and not rules & {"stuck", "unbounded-loop"}:
        yield "stuck untold", str(tried.stuck.history())
    ways = {tuple(at.split(".")[1::2]) for rule, at in told if rule == "unbounded-loop"}
    # Ways that are taken only where another is taken for ever need not be told.
    for step_, outcome in tried.rounds(without=ways):
        yield "unbounded-loop untold", f"{step_}.{outcome}"
    if tried.early and "data-not-there" not in rules:
        yield "data-not-there untold", str(tried.early)
