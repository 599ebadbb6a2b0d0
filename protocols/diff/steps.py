"""What changed of the steps and their outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protocols.diff.change import Change, change, wording
from protocols.diff.deadlines import deadlines
from protocols.diff.match import Names, canonical
from protocols.language.document import Outcome, Protocol, Record, Step
from protocols.reading import sentences
from protocols.reading.words import outcome_title, step_title
from protocols.text import Text

# Told by a sentence of their own; whatever else a step may have is compared as it stands.
_TOLD = {
    "title",
    "help",
    "stage",
    "after",
    "role",
    "due",
    "outcomes",
    "records",
    "when",
    "automation",
}

_SAID = {
    "during": Text("la fase in cui è possibile", "the region in which it is possible"),
    "starts": Text("quando si apre", "when it opens"),
    "waits_for": Text("l'evento che aspetta", "the event that it waits for"),
    "each": Text("per chi si ripete", "for whom it is repeated"),
    "enough": Text("quanti bastano", "how many are enough"),
    "every": Text("ogni quanto", "how often"),
    "first": Text("quando è la prima volta", "when the first time is"),
    "race": Text("con chi gareggia", "what it races with"),
    "optional": Text("se è facoltativo", "whether it is optional"),
    "form": Text("il modulo", "the form"),
    "rest": Text("che ne è degli altri compiti", "what becomes of the other tasks"),
    "one_at_a_time": Text("con chi va uno alla volta", "with what it goes one at a time"),
    "signed_by": Text("quanti firmano", "how many sign it"),
    "priority": Text("la priorità", "the priority"),
    "uses": Text("il protocollo che usa", "the protocol that it uses"),
    "given": Text("che cosa gli passa", "what it is given"),
    "at_most": Text("per quante persone al massimo", "for how many members at most"),
    "prefix": Text("il prefisso dei nomi dentro", "the prefix of the names inside"),
}


def steps(old: Protocol, new: Protocol, names: Names) -> Iterator[Change]:
    """Added, removed, renamed, and what changed of those that stayed."""
    renamed = set(names.steps.values())
    for name in new.steps:
        if name not in old.steps and name not in renamed:
            title = step_title(new, name)
            yield change(
                "step_added",
                f"steps.{name}",
                f"passo nuovo: {title.it}",
                f"new step: {title.en}",
                name,
            )
    for name in old.steps:
        other = names.step(name)
        if other not in new.steps:
            title = step_title(old, name)
            yield change(
                "step_removed",
                f"steps.{name}",
                f"passo tolto: {title.it}",
                f"step taken away: {title.en}",
                name,
            )
            continue
        if other != name:
            title = step_title(new, other)
            yield change(
                "step_renamed",
                f"steps.{other}",
                f"passo rinominato: {name} ora è {other} ({title.it})",
                f"step renamed: {name} is now {other} ({title.en})",
                other,
            )
        yield from _step(old, new, name, other, names)
    common = [names.step(n) for n in old.steps if names.step(n) in new.steps]
    if common != [n for n in new.steps if n in set(common)]:
        yield wording(
            "order",
            "steps",
            "i passi stanno in un altro ordine nel documento",
            "the steps stand in another order in the document",
        )


def _step(old: Protocol, new: Protocol, was: str, name: str, names: Names) -> Iterator[Change]:
    a, b = old.steps[was], new.steps[name]
    title = step_title(new, name)
    at = f"steps.{name}"

    def changed(kind: str, field: str, it: str, en: str) -> Change:
        return change(kind, f"{at}.{field}", f"{title.it}: {it}", f"{title.en}: {en}", name)

    if (names.roles.get(a.role or "", a.role), _machine(a, names)) != (
        b.role,
        _machine(b, Names()),
    ):
        before, after = sentences.who(old, a), sentences.who(new, b)
        yield changed(
            "who",
            "role",
            f"lo fa {after.it or '—'}, prima {before.it or '—'}",
            f"done by {after.en or '—'}, before by {before.en or '—'}",
        )
    if canonical(a.after, names) != canonical(b.after, Names()):
        before, after = sentences.after(old, was, a), sentences.after(new, name, b)
        yield changed(
            "after",
            "after",
            f"si apre {after.it}; prima {before.it}",
            f"opens {after.en}; before: {before.en}",
        )
    if (names.guard(a.when) if a.when else None) != b.when:
        yield changed(
            "guard",
            "when",
            f"solo se {b.when or '(sempre)'}; prima {a.when or '(sempre)'}",
            f"only if {b.when or '(always)'}; before {a.when or '(always)'}",
        )
    for field in type(b).model_fields:
        if field in _TOLD:
            continue
        before_value, value = getattr(a, field), getattr(b, field)
        if _renamed(field, before_value, names) != value:
            said = _SAID.get(field, Text(field, field))
            kind = (
                "form"
                if field == "form"
                else "when"
                if field in ("during", "starts", "every", "first")
                else field
            )
            yield changed(
                kind,
                field,
                f"cambia {said.it}: {_shown(value)}, prima {_shown(before_value)}",
                f"{said.en} has changed: {_shown(value)}, before {_shown(before_value)}",
            )
    if records_of(a.records, names, name) != records_of(b.records, Names(), name):
        facts = ", ".join(record.fact for record in b.records) or "—"
        yield changed(
            "facts",
            "records",
            f"cambiano i fatti registrati: {facts}",
            f"the facts that it records have changed: {facts}",
        )
    yield from deadlines(new, name, (title.it, title.en), a.due, b.due, names)
    yield from _outcomes(old, new, was, name, names)
    for field in ("title", "help", "stage"):
        if getattr(a, field) != getattr(b, field):
            yield wording(
                "wording",
                f"{at}.{field}",
                f"{title.it}: cambiano le parole ({field})",
                f"{title.en}: other words ({field})",
                name,
            )


def _machine(step: Step, names: Names) -> tuple[Any, ...] | None:
    does = step.automation
    if does is None:
        return None
    return (
        does.run,
        does.attempts,
        does.pause,
        names.roles.get(does.fallback, does.fallback),
    )


def _renamed(field: str, value: Any, names: Names) -> Any:
    if value is None:
        return None
    if field == "during":
        return names.step(value)
    if field == "each":
        return names.path(value)
    if field == "given":
        return {name: names.path(path) for name, path in value.items()}
    if field == "waits_for":
        return names.events.get(value, value)
    if field == "form":
        return names.forms.get(value, value)
    if field == "starts":
        return type(value)(value.duration, value.side, names.path(value.anchor))
    return value


def _shown(value: Any) -> str:
    return "—" if value is None or value is False else "sì" if value is True else str(value)


def records_of(records: tuple[Record, ...], names: Names, step: str) -> list[Any]:
    def source(value: Any) -> Any:
        return names.path(value) if isinstance(value, str) and "." in value else value

    return sorted(
        (
            record.fact,
            sorted((key, str(source(value))) for key, value in record.fields.items()),
            sorted(names.outcomes.get((step, outcome), outcome) for outcome in record.on),
        )
        for record in records
    )


# ── outcomes ─────────────────────────────────────────────────────────────────────────────────


def _outcomes(old: Protocol, new: Protocol, was: str, name: str, names: Names) -> Iterator[Change]:
    a, b = old.steps[was], new.steps[name]
    title = step_title(new, name)
    kept = {names.outcome(was, key): key for key in a.outcomes}
    for key in b.outcomes:
        said = outcome_title(new, name, key)
        if key not in kept:
            yield change(
                "outcome_added",
                f"steps.{name}.outcomes.{key}",
                f"{title.it}: esito nuovo {said.it}",
                f"{title.en}: new outcome {said.en}",
                name,
            )
    for key, before in kept.items():
        said = outcome_title(old, was, before)
        at = f"steps.{name}.outcomes.{key}"
        if key not in b.outcomes:
            yield change(
                "outcome_removed",
                at,
                f"{title.it}: esito tolto {said.it}",
                f"{title.en}: outcome taken away {said.en}",
                name,
            )
            continue
        if key != before:
            yield change(
                "outcome_renamed",
                at,
                f"{title.it}: l'esito {before} ora è {key}",
                f"{title.en}: the outcome {before} is now {key}",
                name,
            )
        one, other = a.outcome(before), b.outcome(key)
        if _meaning(one, names) != _meaning(other, Names()):
            now = sentences.joined(sentences.consequences(new, other, b.within))
            yield change(
                "outcome",
                at,
                f"{title.it}, esito {said.it}: ora {now.it or 'nulla di particolare'}",
                f"{title.en}, outcome {said.en}: now {now.en or 'nothing in particular'}",
                name,
            )
        if one.title != other.title:
            yield wording(
                "wording",
                f"{at}.title",
                f"{title.it}: cambia il nome di un esito",
                f"{title.en}: an outcome has other words",
                name,
            )
    common = [key for key in kept if key in b.outcomes]
    if common != [key for key in b.outcomes if key in set(common)]:
        # `completes` and `waits_for` take an outcome by name or the first one.
        first = next(iter(kept)) != next(iter(b.outcomes)) and bool(b.waits_for)
        kind = change if first else wording
        yield kind(
            "order",
            f"steps.{name}.outcomes",
            f"{title.it}: esiti in un altro ordine",
            f"{title.en}: outcomes in another order",
            name,
        )


def _meaning(outcome: Outcome, names: Names) -> dict[str, Any]:
    dumped = {key: getattr(outcome, key) for key in type(outcome).model_fields if key != "title"}
    dumped["again"] = names.step(outcome.again) if outcome.again else None
    dumped["cancels"] = sorted(map(names.step, outcome.cancels))
    dumped["requires"] = sorted(outcome.requires)
    dumped["when"] = names.guard(outcome.when) if outcome.when else None
    return dumped
