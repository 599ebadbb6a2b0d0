"""Between whom data pass freely, and emergency access, as access.yaml states it."""

from pydantic import Field, model_validator

from protocols.documents import ContentError
from protocols.territory.model import PackPart, RoleName, ServiceKind
from protocols.territory.scopes import ScopeKind
from protocols.text import Text


class Circle(PackPart):
    """Organisations among which no authorisation is needed: those of these scopes and services."""

    title: Text
    scopes: tuple[ScopeKind, ...] = ()
    services: tuple[ServiceKind, ...] = ()


class Emergency(PackPart):
    """Emergency access lasts `hours`; who holds one of these roles reviews it."""

    hours: int = Field(ge=1, le=72)
    review_working_days: int = Field(ge=1, le=30)
    reviewed_by: tuple[RoleName, ...] = Field(min_length=1)


class AccessFile(PackPart):
    """`keeper`: the circle that answers for what nobody in particular recorded.
    `warn_before_expiry_days`: how long before an authorisation's last day those who follow the case
    are told; 0: never."""

    circles: dict[RoleName, Circle] = Field(min_length=1)
    keeper: RoleName
    emergency: Emergency
    warn_before_expiry_days: int = Field(default=30, ge=0, le=365)

    @model_validator(mode="after")
    def _one_circle_each(self) -> "AccessFile":
        if self.keeper not in self.circles:
            raise ContentError(
                Text(
                    f"«{self.keeper}» non è tra le cerchie di «circles».",
                    f"“{self.keeper}” is none of the “circles”.",
                ),
                ("keeper",),
            )
        seen: dict[str, str] = {}
        for name, circle in self.circles.items():
            for what in (*circle.scopes, *circle.services):
                if what in seen:
                    raise ContentError(
                        Text(
                            f"«{what}» sta già in «{seen[what]}»: può stare in una cerchia sola.",
                            f"“{what}” is in “{seen[what]}” already: one circle only.",
                        ),
                        ("circles", name),
                    )
                seen[what] = name
        return self

    def circle_of_scope(self, kind: str) -> str:
        """The circle of those who hold a role in such a scope; '' for those who govern or audit."""
        return next((n for n, c in self.circles.items() if kind in c.scopes), "")

    def circle_of_service(self, kind: str) -> str:
        """The circle of a service of that kind; '' if it is in none."""
        return next((n for n, c in self.circles.items() if kind in c.services), "")
