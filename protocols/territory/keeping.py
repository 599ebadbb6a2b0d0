"""How long records are kept, and who decides of a person's data, as records.yaml states it."""

from datetime import date
from typing import Literal

from pydantic import Field

from protocols.territory.model import InForce, PackPart, RoleName
from protocols.text import Text


class Retention(InForce):
    """A case's records are kept for so many years after its closure."""

    title: Text
    years_after_closure: int = Field(ge=0, le=150)


class ErasureRoles(PackPart):
    """Two persons: one asks, another approves."""

    asked_by: tuple[RoleName, ...] = Field(min_length=1)
    approved_by: tuple[RoleName, ...] = Field(min_length=1)


class MergingRoles(PackPart):
    """Who may say that two persons are one, or that one is two, and who confirms it. `sensitive`:
    a second one only where somebody is, or was, anonymous, or has a sealed address."""

    proposed_by: tuple[RoleName, ...] = Field(min_length=1)
    approved_by: tuple[RoleName, ...] = Field(min_length=1)
    second_person: Literal["always", "sensitive"] = "always"


class DecidingRoles(PackPart):
    decided_by: tuple[RoleName, ...] = Field(min_length=1)


class RecordsFile(PackPart):
    """`merging` of persons, `restriction` and `correction` of their data (Reg. UE 2016/679 art. 18
    and 16): where a pack does not say, those decide who decide of erasure."""

    retention: tuple[Retention, ...] = Field(min_length=1)
    erasure: ErasureRoles
    merging: MergingRoles | None = None
    restriction: DecidingRoles | None = None
    correction: DecidingRoles | None = None

    @property
    def joins(self) -> MergingRoles:
        """Who joins persons and parts them."""
        return self.merging or MergingRoles(
            proposed_by=self.erasure.asked_by, approved_by=self.erasure.approved_by
        )

    @property
    def restricts(self) -> tuple[RoleName, ...]:
        return self.restriction.decided_by if self.restriction else self.erasure.approved_by

    @property
    def corrects(self) -> tuple[RoleName, ...]:
        return self.correction.decided_by if self.correction else self.erasure.asked_by

    def years_on(self, day: date) -> int:
        """Years of retention in force on that day; those of the latest rule where none is."""
        for rule in self.retention:
            if rule.holds(day):
                return rule.years_after_closure
        return self.retention[-1].years_after_closure
