"""The control-flow patterns: one small protocol each, what it must allow and what it must refuse.

Numbered as in the workflow patterns catalogue (Russell, ter Hofstede, van der Aalst, Mulyar, 2006).
A trace is a list of acts: `step`, `step.outcome`, `step#member`, `!event`; or `{do: …, data: …,
by: …}`, `{claim: …}`, `{release: …}`, `{add: step, member: …}`, `{wait: days}`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from domain.case import commands as c
from protocols.engine.plan import Plan
from protocols.language.load import read_protocol
from tests.engine import gwt

FOLDER = Path(__file__).parent


class Pattern(NamedTuple):
    """`text` is the protocol; `allowed` and `refused` its traces."""

    number: int
    name: str
    text: str
    allowed: list[dict[str, Any]]
    refused: list[dict[str, Any]]

    @property
    def plan(self) -> Plan:
        return read_protocol(self.text, f"{self.name}.yaml")

    @property
    def shown(self) -> str:
        """Its forms, steps and events, without what every protocol has."""
        body = self.text.split("\nroles:\n", 1)[1].split("\n", 1)[1]
        return body.rstrip()


def patterns() -> list[Pattern]:
    found = []
    for path in sorted(FOLDER.glob("[0-9][0-9]_*.yaml")):
        if path.name.endswith(".traces.yaml"):
            continue
        traces = yaml.safe_load(path.with_suffix(".traces.yaml").read_text(encoding="utf-8"))
        number = int(path.name[:2])
        text = path.read_text(encoding="utf-8")
        found.append(Pattern(number, path.stem, text, traces["allowed"], traces["refused"]))
    return found


def act(case: gwt.Given, wanted: str | dict[str, Any]) -> tuple[gwt.Given, c.Command]:
    """The case at the moment of the act, and the command that it is."""
    if isinstance(wanted, str):
        wanted = {"do": wanted}
    if "by" in wanted:
        case = case.by(c.Actor(wanted["by"], case.actor.holds))
    if "wait" in wanted:
        return case.on(case.now + timedelta(days=wanted["wait"])), gwt.pass_time()
    if "claim" in wanted:
        return case, gwt.claim(wanted["claim"])
    if "release" in wanted:
        return case, gwt.release(wanted["release"])
    if "add" in wanted:
        return case, gwt.add_member(wanted["add"], wanted["member"])
    name, data = wanted["do"], wanted.get("data", {})
    if name.startswith("!"):
        return case, gwt.event(name[1:], **data)
    task, _, outcome = name.partition(".")
    return case, gwt.complete(task, outcome or "done", **data)


def played(plan: Plan, trace: list[str | dict[str, Any]]) -> gwt.Given:
    """The case after these acts, each of which must be accepted."""
    case = gwt.given(plan)
    for wanted in trace:
        case, command = act(case, wanted)
        case = case.did(command)
    return case
