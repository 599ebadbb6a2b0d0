"""What is asked of a step that uses another protocol."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.documents import nearest, unknown_name
from protocols.language.document import Protocol, Step
from protocols.language.paths import Finding, Location
from protocols.text import Text

COMPLETED = "completed"
MEMBER = "member"
_TAKEN = Text("Dato", "Datum")
# What is asked of who does a task, or says when it is there: a scope has no task of its own.
_OF_A_TASK = (
    "role", "automation", "waits_for", "form", "due", "starts", "every", "first", "records",
    "one_at_a_time", "signed_by",
)  # fmt: skip
_NOT_A_TASK = (
    "un passo con 'uses' non è un compito: non va insieme a {}. Metterlo in un passo prima o "
    "dentro il protocollo usato",
    "a step with 'uses' is not a task: it does not go together with {}. Put it in a step before, "
    "or inside the protocol that is used",
)
_REST = Text(
    "con 'uses' e 'enough' serve 'rest: withdrawn'",
    "with 'uses' and 'enough', 'rest: withdrawn' is needed",
)
_AT_MOST = Text(
    "con 'each' un passo con 'uses' vuole 'at_most': per quanti al massimo",
    "with 'each' a step with 'uses' needs 'at_most': for how many at most",
)
_NOT_CHOSEN = Text(
    "questo esito non lo sceglie nessuno, viene dal protocollo usato: non può avere 'requires', "
    "'when' o 'resumes'",
    "nobody chooses this outcome, it comes from the used protocol: it cannot have 'requires', "
    "'when' or 'resumes'",
)


def ends_of(protocol: Protocol) -> tuple[str, ...]:
    """Every way in which a protocol can end, by what it says itself."""
    found: dict[str, None] = {COMPLETED: None}
    for step in protocol.steps.values():
        if step.within is None:
            said = [outcome for outcome in step.outcomes.values() if outcome]
            found |= {end: None for o in said for end in (o.ends, o.result) if end}
    for event in protocol.events.values():
        if event.within is None and event.ends and not event.reopens:
            found[event.ends] = None
    return tuple(found)


def stray(name: str, step: Step) -> Iterator[Finding]:
    """Words that mean nothing without `uses`."""
    written = {"with": step.given, "prefix": step.prefix, "at_most": step.at_most}
    for word, value in written.items():
        if value:
            message = Text(f"'{word}' vuole anche 'uses'", f"'{word}' needs 'uses' too")
            yield ("steps", name, word), message


def mistakes(name: str, step: Step, used: Protocol, outer: Protocol) -> Iterator[Finding]:
    """What is wrong in how a step uses a protocol, apart from names that clash."""
    at: Location = ("steps", name)
    wrong = [word for word in _OF_A_TASK if word in step.model_fields_set]
    if wrong:
        it, en = (said.format(", ".join(wrong)) for said in _NOT_A_TASK)
        yield at, Text(it, en)
    if step.enough and step.rest != "withdrawn":
        yield (*at, "enough"), _REST
    if step.each and not step.at_most:
        yield at, _AT_MOST
    for outcome_name, outcome in step.outcomes.items():
        if outcome and (outcome.requires or outcome.when or outcome.resumes):
            yield (*at, "outcomes", outcome_name), _NOT_CHOSEN
    yield from _outcomes(at, step, used, outer)
    yield from _given(at, step, used)


def _outcomes(at: Location, step: Step, used: Protocol, outer: Protocol) -> Iterator[Finding]:
    ends = ends_of(used)
    missing = ", ".join(end for end in ends if end not in step.outcomes)
    if missing:
        yield (
            (*at, "outcomes"),
            Text(
                f"«{step.uses}» può finire anche così: {missing}. Aggiungere questi esiti",
                f"“{step.uses}” can also end so: {missing}. Add these outcomes",
            ),
        )
    settled = {event.completes for event in outer.events.values()}
    for outcome in step.outcomes:
        if outcome in ends or f"{at[1]}.{outcome}" in settled:
            continue
        if step.each and outcome == "mixed":
            continue
        near = nearest(outcome, ends)
        it = f" Forse «{near}»?" if near else ""
        en = f" Perhaps “{near}”?" if near else ""
        yield (
            (*at, "outcomes", outcome),
            Text(
                f"«{step.uses}» non finisce mai con «{outcome}».{it}",
                f"“{step.uses}” never ends with “{outcome}”.{en}",
            ),
        )


def _given(at: Location, step: Step, used: Protocol) -> Iterator[Finding]:
    wanted = [name for name in used.takes if not (step.each and name == MEMBER)]
    for name in step.given:
        if name not in wanted:
            yield (*at, "with", name), unknown_name(_TAKEN, name, wanted)
    missing = ", ".join(name for name in wanted if name not in step.given)
    if missing:
        yield (
            at,
            Text(
                f"«{step.uses}» vuole anche: {missing}. Dirlo in 'with'",
                f"“{step.uses}” also takes: {missing}. Say it in 'with'",
            ),
        )
