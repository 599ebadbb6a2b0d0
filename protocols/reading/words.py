"""Durations, moments, formulas and holders, said in Italian and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable

from protocols.language.document import Holder, Protocol
from protocols.language.durations import Duration, Moment
from protocols.reading.tree import Part, tree
from protocols.text import Text

_UNITS = {
    "second": ("secondo", "secondi"),
    "minute": ("minuto", "minuti"),
    "hour": ("ora", "ore"),
    "day": ("giorno", "giorni"),
    "working day": ("giorno lavorativo", "giorni lavorativi"),
    "week": ("settimana", "settimane"),
    "month": ("mese", "mesi"),
    "year": ("anno", "anni"),
}

_LOOKED_AT = re.compile(r"\b(?:events\.)?([a-z_][a-z0-9_]*)\.[a-z_]")

_HOLDERS = {
    "comune": Text("il Comune", "the municipality"),
    "district": Text("il distretto", "the district"),
    "service": Text("il servizio", "the service"),
    "health_provider": Text("l'ASST", "the health provider"),
    "employment": Text("il servizio per il lavoro", "the employment service"),
    "joint_office": Text("l'ufficio comune", "the joint office"),
    "management": Text("il coordinamento", "the management"),
    "steering": Text("la cabina di regia", "the steering board"),
    "anti_violence": Text("il centro antiviolenza", "the anti-violence centre"),
}

CATEGORIES = {
    "identity": Text("identificativi", "identity"),
    "social": Text("sociali", "social"),
    "clinical": Text("clinici", "clinical"),
    "work": Text("di lavoro", "work"),
    "judicial": Text("giudiziari", "judicial"),
}


def joined(texts: Iterable[Text], it: str = ", ", en: str | None = None) -> Text:
    """Texts one after the other, with what stands between them."""
    listed = list(texts)
    return Text(
        it.join(text.it for text in listed),
        (it if en is None else en).join(text.in_("en") for text in listed),
    )


def duration(length: Duration) -> Text:
    """`20 giorni lavorativi`, `20 working days`."""
    if length.n == 0:
        return Text("il giorno stesso", "the same day")
    one, many = _UNITS[length.unit]
    return Text(f"{length.n} {one if length.n == 1 else many}", str(length))


def step_title(protocol: Protocol, name: str) -> Text:
    """What a step, or a case event, is called."""
    named = protocol.steps.get(name) or protocol.events.get(name)
    if named is None:
        return Text(name, name)
    return Text(f"«{named.title.it}»", f"“{named.title.in_('en')}”")


def outcome_title(protocol: Protocol, step: str, name: str) -> Text:
    """What an outcome is called."""
    outcome = protocol.steps[step].outcomes.get(name) if step in protocol.steps else None
    title = outcome.title if outcome and outcome.title else Text(name, name.replace("_", " "))
    return Text(f"«{title.it}»", f"“{title.in_('en')}”")


def depends_on(protocol: Protocol, guard: str) -> Text:
    """What a condition on what is known looks at: the steps and the case events in it; the case
    itself where it names none."""
    named = dict.fromkeys(_LOOKED_AT.findall(guard))
    found = [name for name in named if name in protocol.steps or name in protocol.events]
    if not found:
        return Text("dai dati del caso", "the data of the case")
    listed = joined(step_title(protocol, name) for name in found)
    return Text(f"da {listed.it}", listed.en)


def role_title(protocol: Protocol, name: str) -> Text:
    """What a role is called."""
    role = protocol.roles.get(name)
    return Text(role.title.it, role.title.in_("en")) if role else Text(name, name)


def field_title(protocol: Protocol, path: str) -> Text:
    """`«Nuovo comune» di «La persona cambia comune»`."""
    name, _, field = path.partition(".")
    if name == "case":
        return Text(f"«{field}» del caso", f"the case's “{field}”")
    owner = protocol.steps.get(name) or protocol.events.get(name)
    form = protocol.forms.get((owner.form if owner else None) or "")
    found = form.fields.get(field) if form else None
    title = found.title if found else Text(field, field)
    of = step_title(protocol, name)
    return Text(f"«{title.it}» di {of.it}", f"“{title.in_('en')}” of {of.in_('en')}")


_DATES = {"": "data", "da": "dalla data", "dopo": "dopo la data", "prima di": "prima della data"}


def anchor(protocol: Protocol, path: str, it: str = "", en: str = "") -> Text:
    """A step, an event, or the date in a field of one, after a preposition."""
    if "." in path:
        field = field_title(protocol, path)
        return Text(f"{_DATES[it]} {field.it}", f"{en} the date {field.in_('en')}".strip())
    title = step_title(protocol, path)
    return Text(f"{it} {title.it}".strip(), f"{en} {title.in_('en')}".strip())


def moment(protocol: Protocol, when: Moment) -> Text:
    """`90 giorni dopo «Inserimento»`."""
    length = duration(when.duration)
    sides = ("prima di", "before") if when.side == "before" else ("dopo", "after")
    base = anchor(protocol, when.anchor, *sides)
    return Text(f"{length.it} {base.it}", f"{length.en} {base.en}")


def condition(protocol: Protocol, formula: str) -> Text:
    """A formula as the end of a sentence that begins with `after`."""
    return _said(protocol, tree(formula), top=True)


def _said(protocol: Protocol, part: Part, top: bool = False) -> Text:
    if part.kind == "done":
        title = step_title(protocol, part.step)
        if not part.outcome:
            return title
        outcome = outcome_title(protocol, part.step, part.outcome)
        return Text(f"{title.it} con esito {outcome.it}", f"{title.en} with {outcome.en}")
    inner = [_said(protocol, each) for each in part.parts]
    if part.kind == "not":
        return Text(f"non {inner[0].it}", f"not {inner[0].en}")
    if part.kind == "settled":
        listed = joined(inner, " e ", " and ")
        return Text(f"chiarito se {listed.it} si fa", f"once {listed.en} is done or ruled out")
    if part.kind == "at_least":
        listed = joined(inner)
        return Text(
            f"almeno {part.number} tra: {listed.it}", f"at least {part.number} of: {listed.en}"
        )
    said = joined(inner, *((" e ", " and ") if part.kind == "all" else (" oppure ", " or ")))
    return said if top else Text(f"({said.it})", f"({said.en})")


def holder(protocol: Protocol, held_by: Holder) -> Text:
    """Who holds a role, in one sentence."""
    kind = _HOLDERS[held_by.organisation]
    said = kind
    if held_by.organisation == "service" and held_by.of in ("referral", "residence"):
        said = Text("il servizio inviante", "the referring service")
    elif held_by.organisation in ("comune", "district"):
        if held_by.of in ("residence", "referral"):
            said = Text(f"{kind.it} di residenza", f"{kind.en} of residence")
        else:
            where = field_title(protocol, held_by.of)
            said = Text(f"{kind.it} indicato in {where.it}", f"{kind.en} given by {where.en}")
    if held_by.person:
        where = field_title(protocol, held_by.person)
        said = Text(
            f"{said.it}: la persona indicata in {where.it}",
            f"{said.en}: the person named in {where.en}",
        )
    return said
