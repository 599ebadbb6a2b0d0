"""Folds persons, without what is personal."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.person.events import PersonErased, PersonNamed, PersonRegistered
from domain.vault.fields import ERASED
from projections.model import ReadModel, Row, Table, on
from projections.rows import Rows


class Person(Row, frozen=True):
    pseudonym: str
    sex: str
    birth_year: int | None
    anonymous: bool
    sealed: bool


class Persons(ReadModel):
    name = "persons"
    folder = Path(__file__).parent
    tables = {"persons": Table(Person)}

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

    @on(PersonErased)
    def _erased(self, rows: Rows, event: Recorded, body: PersonErased) -> None:
        person: Person = rows.get("persons", event.originator_id)
        rows.put("persons", replace(person, pseudonym=ERASED, sex="", birth_year=None))
