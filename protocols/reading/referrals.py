"""For which cases a variant is, said in Italian and in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protocols.language.applying import Condition
from protocols.reading.words import joined
from protocols.territory import Territory, UnknownName
from protocols.text import Text

_SOURCES = {
    "PSYCHIATRIC_CENTRE": Text("CPS", "psychiatric centre"),
    "ADDICTION_SERVICE": Text("SERT", "addiction service"),
    "ALCOHOL_UNIT": Text("NOA", "alcohol unit"),
    "CHILD_NEUROPSYCHIATRY": Text("UOMPIA", "child neuropsychiatry"),
    "ACCESS_DESK": Text("segretariato sociale", "access desk"),
    "WORK_INTEGRATION": Text("integrazione lavorativa", "work integration"),
    "ANTI_VIOLENCE_CENTRE": Text("centro antiviolenza", "anti-violence centre"),
    "TAX_ASSISTANCE": Text("CAF", "tax assistance centre"),
    "SELF": Text("la persona stessa", "the person"),
}
_TRUTHS = {
    "minor": (Text("minorenne", "a minor"), Text("maggiorenne", "of age")),
    "guardian": (Text("ha un tutore", "has a guardian"), Text("non ha tutore", "has no guardian")),
    "violence": (Text("violenza", "violence"), Text("senza violenza", "no violence")),
    "housing_emergency": (
        Text("emergenza abitativa", "housing emergency"),
        Text("senza emergenza abitativa", "no housing emergency"),
    ),
    "disability": (Text("disabilità", "disability"), Text("senza disabilità", "no disability")),
    "urgent": (Text("urgente", "urgent"), Text("non urgente", "not urgent")),
    "anonymous": (Text("anonimo", "anonymous"), Text("con nome", "by name")),
    "sealed": (Text("riservato", "sealed"), Text("non riservato", "not sealed")),
}


def for_whom(conditions: Sequence[Condition], territory: Territory) -> Text:
    """`segnalata da: CPS; o violenza`."""
    said = [
        joined((_one(name, each, territory) for name, each in _written(condition)), ", ")
        for condition in conditions
    ]
    return joined(said, "; o ", "; or ")


def _written(condition: Condition) -> list[tuple[str, Any]]:
    return [(name, getattr(condition, name)) for name in condition.wanted()]


def _one(name: str, value: Any, territory: Territory) -> Text:
    if isinstance(value, bool):
        yes, no = _TRUTHS[name]
        return yes if value else no
    listed = joined((_title(name, each, territory) for each in value), " o ", " or ")
    it, en = {
        "source": ("segnalata da", "referred by"),
        "service": ("segnalata da", "referred by"),
        "district": ("distretto", "district"),
        "comune": ("residente a", "living in"),
        "measure": ("misura", "measure"),
    }[name]
    return Text(f"{it} {listed.it}", f"{en} {listed.in_('en')}")


def _title(name: str, value: Any, territory: Territory) -> Text:
    try:
        if name == "service":
            return territory.service(value).title
        if name == "comune":
            return Text(territory.comune(value).name)
    except UnknownName:
        pass
    if name == "measure" and not value:
        return Text("nessuna", "none")
    return _SOURCES.get(value) or Text(str(value))
