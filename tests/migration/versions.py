"""Two versions of a small protocol, and cases that move from one to the other."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from protocols.engine.migrating import migrate
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.migration.mapping import Mapping, completed
from protocols.migration.placement import Placement
from protocols.migration.placing import Placer
from tests.engine.gwt import TERRITORY, Given, everybody, protocol

BASE = """\
forms:
  talk:
    title: Colloquio
    fields:
      need: {title: Bisogno, type: choice, options: [work, home], category: social, required: false}
steps:
  talk:
    {title: Colloquio, role: worker, form: talk, outcomes: [simple, complex],
     due: {within: 10 days, remind: 2 days before due, overdue: [chief]}}
  plan: {title: Progetto, role: worker, after: talk.complex}
  sign: {title: Firma, role: worker, after: plan}
  letter: {title: Lettera, role: worker, after: talk.simple}
"""


def version(text: str, number: str = "2.0.0") -> Plan:
    """A plan as `protocol` makes it, with another version."""
    plan = protocol(text)
    return Plan(
        plan.protocol.model_copy(update={"version": number}), plan.text, f"digest of {number}"
    )


def placed(case: Given, new: Plan, mapping: Mapping | None = None, **given: Any) -> Placement:
    """Where the case would stand in `new`; names that are alike are recognised."""
    whole = completed(replace(mapping or Mapping(), **given), case.plan, new)
    return Placer(case.plan, new, whole, TERRITORY, "m").place(case.state, case.now)


def moved(case: Given, new: Plan, **given: Any) -> Given:
    """The case after its move, which must be one."""
    placement = placed(case, new, **given)
    assert placement.verdict == "moves", placement
    assert placement.event is not None
    run = Run(new, case.state, case.now, TERRITORY)
    migrate(run, placement.event)
    return Given(new, run.state, case.now, everybody(new))
