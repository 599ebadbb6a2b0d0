"""Which cases a variant is for: what their referral says, told as conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from protocols.documents import ContentError
from protocols.language.parts import Part, as_list
from protocols.territory import Territory
from protocols.territory.model import ServiceKind
from protocols.text import Text

# What a referral may say of a person that guards and variants can read; nothing personal.
REFERRAL_ATTRIBUTES: dict[str, tuple[str | bool, ...]] = {
    "measure": ("", "ADI", "SFL", "RDC"),
    "minor": (True, False),
    "guardian": (True, False),
    "violence": (True, False),
    "housing_emergency": (True, False),
    "disability": (True, False),
    "urgent": (True, False),
}


class Condition(Part):
    """True of a case of which everything that is written here is true; a list means one of them.
    What a referral leaves unsaid is no."""

    source: Annotated[tuple[ServiceKind, ...], BeforeValidator(as_list)] = Field(
        (), description="kinds of referring service"
    )
    service: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        (), description="referring services"
    )
    district: Annotated[tuple[int, ...], BeforeValidator(as_list)] = Field(
        (), description="districts of residence, on the day of the referral"
    )
    comune: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        (), description="ISTAT codes of the comuni of residence, on the day of the referral"
    )
    measure: Annotated[tuple[Literal["", "ADI", "SFL", "RDC"], ...], BeforeValidator(as_list)] = ()
    minor: bool | None = None
    guardian: bool | None = None
    violence: bool | None = None
    housing_emergency: bool | None = None
    disability: bool | None = None
    urgent: bool | None = None
    anonymous: bool | None = None
    sealed: bool | None = None

    def wanted(self) -> dict[str, frozenset[Any]]:
        """Attribute → the values with which it holds."""
        written = {name: getattr(self, name) for name in self.model_fields_set}
        return {
            name: frozenset(value if isinstance(value, tuple) else (value,))
            for name, value in written.items()
            if value is not None
        }

    def holds(self, attributes: Mapping[str, Any]) -> bool:
        """Of a case with these attributes."""
        return all(
            attributes.get(name, False if name in _YES_NO else None) in values
            for name, values in self.wanted().items()
        )


_YES_NO = frozenset(
    name for name, field in Condition.model_fields.items() if field.annotation == bool | None
)


def _one_at_least(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    wanted = [condition.wanted() for condition in conditions]
    if not wanted or not all(each and all(each.values()) for each in wanted):
        raise ContentError(
            Text(
                "Serve una condizione: ciò che vale per tutti va scritto nel protocollo di base.",
                "A condition is needed: what is for all is to be written in the base.",
            )
        )
    return conditions


AppliesTo = Annotated[
    tuple[Condition, ...], BeforeValidator(as_list), AfterValidator(_one_at_least)
]


def applies(conditions: Sequence[Condition], attributes: Mapping[str, Any]) -> bool:
    """Whether one of the conditions holds."""
    return any(condition.holds(attributes) for condition in conditions)


def may_meet(each: Iterable[Sequence[Condition]], territory: Territory) -> bool:
    """Whether a referral in this territory can satisfy them all at once."""
    return any(_possible(chosen, territory) for chosen in product(*each))


def agreed(conditions: Iterable[Condition]) -> dict[str, frozenset[Any]] | None:
    """What they want together: attribute → values; None where they exclude each other."""
    meant: dict[str, frozenset[Any]] = {}
    for condition in conditions:
        for name, values in condition.wanted().items():
            meant[name] = meant[name] & values if name in meant else values
    return meant if all(meant.values()) else None


def _possible(conditions: Sequence[Condition], territory: Territory) -> bool:
    meant = agreed(conditions)
    if meant is None:
        return False

    def fits(name: str, value: object) -> bool:
        return name not in meant or value in meant[name]

    return any(
        fits("service", service.id) and fits("source", service.kind)
        for service in territory.services.values()
    ) and any(
        fits("comune", comune.istat) and fits("district", comune.district)
        for comune in territory.comuni.values()
    )
