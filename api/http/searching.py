"""Finding somebody's cases by what is personal, which belongs in no address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.http.door import Door, Identified
from api.http.looks import SearchRoute
from api.http.parameters import After
from api.http.shapes import Json, shape
from api.http.sparing import sparingly
from api.http.visible import placed, visible
from domain.person.register import blind_index, read_tax_code
from domain.person.state import standing_for
from domain.refusal import FieldProblem, Refused
from domain.vault.pseudonyms import with_pseudonyms
from projections.cases.queries import CasePage, CaseSummary, cases
from projections.cursor import cursor_of
from protocols.text import Text

router = APIRouter(prefix="/api/v1/cases", tags=["casi"], route_class=SearchRoute)


class SearchBody(BaseModel):
    """One of the two: `tax_code` whole, `pseudonym` or its beginning."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"pseudonym": "K7"}]})

    tax_code: Annotated[str, Field(max_length=40)] = ""
    pseudonym: Annotated[str, Field(max_length=120)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=400)] = ""

    @model_validator(mode="after")
    def _one(self) -> SearchBody:
        if bool(self.tax_code.strip()) == bool(self.pseudonym.strip()):
            raise PydanticCustomError("one_of_two", "one of tax_code and pseudonym")
        return self


@router.post(
    "/search",
    responses=shape(CasePage, "I casi trovati.", CasePage([], "")),
    summary="Cerca i casi di una persona",
    dependencies=[Depends(sparingly)],
)
def search(body: SearchBody, door: Identified, after: After = 0) -> Json:
    """Solo tra quelli che chi chiede può vedere. · Only among those one may see; who was erased is
    found by nothing."""
    door.wait(after, "cases", "persons")
    person: UUID | None = None
    keep: Callable[[CaseSummary], bool] = lambda row: True  # noqa: E731
    if body.tax_code.strip():
        person = _holder(door, body.tax_code)
        if person is None:
            return Json(CasePage([], ""))
    else:
        beginning = body.pseudonym.strip().casefold()
        keep = lambda row: row.pseudonym.casefold().startswith(beginning)  # noqa: E731
    with door.reading() as connection:

        def fetch(at: str, count: int) -> tuple[list[CaseSummary], str]:
            page = cases(
                connection, person=person, pseudonymous=person is None, limit=count, cursor=at
            )
            return with_pseudonyms(door.service.vault, page.cases), page.cursor

        found, following = visible(
            door,
            fetch,
            lambda row: row.id,
            lambda row: cursor_of(row.opened_at.isoformat(), row.id),
            limit=body.limit,
            cursor=body.cursor,
            keep=keep,
            show=partial(placed, door.reader),
        )
    if person is not None:
        for row in found:
            # That somebody with this code has a case here is told: it is a read.
            door.sight(row.id)
    return Json(CasePage(found, following))


def _holder(door: Door, written: str) -> UUID | None:
    """Whose tax code it is. Raises Refused (invalid)."""
    wrong: list[Text] = []

    def problem(field: str, it: str, en: str) -> Any:
        wrong.append(Text(it, en))

    code = read_tax_code(written, problem)
    if wrong:
        raise Refused(
            "invalid",
            "search_invalid",
            Text("La ricerca non va bene.", "The search is not right."),
            Text("Correggere il campo indicato.", "Correct the field that is named."),
            (FieldProblem("tax_code", wrong[0]),),
        )
    service = door.service
    holder = service.recorder.holder("person", blind_index(service.blind_key, code))
    return standing_for(service, holder).id if holder else None
