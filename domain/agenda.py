"""The agenda of a case: what the workflow must wait for or do. Plain values, nothing personal."""

from __future__ import annotations

from datetime import datetime

import msgspec

from domain.case.state import CaseState
from domain.disclosure.ledger import next_expiry
from protocols.engine.agenda import next_moment
from protocols.engine.plan import Plan
from protocols.territory import Territory


class AutomationDue(msgspec.Struct, frozen=True):
    """`task` to be done by the machine by running `automation`; `attempts`, `pause` seconds."""

    task: str
    step: str
    round: int
    automation: str
    attempts: int
    pause: float
    title: str


class OpenTask(msgspec.Struct, frozen=True):
    task: str
    title: str
    role: str
    due: datetime | None


class Agenda(msgspec.Struct, frozen=True):
    """`next_at`/`next_label`: the nearest instant at which something is due, and what (for the
    timer's summary); None while clocks are paused or nothing is due. `now`: the case clock."""

    case: str
    version: int
    episode: int
    protocol: str
    stage: str
    district: int
    ended: str
    paused: bool
    now: datetime
    next_at: datetime | None
    next_label: str
    automations: tuple[AutomationDue, ...]
    open: tuple[OpenTask, ...]


_LABELS = {
    "opens": "apertura",
    "remind": "promemoria",
    "escalate": "scadenza",
}


def agenda_of(state: CaseState, plan: Plan, now: datetime, territory: Territory) -> Agenda:
    """Pure. `stage` is that of the last opened step that has one."""
    assert state.opened is not None
    moment = next_moment(state)
    automations, opened, stage = [], [], ""
    steps = plan.protocol.steps
    for task in state.open_tasks() if not state.ended else ():
        step = steps[task.step]
        stage = step.stage or stage
        # While the person's data are restricted nothing is sent or worked out.
        if task.automation and step.automation and state.restriction is None:
            automations.append(
                AutomationDue(
                    task.key,
                    task.step,
                    task.round,
                    task.automation,
                    step.automation.attempts,
                    float(step.automation.pause.seconds),
                    step.title.it,
                )
            )
        opened.append(OpenTask(task.key, step.title.it, task.role, task.due))
    label = ""
    if moment is not None:
        step = steps[state.tasks[moment.task].step]
        label = f"{_LABELS[moment.kind]}: {step.title.it} ({moment.task.split('#')[0]})"
    next_at = moment.at if moment else None
    # What the person authorised comes to its end also while other clocks stand still.
    expiry = None
    if not state.ended:
        warn = territory.access.warn_before_expiry_days
        expiry = next_expiry(state.disclosures, territory.timezone, warn)
    if expiry is not None and (next_at is None or expiry < next_at):
        next_at, label = expiry, "scadenza di un'autorizzazione"
    return Agenda(
        str(state.id),
        state.version,
        state.episode,
        plan.protocol.type_name,
        stage,
        int(state.attributes["district"]),
        state.ended,
        state.paused,
        now,
        next_at,
        label,
        tuple(automations),
        tuple(opened),
    )
