"""What BPMN cannot say of a protocol, one named loss after the other."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.drawing.conditions import Conditions
from protocols.drawing.graph import Loss
from protocols.drawing.structure import Structure
from protocols.engine.plan import Plan, StepPlan
from protocols.language.durations import Duration

_DAYS = {"day": "D", "working day": "D", "week": "W", "month": "M", "year": "Y"}
_CLOCK = {"second": "S", "minute": "M", "hour": "H"}


def iso(length: Duration) -> str:
    """An ISO 8601 duration. Working days are counted as days: a named loss."""
    if length.unit in _CLOCK:
        return f"PT{length.n}{_CLOCK[length.unit]}"
    return f"P{length.n}{_DAYS[length.unit]}"


def losses(plan: Plan, structure: Structure, conditions: Conditions) -> Iterator[Loss]:
    """Every loss of the plan, by step."""
    for step in plan.steps.values():
        yield from _of_step(step, structure)
        yield from _of_flow(plan, step, structure, conditions)
        yield from _of_outcomes(plan, step, structure, conditions)
    for name in plan.events:
        yield from _of_event(plan, name, structure)


def _of_step(plan: StepPlan, structure: Structure) -> Iterator[Loss]:
    name, step = plan.name, plan.step
    if step.when:
        yield Loss(
            name,
            "guard",
            f"la condizione «{step.when}» (CEL) va data come variabile when_{name}",
            f"the guard “{step.when}” (CEL) is to be given as the variable when_{name}",
        )
    if plan.copies:
        yield Loss(
            name,
            "copies",
            f"si disegnano {len(plan.copies)} sottoprocessi uguali: quanti siano lo dicono i dati",
            f"{len(plan.copies)} equal sub-processes are drawn: the data say how many there are",
        )
    elif step.each:
        yield Loss(
            name,
            "added_later",
            "i compiti che si aggiungono a passo aperto non sono previsti",
            "tasks that are added while the step is open are not foreseen",
        )
    if step.enough and step.rest == "welcome":
        yield Loss(
            name,
            "quorum",
            f"dopo {step.enough} risposte le altre sono tolte, qui restano gradite",
            f"after {step.enough} answers the others are withdrawn; here they are still welcome",
        )
    if step.optional:
        yield Loss(
            name,
            "optional",
            "un passo facoltativo aperto tiene aperto il processo",
            "an optional step that is open keeps the process open",
        )
    if (
        step.during
        and step.during != step.within
        and name not in structure.regions.get(step.during, ())
    ):
        yield Loss(
            name,
            "milestone",
            f"non è tolto quando si conclude «{step.during}»",
            f"it is not withdrawn when “{step.during}” is done",
        )
    if step.race and not any(name in members for members in structure.races.values()):
        yield Loss(
            name,
            "race",
            "chi arriva per primo non toglie gli altri: si aprono da condizioni diverse",
            "the first does not withdraw the others: they open on different conditions",
        )
    if step.one_at_a_time:
        yield Loss(
            name,
            "one_at_a_time",
            "che se ne faccia uno alla volta è solo scritto",
            "that they are done one at a time is only written down",
        )
    if step.signed_by > 1:
        yield Loss(
            name,
            "signatures",
            f"che firmino in {step.signed_by} è solo scritto",
            f"that {step.signed_by} persons sign it is only written down",
        )
    yield from _of_time(plan)


def _of_time(plan: StepPlan) -> Iterator[Loss]:
    name, step = plan.name, plan.step
    lengths = [step.due.within] if step.due else []
    lengths += [rung.after for rung in step.due.overdue] if step.due else []
    lengths += [step.starts.duration] if step.starts else []
    lengths += [step.every] if step.every else []
    if any(length.unit == "working day" and length.n for length in lengths):
        yield Loss(
            name,
            "working_days",
            "i giorni lavorativi sono contati come giorni di calendario",
            "working days are counted as calendar days",
        )
    if step.due and (step.due.of or step.due.when):
        yield Loss(
            name,
            "deadline_anchor",
            "il termine corre dall'apertura, non dalla data indicata",
            "the deadline runs from the opening, not from the date that is meant",
        )
    if step.due and (step.due.remind or len(step.due.overdue) > 1):
        yield Loss(
            name,
            "ladder",
            "promemoria e gradini di sollecito sono solo scritti",
            "reminders and the ladder of escalation are only written down",
        )
    if step.starts and (step.starts.side == "before" or "." in step.starts.anchor):
        yield Loss(
            name,
            "date_in_data",
            f"la data «{step.starts}» va calcolata da chi esegue",
            f"the date “{step.starts}” is to be worked out by whoever runs it",
        )
    if step.first and step.first != step.every:
        yield Loss(
            name,
            "first_time",
            "la prima volta ha la stessa distanza delle altre",
            "the first time has the same distance as the others",
        )


def _of_flow(
    plan: Plan, step: StepPlan, structure: Structure, conditions: Conditions
) -> Iterator[Loss]:
    scope = structure.scope[step.name]
    local = frozenset(structure.within(scope)) if scope else frozenset[str]()
    if conditions.wiring(step.name, local).early:
        yield Loss(
            step.name,
            "opens_early",
            "qui si apre appena basta, in BPMN quando nulla può più arrivare",
            "here it opens as soon as enough is done, in BPMN once nothing more can arrive",
        )
    for source in step.formula.steps if step.formula else ():
        if structure.scope[source] != scope:
            yield Loss(
                step.name,
                "crosses_event",
                f"non vede «{source}», che sta nel sottoprocesso di un evento",
                f"it does not see “{source}”, which stands in an event's sub-process",
            )
    for event in step.opened_by:
        if event != scope:
            yield Loss(
                step.name,
                "opened_by_event",
                f"l'evento «{event}» non lo apre",
                f"the event “{event}” does not open it",
            )


def _of_outcomes(
    plan: Plan, step: StepPlan, structure: Structure, conditions: Conditions
) -> Iterator[Loss]:
    scope = structure.scope[step.name]
    for key, outcome in step.outcomes.items():
        if outcome.at_most and step.scope:
            yield Loss(
                step.name,
                "loop_limit",
                f"con l'esito «{key}» si torna sempre indietro, non un certo numero di volte",
                f"the outcome “{key}” always goes back, not a certain number of times",
            )
        elif outcome.at_most or outcome.when:
            yield Loss(
                step.name,
                "outcome_limit",
                f"i limiti dell'esito «{key}» sono solo scritti",
                f"the limits of the outcome “{key}” are only written down",
            )
        if outcome.cancels:
            yield Loss(
                step.name,
                "cancels",
                f"l'esito «{key}» non toglie i passi: {', '.join(outcome.cancels)}",
                f"the outcome “{key}” does not take away: {', '.join(outcome.cancels)}",
            )
        if outcome.resumes:
            yield Loss(
                step.name,
                "clocks",
                "i termini non si fermano e non ripartono",
                "clocks do not stand still and run again",
            )
        if outcome.ends and scope and not step.within:
            yield Loss(
                step.name,
                "ends_case",
                f"l'esito «{key}» chiude il sottoprocesso, non il caso",
                f"the outcome “{key}” ends the sub-process, not the case",
            )
        if not outcome.again:
            continue
        if structure.scope[outcome.again] != scope:
            yield Loss(
                step.name,
                "round_elsewhere",
                f"non può far rifare «{outcome.again}» da qui",
                f"it cannot have “{outcome.again}” done again from here",
            )
        elif _leaves_open(plan, step.name, outcome.again, key, conditions):
            yield Loss(
                step.name,
                "new_round",
                f"rifare «{outcome.again}» non toglie ciò che vi è aperto",
                f"doing “{outcome.again}” again does not withdraw what is open there",
            )


def _leaves_open(plan: Plan, name: str, target: str, outcome: str, conditions: Conditions) -> bool:
    """Whether something that a round resets could be open beside the step that starts it."""
    mine = {**conditions.needs(name), name: frozenset({outcome})}
    return any(
        other not in (name, target, *plan.steps[name].inside)
        and other not in mine
        and not conditions.exclusive(mine, conditions.needs(other))
        for other in plan.steps[target].closure
    )


def _of_event(plan: Plan, name: str, structure: Structure) -> Iterator[Loss]:
    event = plan.events[name].event
    if event.pauses:
        yield Loss(name, "clocks", "i termini non si fermano", "clocks do not stand still")
    if event.reopens:
        yield Loss(
            name,
            "reopening",
            "un processo concluso non si riapre",
            "a process that has ended is not opened again",
        )
    elif event.again:
        yield Loss(
            name,
            "round_elsewhere",
            f"non può far rifare «{event.again}»",
            f"it cannot have “{event.again}” done again",
        )
    if event.source or event.after or event.at_most or (event.during and not event.completes):
        yield Loss(
            name,
            "event_condition",
            "quando l'evento è possibile è solo scritto",
            "when the event is possible is only written down",
        )
    if event.keeps:
        yield Loss(
            name,
            "kept_event",
            "un evento che arriva prima non è conservato",
            "an event that comes early is not kept",
        )
