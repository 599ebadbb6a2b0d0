"""Attaching and withdrawing, decided: pure, as every decision about a case."""

from __future__ import annotations

from typing import ClassVar, Protocol

from domain.case.commands import Actor, Command
from domain.case.notes import standing_in_case
from domain.case.standing import standing_in_roles
from domain.case.state import CaseState
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.documents.names import name_problem, title_problem
from domain.refusal import FieldProblem, Refused
from protocols.engine.run import Run
from protocols.language.answers import text_problem
from protocols.language.forms import Category
from protocols.text import Text

MOST = 1_000
"""Documents that a case may have."""


class AttachDocument(Command, frozen=True, kw_only=True):
    """The document's id is the command's. `content`: SHA-256 of what was sent, in the clear;
    `sha256`: of the sealed file, which another sending of the same content has another of."""

    incidental: ClassVar[tuple[str, ...]] = ("sha256",)

    name: str
    media_type: str
    size: int
    content: str
    sha256: str
    category: Category = "social"
    title: str = ""
    task: str = ""


class Described(Protocol):
    """What is said of a document, and by whom."""

    @property
    def actor(self) -> Actor: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def task(self) -> str: ...


class WithdrawDocument(Command, frozen=True, kw_only=True):
    """It was attached by mistake. By whoever attached it, or a role that corrects data."""

    document: str
    reason: str


def attach(run: Run, command: AttachDocument) -> str:
    """Emits the event. Returns the role in which it was done. Raises Refused."""
    state = run.state
    assert isinstance(state, CaseState)
    role = may_attach(run, command)
    personal = {"name": command.name, "title": command.title, "content": command.content}
    run.emit(
        DocumentAttached(
            str(command.command_id), command.actor.id, command.category, command.media_type,
            command.size, command.sha256, command.task,
            {name: text for name, text in personal.items() if text},
        )
    )  # fmt: skip
    return role


def may_attach(run: Run, command: Described) -> str:
    """All that can be told before the content is there. Returns the role. Raises Refused."""
    state = run.state
    assert isinstance(state, CaseState)
    role = standing_in_case(run, command.actor)
    problems = {"name": name_problem(command.name), "title": title_problem(command.title)}
    if command.task and command.task not in state.tasks:
        problems["task"] = Text("non è un compito di questo caso", "no task of this case")
    fields = tuple(FieldProblem(name, found) for name, found in problems.items() if found)
    if fields:
        raise Refused(
            "invalid",
            "document_invalid",
            Text("Il documento non si può allegare così.", "It cannot be attached like this."),
            Text("Correggere ciò che è indicato.", "Correct what is named."),
            fields,
        )
    if len(state.documents) >= MOST:
        raise Refused(
            "conflict",
            "too_many_documents",
            Text(
                f"Il caso ha già {MOST} documenti: è il massimo.",
                f"The case has {MOST} documents: that is the most.",
            ),
            Text("Ritirare quelli che non servono.", "Withdraw those that are not needed."),
        )
    return role


def withdraw(run: Run, command: WithdrawDocument) -> str:
    """Emits the event. Returns the role in which it was done. Raises Refused."""
    state = run.state
    assert isinstance(state, CaseState)
    by = dict(state.documents).get(command.document)
    if by is None:
        raise unknown_document()
    if by == command.actor.id:
        role = standing_in_case(run, command.actor)
    else:
        allowed = run.plan.protocol.exceptions.correct
        role = standing_in_roles(run, allowed, command.actor).role
    problem = text_problem(command.reason)
    if problem is None and len(command.reason.strip()) < 3:
        problem = Text("serve una motivazione", "a reason is needed")
    if problem is not None:
        raise Refused(
            "invalid",
            "reason_invalid",
            Text("La motivazione non va bene.", "The reason is bad."),
            fields=(FieldProblem("reason", problem),),
        )
    run.emit(DocumentWithdrawn(command.document, command.reason))
    return role


def unknown_document() -> Refused:
    return Refused(
        "not_found",
        "unknown_document",
        Text("Il caso non ha questo documento.", "The case has no such document."),
        Text("Rileggere l'elenco dei documenti.", "Read the list of documents again."),
    )
