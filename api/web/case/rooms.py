"""Which steps of a protocol are the team's meeting, and which are the personal project. A protocol
says so itself: by the facts that its steps establish."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from protocols import facts
from protocols.engine.plan import Plan
from protocols.language.document import Step


class Project(NamedTuple):
    """`composing`: steps that write the project which another one signs; `signing`: steps that sign
    it, and may write it in the same form; of these `amending` change it while it runs."""

    composing: tuple[str, ...]
    signing: tuple[str, ...]
    amending: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        return (*self.composing, *self.signing)


def project_of(plan: Plan) -> Project:
    steps = plan.protocol.steps
    signing = _establishing(plan, facts.ProjectSigned)
    # Whence a signature takes what is signed: `draft_project.ends_on`.
    read = {
        value.split(".")[0]
        for name in signing
        for record in steps[name].records
        for value in record.fields.values()
        if isinstance(value, str) and "." in value
    }
    composing = tuple(name for name, step in steps.items() if name in read and step.form)
    amending = tuple(name for name in signing if steps[name].during)
    return Project(composing, signing, amending)


def discussing(plan: Plan) -> tuple[str, ...]:
    """The steps in which the team, or whoever rules in its place, decides about the case."""
    return _establishing(plan, facts.CaseDiscussed)


def meeting(plan: Plan) -> tuple[str, ...]:
    """These, and what goes with them: the steps of their stages."""
    steps = plan.protocol.steps
    decided = discussing(plan)
    stages = {steps[name].stage for name in decided} - {None}
    return tuple(name for name, step in steps.items() if step.stage in stages or name in decided)


def room_of(plan: Plan, case: UUID, step: str) -> str:
    """Where all that belongs with a step is seen together: an address, empty where nowhere."""
    if step in meeting(plan):
        return f"/casi/{case}/conferenza"
    return f"/casi/{case}/progetto" if step in project_of(plan).steps else ""


def _establishing(plan: Plan, fact: type[facts.Fact]) -> tuple[str, ...]:
    return tuple(
        name for name, step in plan.protocol.steps.items() if _establishes(step, fact.__name__)
    )


def _establishes(step: Step, fact: str) -> bool:
    return any(record.fact == fact for record in step.records)
