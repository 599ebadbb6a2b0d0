"""The checker: everything that is proved of a protocol before anyone may publish it."""

from __future__ import annotations

from datetime import date

from protocols.checker.answers import Answers
from protocols.checker.behaviour import Behaviour
from protocols.checker.deadlines import check_deadlines
from protocols.checker.establishing import check_facts
from protocols.checker.holding import check_roles
from protocols.checker.loops import check_loops
from protocols.checker.report import Notes, Report, unreadable
from protocols.checker.seeing import check_visibility
from protocols.checker.unused import check_unused
from protocols.checker.verdicts import verdicts
from protocols.documents import Document, DocumentError, read_document
from protocols.engine.plan import Plan
from protocols.language.load import read_protocol
from protocols.territory import Territory
from protocols.text import Text


def check(
    plan: Plan,
    territory: Territory,
    document: Document,
    *,
    today: date | None = None,
    seconds: float | None = None,
) -> Report:
    """Everything under "What the checker proves" in the language, of one protocol.

    People must hold the roles on the first day of its validity, or `today` if that is later.
    `seconds`: at most so long for the search; what is left is told in `not_explored`.
    """
    day = max(plan.protocol.valid_from, today or plan.protocol.valid_from)
    notes = Notes(document)
    if plan.protocol.territory != territory.id:
        notes.add(
            "territory", ("territory",),
            Text(
                f"Il protocollo è di «{plan.protocol.territory}», questo territorio è "
                f"«{territory.id}».",
                f"The protocol is of “{plan.protocol.territory}”, this territory is "
                f"“{territory.id}”.",
            ),
            Text(f"Scrivere territory: {territory.id}.", f"Write territory: {territory.id}."),
        )  # fmt: skip
    behaviour = Behaviour(plan, territory, day, seconds)
    reads, wanted = behaviour.reads, behaviour.demands
    check_facts(plan, Answers(plan, territory, reads, day), notes)
    verdicts(plan, behaviour, notes)
    check_loops(plan, wanted, notes)
    check_roles(plan, territory, day, reads, wanted, notes)
    check_visibility(plan, reads, notes)
    check_deadlines(plan, wanted, notes)
    check_unused(plan, notes)
    return Report(
        plan.protocol.protocol, plan.protocol.version, plan.digest, notes.findings(),
        behaviour.states, behaviour.moves, tuple(behaviour.not_explored),
    )  # fmt: skip


def check_text(
    text: str | bytes,
    name: str,
    territory: Territory,
    *,
    today: date | None = None,
    seconds: float | None = None,
) -> Report:
    """The same for a text that may not even be readable; never raises."""
    try:
        plan = read_protocol(text, name)
    except DocumentError as error:
        return Report("", "", "", unreadable(error.problems))
    return check(plan, territory, read_document(text, name), today=today, seconds=seconds)
