"""Words between those who work on a case: a note, a question to somebody, its answer."""

from __future__ import annotations

from collections.abc import Iterator

from domain.case.commands import Actor, Command
from domain.case.events import NoteWritten
from domain.case.state import CaseState
from domain.refusal import FieldProblem, Refused
from protocols.engine.run import Run
from protocols.language.answers import text_problem
from protocols.language.forms import Category
from protocols.territory import Territory
from protocols.text import Text

LONGEST = 4000


class WriteNote(Command, frozen=True, kw_only=True):
    """`text` is personal, of the `category` that decides who may read it. `to`: whom it asks, a
    staff id or a scope in which a role of the case is held (`service:cps-melzo`); empty for a note
    to all. `task`: a key, where it is about one. `answers`: the id of the question it answers."""

    text: str
    category: Category = "social"
    to: str = ""
    task: str = ""
    answers: str = ""


def write_note(territory: Territory, run: Run, command: WriteNote) -> str:
    """Emits the note. Returns the role in which it was written. Raises Refused."""
    state = run.state
    assert isinstance(state, CaseState)
    role = standing_in_case(run, command.actor)
    _check_text(command.text)
    if command.task and command.task not in state.tasks:
        raise _wrong("task", Text("non è un compito di questo caso", "no task of this case"))
    to = command.to
    if command.answers:
        asked = next((q for q in state.questions if q.note == command.answers), None)
        if asked is None:
            raise Refused(
                "conflict",
                "no_open_question",
                Text(
                    "La domanda non c'è, o ha già avuto risposta.",
                    "There is no such question, or it has been answered.",
                ),
                Text("Rileggere il caso.", "Read the case again."),
            )
        if not _asked_of(asked.to, command.actor):
            raise Refused(
                "forbidden",
                "question_to_others",
                Text("La domanda è rivolta ad altri.", "The question is to somebody else."),
                Text("Si può aggiungere una nota.", "A note may be added instead."),
            )
        to = asked.by
    elif to and (to == command.actor.id or to not in _addressees(territory, run)):
        raise _wrong(
            "to",
            Text(
                "non è tra chi lavora su questo caso: scegliere tra chi è elencato",
                "not among those who work on this case: choose one of those listed",
            ),
        )
    run.emit(
        NoteWritten(
            str(command.command_id), command.actor.id, command.category, to, command.task,
            command.answers, {"text": command.text},
        )
    )  # fmt: skip
    return role


def addressees(territory: Territory, run: Run) -> list[str]:
    """Whom a question about the case may be put to: staff ids, then scopes."""
    return sorted(_addressees(territory, run), key=lambda to: (":" in to, to))


def _addressees(territory: Territory, run: Run) -> set[str]:
    day = run.timing.day_of(run.now)
    found = {run.assignee(role) for role in run.plan.protocol.roles}
    for role, scope in _roles(run):
        found.update(person for person, _ in territory.holders(role, scope, day))
    for scope in _home(run):
        staff = territory.staff_of(scope, day)
        found.update(staff, [scope] if staff else [])
    return found - {""}


def _roles(run: Run) -> Iterator[tuple[str, str]]:
    """(staff role, scope) of each role of the protocol."""
    for role in run.plan.protocol.roles:
        yield run.staff_role(role), run.scope(role)


def _home(run: Run) -> tuple[str, str]:
    """Where the case comes from, and where it is taken care of."""
    known = run.state.attributes
    return f"service:{known.get('service', '')}", f"comune:{known.get('comune', '')}"


def standing_in_case(run: Run, actor: Actor) -> str:
    """The role in which somebody has to do with the case. Raises Refused (forbidden)."""
    for role in run.plan.protocol.roles:
        if run.assignee(role) == actor.id:
            return role
    roles, home = set(_roles(run)), _home(run)
    called = {(rung.role, rung.scope) for t in run.state.tasks.values() for rung in t.ladder}
    for role, scope, _ in actor.holds:
        if (role, scope) in roles or (role, scope) in called or scope in home:
            return role
    raise Refused(
        "forbidden",
        "role_not_held",
        Text(
            "Può scrivere solo chi ha un ruolo in questo caso.",
            "Only somebody with a role in this case may write.",
        ),
    )


def _asked_of(to: str, actor: Actor) -> bool:
    return to == actor.id or any(to == scope for _, scope, _ in actor.holds)


def _check_text(text: str) -> None:
    problem = text_problem(text, LONGEST)
    if problem is None and not text.strip():
        problem = Text("è vuoto: scrivere qualcosa", "it is empty: write something")
    if problem is not None:
        raise _wrong("text", problem)


def _wrong(field: str, problem: Text) -> Refused:
    return Refused(
        "invalid",
        "note_invalid",
        Text("La nota non va bene.", "The note is not right."),
        Text("Correggere il campo indicato.", "Correct the field that is named."),
        (FieldProblem(field, problem),),
    )
