"""Case events: when they may happen, and what they do."""

from __future__ import annotations

from typing import Any

from protocols.engine import events as e
from protocols.engine.completing import (
    Impossible,
    complete_by_event,
    end,
    settle,
    why_not_outcome,
)
from protocols.engine.plan import EventPlan, StepPlan
from protocols.engine.run import Run
from protocols.language.formula import DONE, OPEN, OUT
from protocols.reading.words import condition, duration, step_title
from protocols.text import Text


def why_not(run: Run, plan: EventPlan) -> Text | None:
    """Why a case event cannot happen now; None if it can."""
    event, state = plan.event, run.state
    if state.ended:
        if event.reopens is None:
            return Text(it="il caso è chiuso", en="the case has ended")
        limit = run.timing.after(event.reopens, state.ended_at or run.now)
        if run.now > limit or state.silent:
            return Text(
                it=f"il rientro è possibile entro {duration(event.reopens).it} dalla chiusura",
                en=f"re-entry is possible within {duration(event.reopens).en} of the end",
            )
        return None
    if event.reopens is not None and plan.formula is None:
        return Text(it="il caso è aperto", en="the case is open")
    if event.source and state.attributes.get("source") not in event.source:
        kinds = ", ".join(event.source)
        return Text(
            it=f"riguarda solo le segnalazioni da: {kinds}", en=f"only for referrals from: {kinds}"
        )
    if event.during and state.marks[event.during].status != OPEN:
        around = step_title(run.plan.protocol, event.during)
        return Text(
            it=f"è possibile solo durante {around.it}", en=f"possible only during {around.en}"
        )
    if plan.formula and plan.formula.evaluate(state.marks) is not True:
        then = condition(run.plan.protocol, plan.formula.text)
        return Text(it=f"è possibile solo dopo {then.it}", en=f"possible only after {then.en}")
    if event.at_most and state.happened.get(plan.name, {}).get("count", 0) >= event.at_most:
        return Text(
            it=f"può accadere al massimo {event.at_most} volte",
            en=f"may happen {event.at_most} times at most",
        )
    return None


def happen(
    run: Run, name: str, data: dict[str, Any], personal: dict[str, Any] | None = None
) -> None:
    """Let a case event happen. Raises Impossible, FactError."""
    plan = run.plan.events[name]
    reason = why_not(run, plan)
    if reason is not None:
        raise Impossible("event_not_possible", reason.it, reason.en)
    event = plan.event
    wanted = [(step, outcome) for step, outcome in plan.wanted_by if _wants(run, step, outcome)]
    kept = event.keeps and not wanted
    data = run.filled(name, plan.fills, data)
    run.emit(e.CaseEventHappened(name, data, personal or {}, kept))
    run.record(event.records, name, "", data)
    if event.pauses and name not in run.state.pauses:
        run.emit(e.ClocksPaused(name))
    if event.reopens is not None:
        run.emit(e.EpisodeStarted(run.state.episode + 1, name))
        # The end left undecided what depended on the steps that it put out.
        run.look_at(run.plan.names)
    for step, outcome in plan.wanted_by:
        complete_by_event(run, step, outcome, data, name, kept=False)
    if run.state.ended:
        return
    if plan.within and run.state.marks[plan.within].status != OPEN:
        # What it completed has ended the sub-protocol that it belongs to.
        settle(run)
        return
    run.cancel(event.cancels, name)
    for step in event.opens:
        _open_by_event(run, run.plan.steps[step], name)
    if event.ends:
        end(run, plan.within, event.ends, event.silently)
    elif event.again:
        run.restart(event.again, name)
    settle(run)


def _wants(run: Run, step: str, outcome: str) -> bool:
    plan = run.plan.steps[step]
    return run.state.marks[step].status == OPEN and not why_not_outcome(run, plan, outcome)


def _open_by_event(run: Run, plan: StepPlan, event: str) -> None:
    status = run.state.marks[plan.name].status
    if status == OPEN or run.state.ended:
        return
    if status in (DONE, OUT):
        run.start_round(plan.name, event)
    run.open_step(plan)
