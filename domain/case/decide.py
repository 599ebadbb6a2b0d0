"""decide(case, command) → events. Pure: no I/O, no clock; a refusal is an exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.case import commands as c
from domain.case.events import TaskAssigned, TaskClaimed, TaskReleased
from domain.case.notes import WriteNote, write_note
from domain.case.standing import standing_for_task, standing_in_roles
from domain.case.state import CaseState, Restriction
from domain.case.unknown import unknown_event, unknown_step
from domain.disclosure import ledger as disclosures
from domain.documents.commands import AttachDocument, WithdrawDocument, attach, withdraw
from domain.emergency.commands import (
    OpenEmergencyAccess,
    ReviewEmergencyAccess,
    open_access,
    review_access,
)
from domain.refusal import FieldProblem, Refused
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import Task
from protocols.facts import FactError
from protocols.language.answers import FieldError, Known, check, text_problem
from protocols.language.document import Protocol
from protocols.language.forms import Form
from protocols.language.formula import OPEN
from protocols.language.sums import totals
from protocols.reading.words import joined, outcome_title, step_title
from protocols.territory import Territory, role_title, staff_name
from protocols.text import Text


class Ground(msgspec.Struct, frozen=True):
    """What a decision may look at besides the case and the command."""

    plan: Plan
    territory: Territory
    known: Known


class Decision(msgspec.Struct, frozen=True):
    """`events` in order; `state` is the case after them; `role` in which the actor acted."""

    events: list[e.Body]
    state: CaseState
    role: str | None


def decide(ground: Ground, state: CaseState, command: c.Command, now: datetime) -> Decision:
    """Raises Refused."""
    if command.expected is not None and command.expected != state.version:
        raise Refused(
            "conflict",
            "case_moved",
            Text(
                "Nel frattempo il caso è andato avanti.", "The case has moved on in the meantime."
            ),
            Text("Rileggerlo e riprovare.", "Read it again and try again."),
        )
    if not isinstance(command, (OpenEmergencyAccess, ReviewEmergencyAccess)):
        refuse_restricted(state.restriction, command.actor, now)
    run = Run(ground.plan, state, now, ground.territory)
    try:
        role = _DECIDERS[type(command)](ground, run, command)
    except moves.Impossible as reason:
        raise Refused("conflict", reason.code, reason.message) from None
    except FactError as error:
        raise Refused(
            "invalid",
            "fact_incomplete",
            Text(f"Mancano dati per registrare il fatto: {error}", f"Data are missing: {error}"),
        ) from None
    return _decision(run, role)


def _decision(run: Run, role: str | None) -> Decision:
    state = run.state
    assert isinstance(state, CaseState)
    state.version += len(run.emitted)
    return Decision(run.emitted, state, role)


def refuse_restricted(restriction: Restriction | None, actor: c.Actor, now: datetime) -> None:
    """Reg. UE 2016/679 art. 18: the data are stored, and time goes on; people do nothing with them
    that is not allowed by name. Raises Refused (conflict)."""
    if restriction is None or actor.is_system or not restriction.binds(actor.id, now):
        return
    raise Refused(
        "conflict",
        "processing_restricted",
        Text(
            "Trattamento limitato (Reg. UE 2016/679 art. 18): i dati di questa persona si "
            "conservano soltanto.",
            "Processing is restricted (GDPR art. 18): this person's data are stored only.",
        ),
        Text(
            "Se c'è il consenso della persona, un diritto da difendere o un interesse pubblico "
            "rilevante, chi tutela i dati può autorizzare chi deve lavorarci.",
            "With the person's consent, for a legal claim or an important public interest, those "
            "who protect data can allow whoever must work on it.",
        ),
    )


def open_case(ground: Ground, state: CaseState, opened: e.CaseOpened, now: datetime) -> Decision:
    """The decision that opens a case; the service has settled who the person is."""
    run = Run(ground.plan, state, now, ground.territory)
    moves.open_case(run, opened)
    return _decision(run, None)


# ── tasks ────────────────────────────────────────────────────────────────────────────────────


def _open_task(run: Run, key: str) -> Task:
    task = run.state.tasks.get(key)
    if task is not None and task.status == OPEN and not run.state.ended:
        return task
    protocol = run.plan.protocol
    title = step_title(protocol, task.step if task else key.partition("#")[0])
    if task is not None and task.status == "done":
        outcome = outcome_title(protocol, task.step, task.outcome or "")
        raise Refused(
            "conflict",
            "task_done",
            Text(
                f"{title.it} è già stato concluso con esito {outcome.it}.",
                f"{title.en} has already been completed with outcome {outcome.en}.",
            ),
            Text("Rileggere il caso.", "Read the case again."),
        )
    if task is None and key.split("#")[0] not in run.plan.steps:
        raise unknown_step(protocol, run.plan.names, key)
    titles = dict.fromkeys(t.step for t in run.state.open_tasks())
    opened = joined(step_title(protocol, step) for step in sorted(titles))
    raise Refused(
        "conflict",
        "step_not_open",
        Text(
            f"{title.it} non è aperto.",
            f"{title.en} is not open.",
        ),
        Text(f"Sono aperti: {opened.it or 'nessuno'}.", f"Open: {opened.en or 'none'}."),
    )


def _not_claimed_by_another(run: Run, task: Task, actor: c.Actor) -> None:
    if task.taken_by and task.taken_by != actor.id:
        holder = staff_name(run.territory, task.taken_by)
        raise Refused(
            "conflict",
            "task_claimed",
            Text(
                f"Il compito è stato preso da {holder}.",
                f"The task has been taken by {holder}.",
            ),
            Text("Chiedere di rilasciarlo.", "Ask them to release it."),
        )


def _answers(
    ground: Ground, form_name: str | None, data: dict[str, Any], requires: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    form = ground.plan.protocol.forms[form_name] if form_name else None
    clean, personal, errors = check(form, data, ground.known, requires)
    if errors:
        raise Refused(
            "invalid",
            "form_invalid",
            Text(
                "Alcuni campi del modulo non vanno bene.", "Some fields of the form are not right."
            ),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(FieldProblem(f"data.{error.field}", error.message) for error in errors),
        )
    return clean, personal


def _complete(ground: Ground, run: Run, command: c.CompleteTask) -> str:
    task = _open_task(run, command.task)
    standing = standing_for_task(run, task, command.actor)
    _not_claimed_by_another(run, task, command.actor)
    plan = run.plan.steps[task.step]
    moves.check_outcome(run, plan, command.outcome)
    requires = plan.outcomes[command.outcome].requires
    signs = plan.step.signed_by > 1 and not command.actor.is_system
    first = task.signature
    if command.actor.is_system or (
        signs and first and first.outcome == command.outcome and not command.data
    ):
        # The second to sign need not answer again what the first did.
        data, personal = dict(command.data), dict[str, Any]()
    else:
        data, personal = _answers(ground, plan.step.form, command.data, requires)
    by = command.actor.id if signs else ""
    moves.complete(run, task.key, command.outcome, data, personal, standing.as_deputy, by)
    return standing.role


def _claim(ground: Ground, run: Run, command: c.ClaimTask) -> str:
    task = _open_task(run, command.task)
    standing = standing_for_task(run, task, command.actor)
    _not_claimed_by_another(run, task, command.actor)
    moves.check_turn(run, task)
    if task.claimed_by != command.actor.id:
        run.emit(TaskClaimed(task.key, command.actor.id))
    return standing.role


def _release(ground: Ground, run: Run, command: c.ReleaseTask) -> str:
    task = _open_task(run, command.task)
    standing = standing_for_task(run, task, command.actor)
    if task.claimed_by:
        run.emit(TaskReleased(task.key))
    return standing.role


def _assign(ground: Ground, run: Run, command: c.AssignTask) -> str:
    task = _open_task(run, command.task)
    standing = standing_for_task(run, task, command.actor)
    _check_reason(command.reason, required=False)
    moves.check_turn(run, task)
    day = run.timing.day_of(run.now)
    holders = [person for person, _ in ground.territory.holders(task.role, task.scope, day)]
    if task.deputy:
        scope = run.scope(task.deputy)
        holders += [person for person, _ in ground.territory.holders(task.deputy, scope, day)]
    if command.to not in holders:
        asked = staff_name(ground.territory, command.to[:60])
        role = role_title(ground.territory, task.role)
        # The id too: who does this by a program has to send it.
        named = (f"{staff_name(ground.territory, each)} ({each})" for each in holders)
        listed = ", ".join(dict.fromkeys(named))
        raise Refused(
            "invalid",
            "not_a_deputy",
            Text(
                f"{asked} non ha per questo caso il ruolo «{role.it}», né supplisce.",
                f"{asked} neither holds “{role.in_('en')}” for this case nor deputises.",
            ),
            Text(
                f"Si può scegliere tra: {listed or 'nessuno'}.",
                f"Choose among: {listed or 'nobody'}.",
            ),
        )
    run.emit(TaskAssigned(task.key, command.to, command.reason))
    return standing.role


def _add_member(ground: Ground, run: Run, command: c.AddMember) -> str:
    _known_step(run, command.step)
    standing = standing_in_roles(
        run, coordinating_roles(run.plan.protocol, command.step), command.actor
    )
    _check_member(ground, run, command)
    moves.add_member(run, command.step, command.member)
    return standing.role


def _check_member(ground: Ground, run: Run, command: c.AddMember) -> None:
    """Of a step with tasks a staff member; of one with sub-protocols what those are for."""
    copies = run.plan.steps[command.step].copies
    inside = run.plan.steps[copies[0]].step.inside if copies else None
    kind = (inside.member if inside else None) or "person"
    known = {
        "person": ground.known.person,
        "host": ground.known.host,
        "service": ground.known.service,
        "comune": ground.known.comune,
    }
    # The member becomes part of tasks' keys, which Temporal and addresses show: never free text.
    if kind not in known and not _CODE.fullmatch(command.member):
        raise Refused(
            "invalid",
            "member_no_code",
            Text(
                "Chi si aggiunge si indica con un codice: lettere minuscole senza accento, cifre, "
                "punto, trattino e trattino basso, al massimo 60. Mai con il nome di una persona.",
                "Who is added is given as a code: plain lower-case letters, digits, full stop, "
                "hyphen and underscore, 60 at most. Never by a person's name.",
            ),
            Text("Usare un codice, come «gruppo-2».", "Use a code, as “group-2”."),
        )
    if kind in known and not known[kind](command.member):
        raise Refused(
            "invalid", "unknown_person",
            Text("Chi si vuole aggiungere non esiste.", "There is nobody of that name to add."),
        )  # fmt: skip


_CODE = re.compile(r"[a-z0-9._-]{1,60}")


def coordinating_roles(protocol: Protocol, step: str) -> tuple[str, ...]:
    """Who may add members to a step: whoever did the step that named the first ones."""
    each = protocol.steps[step].each
    source = protocol.steps.get(each.split(".")[0]) if each else None
    roles = (source.role,) if source and source.role else ()
    return (*roles, *protocol.exceptions.force)


# ── events, exceptions, corrections ──────────────────────────────────────────────────────────


def _report(ground: Ground, run: Run, command: c.ReportEvent) -> str:
    plan = run.plan.events.get(command.event)
    if plan is None:
        raise unknown_event(run.plan.protocol, command.event)
    standing = standing_in_roles(run, plan.event.by, command.actor)
    data, personal = _answers(ground, plan.event.form, command.data)
    moves.happen(run, command.event, data, personal)
    return standing.role


def _known_step(run: Run, step: str) -> None:
    if step not in run.plan.steps:
        raise unknown_step(run.plan.protocol, run.plan.names, step)


def _check_reason(reason: str, *, required: bool = True) -> None:
    problem = text_problem(reason)
    if problem is None and required and len(reason.strip()) < 3:
        problem = Text("serve una motivazione", "a reason is needed")
    if problem is not None:
        raise Refused(
            "invalid", "reason_invalid", Text("La motivazione non va bene.", "The reason is bad."),
            fields=(FieldProblem("reason", problem),),
        )  # fmt: skip


def _exception(kind: str, move: Callable[[Run, str, str], None]) -> Callable[..., str]:
    def decider(ground: Ground, run: Run, command: Any) -> str:
        _known_step(run, command.step)
        allowed = getattr(run.plan.protocol.exceptions, kind)
        standing = standing_in_roles(run, allowed, command.actor)
        _check_reason(command.reason)
        move(run, command.step, command.reason)
        return standing.role

    return decider


def _correct(ground: Ground, run: Run, command: c.CorrectData) -> str:
    _known_step(run, command.step)
    standing = standing_in_roles(run, run.plan.protocol.exceptions.correct, command.actor)
    _check_reason(command.reason)
    recorded = run.state.data.get(command.step)
    if command.instance:
        recorded = run.state.by_instance.get(command.step, {}).get(command.instance)
    if recorded is None:
        raise Refused(
            "conflict", "nothing_recorded",
            Text(f"«{command.step}» non ha ancora dati.", f"“{command.step}” has no data yet."),
        )  # fmt: skip
    form_name = run.plan.steps[command.step].step.form
    form = ground.plan.protocol.forms[form_name] if form_name else None
    changed = set(command.data)
    # Read with what was recorded: a field may be asked only because of another.
    clean, personal, errors = check(form, {**recorded, **command.data}, ground.known)
    errors = [error for error in errors if error.field.split(".")[0].split("[")[0] in changed]
    clean = {name: value for name, value in clean.items() if name in changed}
    errors += [
        FieldError(name, Text("è vuoto, o qui non è richiesto", "it is empty, or not asked here"))
        for name in changed.difference(clean, personal, (error.field for error in errors))
        if not errors
    ]
    if errors or not changed:
        raise Refused(
            "invalid", "form_invalid",
            Text("La correzione non va bene.", "The correction is not right."),
            Text("Indicare i campi da correggere.", "Name the fields to correct."),
            tuple(FieldProblem(f"data.{error.field}", error.message) for error in errors),
        )  # fmt: skip
    clean |= _added_up(form, recorded, clean)
    run.emit(e.DataCorrected(command.step, command.reason, command.instance, clean, personal))
    return standing.role


def _added_up(
    form: Form | None, recorded: Mapping[str, Any], clean: Mapping[str, Any]
) -> dict[str, Any]:
    """The totals that are others once what they add up is corrected."""
    found = totals(form.fields, {**recorded, **clean}) if form else {}
    return {name: value for name, value in found.items() if value != recorded.get(name)}


# ── the machine ──────────────────────────────────────────────────────────────────────────────


def _machine_only(actor: c.Actor) -> str:
    if not actor.is_system:
        raise Refused(
            "forbidden", "machine_only", Text("Lo fa la macchina.", "Only the machine does this.")
        )
    return actor.id


def _pass_time(ground: Ground, run: Run, command: c.PassTime) -> str:
    role = _machine_only(command.actor)
    state, timezone = run.state, ground.territory.timezone
    assert isinstance(state, CaseState)
    over: tuple[e.Body, ...] = ()
    if not state.ended:
        warn = ground.territory.access.warn_before_expiry_days
        over = (
            *disclosures.expired(state.disclosures, run.now, timezone),
            *disclosures.expiring(state.disclosures, run.now, timezone, warn),
        )
    for body in over:
        run.emit(body)
    if not over:
        # What is due besides is due still, and asked for next.
        moves.pass_time(run)
    return role


def _give_up(ground: Ground, run: Run, command: c.GiveUpAutomation) -> str:
    role = _machine_only(command.actor)
    moves.give_up(run, command.task, command.attempts, command.error)
    return role


_DECIDERS: dict[type[c.Command], Callable[[Ground, Run, Any], str]] = {
    c.CompleteTask: _complete,
    c.ReportEvent: _report,
    c.ClaimTask: _claim,
    c.ReleaseTask: _release,
    c.AssignTask: _assign,
    c.AddMember: _add_member,
    c.SkipStep: _exception("skip", moves.skip),
    c.ForceStep: _exception("force", moves.force),
    c.RedoStep: _exception("redo", moves.redo),
    c.CorrectData: _correct,
    WriteNote: lambda ground, run, command: write_note(ground.territory, run, command),
    AttachDocument: lambda ground, run, command: attach(run, command),
    WithdrawDocument: lambda ground, run, command: withdraw(run, command),
    OpenEmergencyAccess: lambda ground, run, command: open_access(ground.territory, run, command),
    ReviewEmergencyAccess: lambda ground, run, command: review_access(
        ground.territory, run, command
    ),
    c.PassTime: _pass_time,
    c.GiveUpAutomation: _give_up,
}
