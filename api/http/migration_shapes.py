"""What is sent and answered about migration plans. Ids of cases only: nothing personal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from api.http.shapes import shape
from domain.migration.state import Migration
from domain.migration.survey import Ahead, CaseVerdict, Survey
from domain.migration.ways import Asked
from protocols.text import Text

_Name = Annotated[str, Field(min_length=1, max_length=130)]
_Names = Annotated[dict[_Name, _Name | None], Field(max_length=2000)]
_Version = Annotated[str, Field(min_length=1, max_length=200)]


class MappingBody(BaseModel):
    """`steps`, `events`: old name → new name, null for one that is there no more; `outcomes`:
    `step.outcome` → outcome; `decisions`: question → answer."""

    model_config = ConfigDict(extra="forbid")

    steps: _Names = {}
    events: _Names = {}
    outcomes: Annotated[dict[_Name, _Name], Field(max_length=2000)] = {}
    decisions: Annotated[dict[_Name, _Name], Field(max_length=2000)] = {}
    deadlines: Literal["keep", "recompute"] = "keep"


class PlanBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"protocol": "presa-in-carico", "from_version": "1.0.0", "to_version": "2.0.0"}
            ]
        },
    )

    protocol: Annotated[str, Field(min_length=1, max_length=60)]
    from_version: _Version
    to_version: _Version
    mapping: MappingBody = MappingBody()
    reason: Annotated[str, Field(max_length=2000)] = ""


class ApprovalBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"digest": "9f86d081884c"}]}
    )

    digest: Annotated[
        str,
        Field(
            min_length=12,
            max_length=64,
            description="L'impronta del piano letto, o almeno le sue prime 12 cifre.",
        ),
    ]
    reason: Annotated[str, Field(max_length=2000)] = ""


class Hindrance(msgspec.Struct, frozen=True):
    """What stands in the way of `cases`; `answers`: what may be decided, if anything."""

    id: str
    cases: int
    text: Text
    answers: dict[str, Text]


class PlanPreview(msgspec.Struct, frozen=True):
    """What would become of each open case. Nothing has been recorded."""

    protocol: str
    from_version: str
    to_version: str
    digest: str
    recognised: dict[str, str]
    counts: dict[str, int]
    ways: list[Ahead]
    why: list[Hindrance]
    cases: list[CaseVerdict]


class Way(msgspec.Struct, frozen=True):
    """How many cases of a plan go from one combination to another."""

    from_version: str
    to_version: str
    cases: int


class CaseLeft(msgspec.Struct, frozen=True):
    case: UUID
    why: str


class MigrationView(msgspec.Struct, frozen=True):
    """`cases`: how many are to move; `moved`, `reverted`: how many the log says have been."""

    id: UUID
    status: str
    protocol: str
    from_version: str
    to_version: str
    digest: str
    reason: str
    counts: dict[str, int]
    ways: list[Way]
    why: dict[str, int]
    planned_by: str
    planned_at: datetime
    approved_by: str
    approved_at: datetime | None
    cases: int
    moved: int
    reverted: int
    left: list[CaseLeft]
    kept: list[CaseLeft]


class MigrationList(msgspec.Struct, frozen=True):
    migrations: list[MigrationView]


def preview_of(asked: Asked, found: Survey) -> PlanPreview:
    return PlanPreview(
        asked.protocol, asked.from_version, asked.to_version, found.digest(),
        found.recognised(), found.counts(), found.ahead(),
        [_hindrance(found, why, number) for why, number in found.why().items()], found.cases,
    )  # fmt: skip


def _hindrance(found: Survey, why: str, number: int) -> Hindrance:
    question = found.questions.get(why)
    if question is not None:
        return Hindrance(why, number, question.text, question.answers)
    return Hindrance(why, number, found.reasons[why].text, {})


def view_of(plan: Migration, moved: int, reverted: int) -> MigrationView:
    made = plan.plan
    return MigrationView(
        plan.id, plan.status, made.protocol, made.from_version, made.to_version, made.digest,
        made.reason, made.counts,
        [Way(way.from_version, way.to_version, way.cases) for way in made.routes], made.why,
        plan.planned_by, plan.planned_at, plan.approved_by, plan.approved_at, len(made.cases),
        moved, reverted, _listed(plan.left), _listed(plan.kept),
    )  # fmt: skip


def _listed(cases: tuple[tuple[str, str], ...]) -> list[CaseLeft]:
    return [CaseLeft(UUID(hex=case), why) for case, why in cases]


_PLAN = UUID("0b7c5a52-8f0e-4a63-9a43-7f6a5d0c9a10")
VIEW = MigrationView(
    _PLAN, "planned", "presa-in-carico", "1.0.0", "2.0.0", "0" * 64, "", {"moves": 2},
    [Way("1.0.0", "2.0.0+cps-1.0.0", 2)], {"late:project": 1}, "design-1",
    datetime(2026, 3, 2, 9, tzinfo=UTC), "", None, 2, 0, 0, [], [],
)  # fmt: skip
PREVIEW = PlanPreview(
    "presa-in-carico", "1.0.0", "2.0.0", "0" * 64, {}, {"moves": 1},
    [Ahead("1.0.0", "2.0.0+cps-1.0.0", {"moves": 1})], [],
    [CaseVerdict(_PLAN, 12, "moves", from_version="1.0.0", to_version="2.0.0+cps-1.0.0")],
)  # fmt: skip
ANSWERED: dict[int | str, Any] = shape(MigrationView, "Il piano.", VIEW)
