"""The checker: everything that is proved of a protocol before anyone may publish it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import structs

from protocols.checker.answers import Answers
from protocols.checker.behaviour import Behaviour, Budget
from protocols.checker.deadlines import check_deadlines
from protocols.checker.establishing import check_facts
from protocols.checker.holding import check_roles
from protocols.checker.loops import check_loops
from protocols.checker.report import Finding, Notes, Report, unreadable
from protocols.checker.seeing import check_visibility
from protocols.checker.unused import check_unused
from protocols.checker.verdicts import verdicts
from protocols.documents import Document, DocumentError
from protocols.engine.plan import Plan
from protocols.language.library import Library, Source, out_of_order
from protocols.language.load import read
from protocols.territory import Territory
from protocols.text import Text


def check(
    plan: Plan,
    territory: Territory,
    document: Document,
    *,
    today: date | None = None,
    seconds: float | None = None,
    budget: Budget | None = None,
    progress: Callable[[float], None] | None = None,
) -> Report:
    """Everything under "What the checker proves" in the language, of one protocol.

    People must hold the roles on the first day of its validity, or `today` if that is later.
    `seconds`: at most so long for the search; what is left is told in `not_explored`.
    `budget`: its limits, if not those usual for a protocol of its size.
    `progress` is told how much is done, from 0 to 1.
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
    behaviour = Behaviour(plan, territory, day, budget or Budget.for_plan(plan, seconds), progress)
    reads, wanted = behaviour.reads, behaviour.demands
    check_facts(plan, Answers(plan, territory, reads, day), notes)
    verdicts(plan, behaviour, notes)
    check_loops(plan, behaviour, notes)
    check_roles(plan, territory, day, reads, wanted, notes)
    check_visibility(plan, reads, notes)
    check_deadlines(plan, wanted, notes)
    check_unused(plan, notes)
    return Report(
        plan.protocol.protocol, plan.protocol.version, plan.digest,
        tuple(f for f in notes.findings() if not _of_other_cases(f, plan, behaviour)),
        behaviour.states, behaviour.moves, tuple(behaviour.not_explored),
    )  # fmt: skip


def _of_other_cases(finding: Finding, plan: Plan, behaviour: Behaviour) -> bool:
    """Whether a part of the base may only be dead because the variant's cases are not all."""
    if not finding.rule.startswith("dead-") or not any(s.variant for s in plan.sources):
        return False
    if finding.file != plan.sources[0].name:
        return False
    event = plan.events.get(finding.step)
    if event is not None and event.event.source:
        return True
    cones = behaviour.cones
    cone = cones.of(finding.step) if event is None else cones.of_event(finding.step)
    read = behaviour.shared.watch.referrals.read
    return any(
        place[1] in cone and read & set(paths)
        for place, _, paths in behaviour.reads.guards.values()
    ) or any(plan.events[e].event.source for name in cone for e in plan.steps[name].opened_by)


def check_text(
    text: str | bytes,
    name: str,
    territory: Territory,
    *,
    today: date | None = None,
    seconds: float | None = None,
    library: Library | None = None,
    progress: Callable[[float], None] | None = None,
) -> Report:
    """The same for a text that may not even be readable; never raises. `library`: the texts that
    it may rest on; a variant is checked together with its base, and with no other."""
    try:
        reading = read(text, name, library)
    except DocumentError as error:
        return Report("", "", "", unreadable(error.problems))
    report = check(
        reading.plan, territory, reading.document, today=today, seconds=seconds, progress=progress
    )
    return in_order(report, Source(text, name), library or Library())


def in_order(report: Report, source: Source, library: Library) -> Report:
    """With what is wrong in the days from which the text and its other versions are valid."""
    problem = out_of_order(source, library.sources())
    if problem is None:
        return report
    return structs.replace(report, findings=(*unreadable([problem]), *report.findings))
