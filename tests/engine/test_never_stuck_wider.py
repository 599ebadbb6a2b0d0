"""The same proofs for protocols that also cancel, keep, sign twice and do one thing at a time."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from domain.case import commands as c
from domain.case.decide import Ground, open_case
from domain.case.state import CaseState
from domain.conformance import check_case
from domain.log.recorded import Recorded
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.load import read_protocol
from protocols.registry import Registry
from tests.engine import gwt
from tests.engine.generated import protocols
from tests.engine.test_never_stuck import _QUIET, _SHORT, AnyCase

_TABLES = {
    "kind": {
        "title": "Genere",
        "hit": "first",
        "inputs": {"source": {"of": "case.source", "values": ["CPS", "SERT"]}},
        "rules": [{"if": {"source": "CPS"}, "then": "one"}, {"then": "other"}],
    }
}


@st.composite
def wider(draw: st.DrawFn) -> Plan:
    """A random protocol to some of whose steps and events newer words have been added."""
    document: dict[str, Any] = json.loads(draw(protocols()).text)
    document["tables"] = _TABLES
    names = sorted(document["steps"])
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    grouped = []
    for name, step in document["steps"].items():
        by_people = "automation" not in step and "waits_for" not in step
        if by_people and not draw(st.integers(0, 2)):
            grouped.append(name)
        if by_people and not draw(st.integers(0, 4)):
            step["signed_by"] = 2
        if "each" in step and draw(st.booleans()):
            step["each"] += ".person"
        if "enough" in step and draw(st.booleans()):
            step["rest"] = "withdrawn"
        if "when" in step and draw(st.booleans()):
            step["when"] = f"tables.kind == '{draw(st.sampled_from(['one', 'other']))}'"
        for outcome in step["outcomes"]:
            if not draw(st.integers(0, 7)):
                step["outcomes"][outcome] = {"cancels": draw(some)}
    for name in grouped if len(grouped) > 1 else ():
        document["steps"][name]["one_at_a_time"] = "group"
    document["events"]["call"]["keeps"] = draw(st.booleans())
    document["events"]["stop"] = {"title": "Basta", "by": "worker", "cancels": draw(some)}
    return read_protocol(json.dumps(document), "wider/1.0.0.yaml")


class WiderProtocol(AnyCase):
    @initialize(plan=wider())
    def begin(self, plan: Plan) -> None:
        self.open(plan)

    def open(self, plan: Plan) -> None:
        self.start(plan)
        ground = Ground(plan, gwt.TERRITORY, gwt.KNOWN)
        first = open_case(ground, CaseState(gwt.CASE, plan), gwt.opened(plan), self.case.now)
        self.history: list[Recorded] = []
        self.note(first.events, gwt.SYSTEM.id)

    def note(self, bodies: list[e.Body], actor: str) -> None:
        command = UUID(int=len(self.history))
        for body in bodies:
            position = len(self.history) + 1
            self.history.append(
                Recorded(
                    position=position,
                    originator_id=gwt.CASE,
                    originator_version=position,
                    body=body,
                    at=self.case.now,
                    actor=actor,
                    command_id=command,
                )
            )

    def ask(self, command: c.Command) -> gwt.Decided:
        decided = super().ask(command)
        machine = command.actor.is_system or isinstance(command, c.PassTime)
        self.note(decided.events, gwt.SYSTEM.id if machine else self.case.actor.id)
        return decided

    def teardown(self) -> None:
        """Whatever happened, the protocol explains it again from the log alone."""
        registry = Registry([self.plan])
        found = check_case(gwt.CASE, self.history, registry, gwt.TERRITORY).findings
        assert not found, [finding.message.en for finding in found]

    def reads_other_data(self) -> bool:
        """What cancels or is cancelled may come first or last, and that is the meaning of it."""
        return True


TestWiderProtocol = WiderProtocol.TestCase
TestWiderProtocol.settings = settings(
    max_examples=80,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=_QUIET,
    phases=_SHORT,
)
