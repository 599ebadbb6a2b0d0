"""Registrations that may be of one human being, in the whole installation."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter

from api.http.door import Identified
from api.http.looks import ReadRoute
from api.http.merging import OTHER, check_joins
from api.http.person_writing import PERSON
from api.http.shapes import Json, shape
from domain.person.likeness import KINDS
from domain.person.suspected import Suspected, suspected
from protocols.text import Text

router = APIRouter(prefix="/api/v1/persons", tags=["persone"], route_class=ReadRoute)

_NOT_SHOWN = Text(
    "I probabili doppioni li vede chi decide le unioni.",
    "Likely duplicates are shown to those who decide merges.",
)


class LikelyDuplicates(msgspec.Struct, frozen=True):
    """The likeliest first; no pair that was proposed, declined or parted."""

    pairs: list[Suspected]


_FOUND = LikelyDuplicates([Suspected(PERSON, OTHER, 85, (KINDS["slip"].reason,))])


@router.get(
    "/duplicates",
    responses=shape(LikelyDuplicates, "Le coppie, per numero.", _FOUND),
    summary="Chi è forse registrato due volte",
)
def likely(door: Identified) -> Json:
    """In tutta l'installazione, per numero; i nomi li vede chi segue un caso. · In the whole
    installation, by id; names are seen by those who follow a case."""
    check_joins(door, _NOT_SHOWN)
    found = suspected(door.service)
    for pair in found:
        for person in (pair.one, pair.other):
            door.looks.admitted({"merging"}, None, person)
    return Json(LikelyDuplicates(found))
