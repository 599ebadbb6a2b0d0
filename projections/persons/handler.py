"""Folds persons, without what is personal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.person.events import (
    MergeDeclined,
    MergedInto,
    MergeProposed,
    PartedFrom,
    PersonCorrected,
    PersonErased,
    PersonNamed,
    PersonReferred,
    PersonRegistered,
    PersonsMerged,
    ProcessingRestricted,
    RestrictionLifted,
)
from domain.vault.fields import ERASED
from projections.model import ReadModel, Row, Table, on
from projections.rows import Rows


class Person(Row, frozen=True):
    # As the person's first event has it: sealed.
    pseudonym: str
    sex: str
    birth_year: int | None
    anonymous: bool
    sealed: bool
    kept_by: UUID | None = None
    restricted: bool = False


class Proposal(Row, frozen=True):
    """That `merged` is the same human being waits for somebody's decision."""

    merged: UUID
    by: str
    at: datetime
    position: int


class Persons(ReadModel):
    name = "persons"
    folder = Path(__file__).parent
    version = 2
    tables = {"persons": Table(Person), "proposals": Table(Proposal, key=["merged"])}

    @on(PersonRegistered)
    def _registered(self, rows: Rows, event: Recorded, body: PersonRegistered) -> None:
        rows.put(
            "persons",
            Person(
                event.originator_id,
                body.pseudonym,
                body.sex,
                body.birth_year,
                body.anonymous,
                body.sealed,
            ),
        )

    @on(PersonNamed)
    def _named(self, rows: Rows, event: Recorded, body: PersonNamed) -> None:
        person: Person = rows.get("persons", event.originator_id)
        rows.put(
            "persons",
            replace(
                person,
                anonymous=False,
                sex=body.sex or person.sex,
                birth_year=body.birth_year or person.birth_year,
            ),
        )

    @on(PersonReferred)
    def _referred(self, rows: Rows, event: Recorded, body: PersonReferred) -> None:
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, sealed=person.sealed or body.sealed))

    @on(PersonCorrected)
    def _corrected(self, rows: Rows, event: Recorded, body: PersonCorrected) -> None:
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, sex=body.sex, birth_year=body.birth_year))

    @on(ProcessingRestricted, RestrictionLifted)
    def _restricted(
        self, rows: Rows, event: Recorded, body: ProcessingRestricted | RestrictionLifted
    ) -> None:
        person: Person = rows.get("persons", event.originator_id)
        restricted = isinstance(body, ProcessingRestricted)
        rows.put("persons", replace(person, restricted=restricted))

    # ── two who are one ──────────────────────────────────────────────────────────────────────

    @on(MergeProposed)
    def _proposed(self, rows: Rows, event: Recorded, body: MergeProposed) -> None:
        proposal = Proposal(
            event.originator_id, UUID(body.merged), body.by, event.at, event.position
        )
        rows.put("proposals", proposal)

    @on(MergeDeclined)
    def _declined(self, rows: Rows, event: Recorded, body: MergeDeclined) -> None:
        rows.delete("proposals", event.originator_id, UUID(body.merged))

    @on(PersonsMerged)
    def _merged(self, rows: Rows, event: Recorded, body: PersonsMerged) -> None:
        rows.delete("proposals", event.originator_id, UUID(body.merged))
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, sealed=person.sealed or body.sealed))

    @on(MergedInto)
    def _merged_into(self, rows: Rows, event: Recorded, body: MergedInto) -> None:
        for proposal in rows.of("proposals", event.originator_id):
            rows.delete("proposals", event.originator_id, proposal.merged)
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, kept_by=UUID(body.kept)))

    @on(PartedFrom)
    def _parted(self, rows: Rows, event: Recorded, body: PartedFrom) -> None:
        person: Person = rows.get("persons", event.originator_id)
        kept_by = UUID(body.kept) if body.kept else None
        rows.put("persons", replace(person, kept_by=kept_by))

    @on(PersonErased)
    def _erased(self, rows: Rows, event: Recorded, body: PersonErased) -> None:
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, pseudonym=ERASED, sex="", birth_year=None))
