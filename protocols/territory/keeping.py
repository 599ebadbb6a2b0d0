"""How long records are kept, and who may have them erased, as records.yaml states it."""

from datetime import date

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


class RecordsFile(PackPart):
    retention: tuple[Retention, ...] = Field(min_length=1)
    erasure: ErasureRoles

    def years_on(self, day: date) -> int:
        """Years of retention in force on that day; those of the latest rule where none is."""
        for rule in self.retention:
            if rule.holds(day):
                return rule.years_after_closure
        return self.retention[-1].years_after_closure
