"""From what the searches saw to findings."""

from __future__ import annotations

from protocols.checker.behaviour import Behaviour
from protocols.checker.report import Notes, Severity
from protocols.checker.words import outcome_title, seen_from
from protocols.engine.plan import Plan
from protocols.text import Text


def verdicts(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    """Every finding that rests on what the engine did."""
    _failures(behaviour, notes)
    _facts(plan, behaviour, notes)
    _dead(plan, behaviour, notes)
    _stuck(plan, behaviour, notes)
    _missing(plan, behaviour, notes)
    _nowhere(plan, behaviour, notes)
    _pauses(plan, behaviour, notes)


def _title(plan: Plan, name: str) -> tuple[str, str]:
    part = plan.protocol.steps.get(name) or plan.protocol.events[name]
    return part.title.it, part.title.in_("en")


def _failures(behaviour: Behaviour, notes: Notes) -> None:
    for (step, outcome), (node, kind) in behaviour.seen.failures.items():
        where = ("steps", step) if outcome else ("events", step) if step else ()
        notes.add(
            "cannot-run", where,
            Text(
                f"Il motore non riesce ad andare avanti da qui ({kind}): di solito un termine o "
                "una distanza fuori misura.",
                f"The engine cannot go on from here ({kind}): usually a term or a distance out of "
                "all measure.",
            ),
            Text("Accorciare durate e distanze.", "Shorten durations and distances."),
            node.history(),
        )  # fmt: skip
    if behaviour.seen.open_after_end:
        notes.add(
            "open-after-end", ("steps",),
            Text("Dopo la fine qualcosa resta aperto.", "Something stays open after the end."),
            Text("Segnalarlo a chi cura il motore.", "Tell those who keep the engine."),
            behaviour.seen.open_after_end.history(),
        )  # fmt: skip


def _facts(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    for (name, outcome), (node, reason) in behaviour.seen.facts.items():
        section = "steps" if name in plan.steps else "events"
        if notes.has_under("fact-mistyped", (section, name, "records")):
            continue
        it, en = _title(plan, name)
        by = f" con esito «{outcome}»" if outcome else ""
        by_en = f" with outcome “{outcome}”" if outcome else ""
        notes.add(
            "fact-incomplete", (section, name, "records"),
            Text(
                f"«{it}»{by} non si può concludere: al fatto manca un dato ({reason}).",
                f"“{en}”{by_en} cannot be completed: a datum of the fact is missing ({reason}).",
            ),
            Text(
                "Rendere obbligatorio il campo (required o requires), o indicarlo in fields.",
                "Make the field required (required or requires), or name it in fields.",
            ),
            node.history(),
        )  # fmt: skip


def _dead(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    seen = behaviour.seen
    halted = _halted(behaviour)
    for name, step in plan.steps.items():
        if halted & behaviour.cones.of(name):
            continue
        it, en = _title(plan, name)
        if behaviour.never_opens(name):
            if any(_sooner(plan, behaviour, other, name) for other in behaviour.cones.of(name)):
                # It is dead because another is: that one is told.
                continue
            severity: Severity = "error" if behaviour.sure(behaviour.guards_of(name)) else "warning"
            notes.add(
                "dead-step", ("steps", name),
                Text(
                    f"«{it}» non può mai aprirsi: la sua condizione non diventa mai vera.",
                    f"“{en}” can never open: its condition never becomes true.",
                ),
                Text(
                    "Correggere 'after', 'when' o 'during', o togliere il passo.",
                    "Correct 'after', 'when' or 'during', or remove the step.",
                ),
                _nearest_history(behaviour, name), severity,
            )  # fmt: skip
            continue
        for outcome in step.outcomes:
            failed = (name, outcome) in seen.facts or (name, outcome) in seen.failures
            if failed or not behaviour.never_done(name, outcome) or name not in seen.opened:
                continue
            if name in behaviour.stuck:
                continue
            by_people = step.step.role or step.step.automation or step.step.each
            if step.scope or not (by_people or step.step.waits_for):
                continue
            sure = behaviour.sure(behaviour.guards_of(name))
            notes.add(
                "dead-outcome", ("steps", name, "outcomes", outcome),
                Text(
                    f"«{it}» non può mai concludersi con «{outcome_title(step.step, outcome).it}».",
                    f"“{en}” can never be done with "
                    f"“{outcome_title(step.step, outcome).en}”.",
                ),
                Text(
                    "Correggere la condizione dell'esito, o togliere l'esito.",
                    "Correct the outcome's condition, or remove the outcome.",
                ),
                seen.opened[name].history(), "error" if sure else "warning",
            )  # fmt: skip
    for name, event in plan.events.items():
        within = event.event.during
        if name in seen.possible or (within and behaviour.never_opens(within)):
            continue
        if behaviour.whole:
            it, en = _title(plan, name)
            notes.add(
                "dead-event", ("events", name),
                Text(f"«{it}» non può mai accadere.", f"“{en}” can never happen."),
                Text(
                    "Correggere 'after' o 'during', o togliere l'evento.",
                    "Correct 'after' or 'during', or remove the event.",
                ),
            )  # fmt: skip


def _sooner(plan: Plan, behaviour: Behaviour, other: str, name: str) -> bool:
    """Whether the other's death explains this one's. Of those that wait for one another in a circle
    the first that is written does."""
    if other == name or not behaviour.never_opens(other):
        return False
    circle = name in behaviour.cones.of(other)
    return not circle or plan.names.index(other) < plan.names.index(name)


def _halted(behaviour: Behaviour) -> set[str]:
    """Steps that the engine could not complete: told already, with all that follows."""
    seen = behaviour.seen
    return {step for step, _ in (*seen.facts, *seen.failures)}


def _nearest_history(behaviour: Behaviour, step: str) -> tuple[Text, ...]:
    """The history after which the step is known not to happen, or as near as one gets."""
    formula = behaviour.plan.steps[step].formula
    before = [behaviour.seen.opened.get(read) for read in (formula.steps if formula else ())]
    histories = [node.history() for node in before if node is not None]
    return max(histories, key=len, default=())


def _stuck(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    halted = _halted(behaviour)
    for name, node in behaviour.stuck.items():
        if name in halted:
            continue
        it, en = _title(plan, name)
        outcomes = plan.steps[name].outcomes
        if plan.steps[name].step.waits_for:
            why = f"aspetta «{plan.steps[name].step.waits_for}», che non può più accadere"
            why_en = f"it waits for “{plan.steps[name].step.waits_for}”, which can happen no more"
        elif node.state.pauses:
            why, why_en = "i termini sono fermi e nulla li fa ripartire", "the clocks stand still"
        elif any(outcome.again and not outcome.at_most for outcome in outcomes.values()):
            why, why_en = "si può solo tornare indietro", "one can only go back"
        else:
            why, why_en = (
                "nessuno dei suoi esiti è più possibile",
                "none of its outcomes is possible",
            )
        notes.add(
            "stuck", ("steps", name),
            Text(
                f"Il caso non può più finire: «{it}» resta aperto, {why}.",
                f"The case can end no more: “{en}” stays open, {why_en}.",
            ),
            Text(
                "Dare al passo un esito che sia sempre possibile.",
                "Give the step an outcome that is always possible.",
            ),
            node.history(),
        )  # fmt: skip


def _missing(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    for (place, path, whole), node in behaviour.seen.missing.items():
        step = str(place[1])
        path = seen_from(plan, step, path)
        name = path.split(".")[0]
        if whole and name in plan.events:
            notes.add(
                "data-not-there", place,
                Text(
                    f"La condizione legge «{path}», ma i dati di un evento si leggono in "
                    f"«events.{path}».",
                    f"The condition reads “{path}”, but an event's data are read in "
                    f"“events.{path}”.",
                ),
                Text(f"Scrivere events.{path}.", f"Write events.{path}."), node.history(),
            )  # fmt: skip
        elif whole:
            notes.add(
                "data-not-there", place,
                Text(
                    f"La condizione di «{step}» legge «{path}», che può non esserci ancora.",
                    f"The condition of “{step}” reads “{path}”, which may not be there yet.",
                ),
                Text(
                    f"Aspettare «{name}» in 'after', o chiedere prima has({path}).",
                    f"Wait for “{name}” in 'after', or ask has({path}) first.",
                ),
                node.history(),
            )  # fmt: skip
        else:
            notes.add(
                "field-may-be-missing", place,
                Text(
                    f"La condizione di «{step}» legge «{path}», che è facoltativo: se manca la "
                    "condizione è falsa.",
                    f"The condition of “{step}” reads “{path}”, which is optional: where it is "
                    "missing the condition is false.",
                ),
                Text(
                    f"Rendere il campo obbligatorio, o chiedere prima has({path}).",
                    f"Make the field required, or ask has({path}) first.",
                ),
                node.history(), "warning",
            )  # fmt: skip


def _waited_for(plan: Plan) -> frozenset[tuple[str, str | None]]:
    """The (step, outcome) pairs for which some step or event waits; None for any outcome."""
    formulas = [part.formula for part in plan.steps.values()]
    formulas += [event.formula for event in plan.events.values()]
    return frozenset(atom for formula in formulas if formula for atom in formula.atoms)


def _nowhere(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    """An outcome that ends all without a name, beside others from which the path goes on."""
    every = [o for step in plan.steps.values() for o in step.outcomes.values()]
    named = any(o.ends or o.result for o in every)
    waited = _waited_for(plan)
    gone_on_from = {step for step, _ in waited}
    for (step, outcome), node in behaviour.seen.ran_out.items():
        what = plan.steps[step].outcomes[outcome]
        effect = what.ends or what.again or what.result or what.resumes or what.cancels
        if effect or plan.steps[step].dormant or waited & {(step, outcome), (step, None)}:
            continue
        if plan.steps[step].within:
            # Where it leads is said by the step that uses the protocol.
            continue
        if step not in gone_on_from:
            continue
        it, en = _title(plan, step)
        shown = outcome_title(plan.steps[step].step, outcome)
        notes.add(
            "leads-nowhere", ("steps", step, "outcomes", outcome),
            Text(
                f"Dopo «{it}» con esito «{shown.it}» non c'è più nulla da fare e il caso finisce "
                "senza un motivo.",
                f"After “{en}” with outcome “{shown.en}” nothing is left to do and the case ends "
                "without a reason.",
            ),
            Text(
                "Scrivere 'ends' o 'result' nell'esito, o un passo che lo segua.",
                "Write 'ends' or 'result' in the outcome, or a step that follows it.",
            ),
            node.history(), "error" if named else "warning",
        )  # fmt: skip


def _pauses(plan: Plan, behaviour: Behaviour, notes: Notes) -> None:
    for name, event in plan.events.items():
        if not event.event.pauses:
            continue
        resumed = any(
            outcome.resumes
            for step in event.event.opens
            for outcome in plan.steps[step].outcomes.values()
        )
        if resumed or (event.event.opens and event.event.ends):
            continue
        it, en = _title(plan, name)
        node = behaviour.seen.possible.get(name)
        notes.add(
            "pause-never-ends", ("events", name, "pauses"),
            Text(
                f"«{it}» ferma i termini e nessun passo che apre li fa ripartire.",
                f"“{en}” stops the clocks and no step that it opens sets them going again.",
            ),
            Text(
                "Aprire un passo che abbia un esito con «resumes: clocks».",
                "Open a step with an outcome that says “resumes: clocks”.",
            ),
            node.history() if node else (),
            "warning" if event.event.opens or event.event.ends else "error",
        )  # fmt: skip
