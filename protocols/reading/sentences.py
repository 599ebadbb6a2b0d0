"""One step, one event, said in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from protocols.language.document import CaseEvent, Due, Outcome, Protocol, Step
from protocols.reading.words import (
    anchor,
    condition,
    duration,
    joined,
    moment,
    outcome_title,
    role_title,
    step_title,
)
from protocols.text import Text


class StepSentences(NamedTuple):
    """A step's row: each cell is a sentence, empty where there is nothing to say."""

    name: str
    title: Text
    who: Text
    what: Text
    after: Text
    by_when: Text
    results: Text
    if_not: Text


def step(protocol: Protocol, name: str) -> StepSentences:
    """The sentences of one step."""
    it = protocol.steps[name]
    return StepSentences(
        name,
        it.title,
        who(protocol, it),
        what(protocol, it),
        after(protocol, name, it),
        by_when(protocol, it.due) if it.due else Text(""),
        results(protocol, name),
        if_not(protocol, it),
    )


def who(protocol: Protocol, it: Step) -> Text:
    """Who does it."""
    said: list[Text] = []
    if it.automation:
        by_hand = role_title(protocol, it.automation.fallback)
        said.append(
            Text(
                f"la macchina ({it.automation.run}); se non riesce, {by_hand.it}",
                f"the machine ({it.automation.run}); if it cannot, {by_hand.en}",
            )
        )
    elif it.role:
        said.append(role_title(protocol, it.role))
    elif it.waits_for:
        title = step_title(protocol, it.waits_for)
        said.append(Text(f"si aspetta l'evento {title.it}", f"waits for the event {title.en}"))
    if it.uses:
        said.append(
            Text(
                f"con i passi di {it.uses}, che seguono",
                f"with the steps of {it.uses}, which follow",
            )
        )
    if it.each and it.uses:
        members = step_title(protocol, it.each.partition(".")[0])
        said.append(
            Text(
                f"per ognuno di quelli indicati in {members.it}, al massimo {it.at_most}",
                f"for each of those named in {members.en}, {it.at_most} at most",
            )
        )
    elif it.each:
        members = step_title(protocol, it.each.partition(".")[0])
        said.append(
            Text(
                f"un compito per ognuno di quelli indicati in {members.it}",
                f"one task for each of those named in {members.en}",
            )
        )
    return joined(said, ": ")


def what(protocol: Protocol, it: Step) -> Text:
    """What is done: the form that is filled in and the facts that are recorded."""
    said: list[Text] = []
    form = protocol.forms.get(it.form or "")
    if form:
        title = form.title
        said.append(Text(f"compila «{title.it}»", f"fills in “{title.in_('en')}”"))
    for name, path in it.given.items():
        said.append(Text(f"riceve «{name}» da {path}", f"is given “{name}” from {path}"))
    if it.enough:
        said.append(
            Text(f"con {it.enough} si va avanti", f"with {it.enough} of them the path goes on")
        )
        if it.rest == "withdrawn":
            said.append(Text("gli altri compiti sono tolti", "the other tasks are withdrawn"))
    if it.signed_by > 1:
        said.append(Text(f"firmano in {it.signed_by}", f"{it.signed_by} different persons sign it"))
    if it.one_at_a_time:
        group = [s for s in protocol.steps.values() if s.one_at_a_time == it.one_at_a_time]
        titles = joined(Text(s.title.it, s.title.in_("en")) for s in group)
        said.append(Text(f"uno alla volta tra: {titles.it}", f"one at a time of: {titles.en}"))
    if it.optional:
        said.append(Text("facoltativo: non tiene aperto il caso", "optional: the case can end"))
    if it.help:
        said.append(Text(it.help.it, it.help.in_("en")))
    return joined(said, ". ")


def after(protocol: Protocol, name: str, it: Step) -> Text:
    """After what it opens."""
    said: list[Text] = []
    openers = [event for event, e in protocol.events.items() if name in e.opens]
    if it.after:
        said.append(_prefixed("dopo ", "after ", condition(protocol, it.after)))
    elif not openers and not it.during and not it.starts:
        said.append(Text("all'apertura del caso", "when the case opens"))
    if openers:
        titles = joined((step_title(protocol, event) for event in openers), " o ", " or ")
        said.append(Text(f"quando accade {titles.it}", f"when {titles.en} happens"))
    if it.during:
        said.append(_prefixed("finché dura ", "while it lasts: ", step_title(protocol, it.during)))
    if it.starts:
        said.append(moment(protocol, it.starts))
    if it.every:
        said.append(_prefixed("ogni ", "every ", duration(it.every)))
    if it.first:
        said.append(_prefixed("la prima volta dopo ", "the first time after ", duration(it.first)))
    if it.race:
        others = [n for n, s in protocol.steps.items() if s.race == it.race and n != name]
        titles = joined((step_title(protocol, other) for other in others), " o ", " or ")
        said.append(Text(f"se prima non si fa {titles.it}", f"unless {titles.en} is done first"))
    if it.when:
        said.append(Text(f"solo se {it.when}", f"only if {it.when}"))
    return joined(said, "; ")


def by_when(protocol: Protocol, due: Due) -> Text:
    """By when, with the anchor, the reminder and the legal basis."""
    length = duration(due.within)
    text = length if due.within.n == 0 else Text(f"entro {length.it}", f"within {length.en}")
    if due.of:
        sides = ("prima di", "before") if due.before else ("da", "of")
        base = anchor(protocol, due.of, *sides)
        text = Text(f"{text.it} {base.it}", f"{text.en} {base.en}")
    said = [text]
    if due.when:
        said.append(Text(f"solo se {due.when}", f"only if {due.when}"))
    if due.remind:
        length = duration(due.remind.duration)
        said.append(Text(f"promemoria {length.it} prima", f"reminder {length.en} before"))
    if due.legal_basis:
        said.append(Text(due.legal_basis, due.legal_basis))
    return joined(said, "; ")


def results(protocol: Protocol, name: str) -> Text:
    """The outcomes and what follows from each."""
    it = protocol.steps[name]
    if tuple(it.outcomes) == ("done",) and it.outcomes["done"] is None:
        return Text("fatto", "done")
    said = []
    for key in it.outcomes:
        title = outcome_title(protocol, name, key)
        follows = joined(consequences(protocol, it.outcome(key), it.within))
        said.append(
            Text(f"{title.it} → {follows.it}", f"{title.en} → {follows.en}")
            if follows.it
            else title
        )
    return joined(said, "; ")


def consequences(protocol: Protocol, it: Outcome, within: str | None = None) -> Iterator[Text]:
    """What follows from an outcome, besides the steps that name it. `within`: the step in whose
    sub-protocol it is."""
    if it.again:
        yield _prefixed("si rifà ", "again ", step_title(protocol, it.again))
    if it.at_most:
        yield Text(
            "al massimo 1 volta" if it.at_most == 1 else f"al massimo {it.at_most} volte",
            "at most once" if it.at_most == 1 else f"at most {it.at_most} times",
        )
    if it.ends:
        yield _end(protocol, it, within)
    if it.result and within:
        title = step_title(protocol, within)
        yield Text(f"esito di {title.it}: {it.result}", f"outcome of {title.en}: {it.result}")
    elif it.result:
        yield Text(f"motivo di chiusura: {it.result}", f"reason of the end: {it.result}")
    if it.resumes:
        yield Text("i termini ripartono", "the clocks run again")
    if it.cancels:
        cancelled = joined(step_title(protocol, name) for name in it.cancels)
        yield _prefixed("si toglie ", "takes away ", cancelled)
    if it.requires:
        listed = ", ".join(it.requires)
        yield Text(f"richiede {listed}", f"requires {listed}")
    if it.when:
        yield Text(f"solo se {it.when}", f"only if {it.when}")


def if_not(protocol: Protocol, it: Step) -> Text:
    """What happens if it is not done in time."""
    if not it.due:
        return Text("")
    role = it.role or (it.automation.fallback if it.automation else "")
    # Where a role has no deputy the engine calls the role itself.
    deputy = (protocol.roles[role].deputy or role) if role in protocol.roles else None
    called = []
    for rung in it.due.overdue:
        name = deputy if rung.to == "deputy" else rung.to
        title = role_title(protocol, name) if name else Text("il vice", "the deputy")
        if rung.after.n:
            later = duration(rung.after)
            title = Text(f"dopo {later.it} {title.it}", f"after {later.en} {title.en}")
        called.append(title)
    if not called:
        return Text("")
    return _prefixed("si chiama ", "called in: ", joined(called, ", poi ", ", then "))


def event(protocol: Protocol, name: str) -> tuple[Text, Text, Text]:
    """(who may say so, when it is possible, what follows) of a case event."""
    it = protocol.events[name]
    by = joined((role_title(protocol, role) for role in it.by), ", ")
    return by, joined(_possible(protocol, it), "; "), joined(_follows(protocol, it), "; ")


def _possible(protocol: Protocol, it: CaseEvent) -> Iterator[Text]:
    if it.source:
        listed = ", ".join(it.source)
        yield Text(f"segnalazioni da {listed}", f"referrals from {listed}")
    if it.during:
        yield _prefixed("finché dura ", "while it lasts: ", step_title(protocol, it.during))
    if it.after:
        yield _prefixed("dopo ", "after ", condition(protocol, it.after))
    if it.at_most:
        yield Text(f"al massimo {it.at_most} volte", f"at most {it.at_most} times")
    if it.reopens:
        length = duration(it.reopens)
        yield Text(f"entro {length.it} dalla chiusura", f"within {length.en} of the end")


def _follows(protocol: Protocol, it: CaseEvent) -> Iterator[Text]:
    if it.opens:
        opened = joined((step_title(protocol, step) for step in it.opens), ", ")
        yield _prefixed("si apre ", "opens ", opened)
    if it.pauses:
        yield Text("i termini si fermano", "the clocks stand still")
    if it.completes:
        name, _, outcome = it.completes.partition(".")
        title, with_ = step_title(protocol, name), outcome_title(protocol, name, outcome)
        yield Text(f"{title.it} si conclude con {with_.it}", f"{title.en} is done with {with_.en}")
    if it.keeps:
        yield Text("se nulla lo aspetta ancora, si conserva", "kept while nothing waits for it yet")
    if it.cancels:
        cancelled = joined(step_title(protocol, name) for name in it.cancels)
        yield _prefixed("si toglie ", "takes away ", cancelled)
    if it.again:
        yield _prefixed("si rifà ", "again ", step_title(protocol, it.again))
    if it.ends:
        yield _end(protocol, it, it.within)


def _end(protocol: Protocol, it: Outcome | CaseEvent, within: str | None) -> Text:
    if within:
        title = step_title(protocol, within)
        return Text(f"{title.it} si conclude ({it.ends})", f"{title.en} is over ({it.ends})")
    quiet = Text(" in silenzio", " silently") if it.silently else Text("")
    return Text(f"il caso si chiude{quiet.it} ({it.ends})", f"the case ends{quiet.en} ({it.ends})")


def _prefixed(it: str, en: str, text: Text) -> Text:
    return Text(f"{it}{text.it}", f"{en}{text.in_('en')}")
