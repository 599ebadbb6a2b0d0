"""The registry of hosts, and their places."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import may_read, may_read_hosts
from api.http.door import Door, Identified
from api.http.parameters import After, Cursor, Limit, Word
from api.http.problems import Problem
from api.http.referrals import istat_of
from api.http.shapes import Json, shape
from api.http.sights import sights
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.host.handle import ChangeHost, RegisterHost, change_host, register_host, unknown_host
from domain.service import Receipt
from projections.hosts.queries import HostPage, HostSummary, PlaceOfCase, host, hosts, places
from protocols.territory import NotInForce
from protocols.text import Text

router = APIRouter(prefix="/api/v1/hosts", tags=["soggetti ospitanti"])

_HOST = UUID("a3c9d3d4-6e0c-5a8f-8f5b-3f0d1d7c2b44")
_EXAMPLE: dict[str, Any] = {
    "name": "Panificio dell'Adda",
    "comune": "Cassano d'Adda",
    "staff": 8,
    "sector": "alimentare",
    "places": 2,
    "jobs": ["panettiere"],
    "kinds": ["inclusion_traineeship"],
    "flags": ["night_work"],
}
Name = Annotated[str, Field(max_length=200)]
Names = Annotated[list[Name], Field(max_length=100)]


class HostBody(BaseModel):
    """`excluded`: ids of persons who must never be sent there; never shown again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[str, Field(min_length=1, max_length=200)]
    comune: Annotated[
        str, Field(min_length=1, max_length=60, description="Codice ISTAT o nome del comune.")
    ]
    staff: Annotated[int, Field(ge=0, le=1_000_000, description="Dipendenti.")]
    places: Annotated[int, Field(ge=0, le=1_000, description="Posti offerti.")]
    sector: Name = ""
    jobs: Names = []
    kinds: Annotated[Names, Field(description="Tipi di inserimento accolti; vuoto: tutti.")] = []
    flags: Names = []
    excluded: Names = []


class HostChanges(BaseModel):
    """Only the fields that change."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"places": 1}]})

    name: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    comune: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    staff: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    places: Annotated[int | None, Field(ge=0, le=1_000)] = None
    sector: Name | None = None
    jobs: Names | None = None
    kinds: Names | None = None
    flags: Names | None = None
    excluded: Names | None = None


class HostWritten(msgspec.Struct, frozen=True):
    """`position`: the log's, for `?after=`."""

    host: UUID
    version: int
    position: int
    events: int
    replayed: bool


class HostDetail(msgspec.Struct, frozen=True):
    """`caps`: for each kind it takes, how many the law and the host allow at once; `places`: those
    taken by cases that the asker may see, `taken` counts all."""

    host: HostSummary
    caps: dict[str, int]
    places: list[PlaceOfCase]


_SUMMARY = HostSummary(_HOST, "Panificio dell'Adda", "015059", 8, "alimentare", 2, 1, [], [], [], 3)
_WRITTEN = HostWritten(_HOST, 1, 431, 1, False)
WRITTEN = shape(HostWritten, "Aggiornato.", _WRITTEN)


@router.get(
    "",
    responses=shape(HostPage, "I soggetti ospitanti.", HostPage([_SUMMARY], "")),
    summary="Elenca i soggetti ospitanti",
)
def list_hosts(
    door: Identified,
    comune: Annotated[Word | None, Query(description="Codice ISTAT o nome.")] = None,
    kind: Word | None = None,
    free: bool = False,
    limit: Limit = 50,
    cursor: Cursor = "",
    after: After = 0,
) -> Json:
    """Per nome. · By name."""
    _admit(door)
    door.wait(after, "hosts")
    istat = istat_of(door.service.territory, comune, "query.comune") if comune else None
    with door.reading() as connection:
        return Json(
            hosts(connection, comune=istat, kind=kind, free=free, limit=limit, cursor=cursor)
        )


@router.get(
    "/{host_id}",
    responses=shape(HostDetail, "Il soggetto ospitante.", HostDetail(_SUMMARY, {}, [])),
    summary="Un soggetto ospitante",
)
def one_host(host_id: UUID, door: Identified, after: After = 0) -> Json:
    """Con i suoi posti. · With its places."""
    _admit(door)
    door.wait(after, "hosts")
    with door.reading() as connection:
        found = host(connection, host_id)
        if found is None:
            raise unknown_host(host_id)
        taken = places(connection, host_id)
    state = door.service.host(host_id)
    territory = door.service.territory
    today = door.service.clock.now().astimezone(territory.timezone).date()
    caps: dict[str, int] = {}
    for kind in state.kinds if state else ():
        try:
            caps[kind] = state.cap(kind, territory, today)  # type: ignore[union-attr]
        except NotInForce:
            caps[kind] = 0
    seen = sights(door.service, [place.case for place in taken])
    visible = [
        place
        for place in taken
        if place.case in seen and may_read(door.reader, seen[place.case], "summary")
    ]
    return Json(HostDetail(found, caps, visible))


@router.post(
    "",
    status_code=201,
    responses=shape(HostWritten, "Registrato.", _WRITTEN, 201),
    summary="Registra un soggetto ospitante",
)
def register(body: HostBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Da parte di chi tiene la banca dati aziende. · By those who keep the registry."""
    command = command_id(door, key)
    fields = _plain(door, body.model_dump())
    receipt = register_host(
        door.service,
        RegisterHost(
            command_id=command, actor=door.actor, case=uuid5(command, "host"), fields=fields
        ),
    )
    return written(receipt, 201)


@router.patch(
    "/{host_id}",
    responses=WRITTEN,
    summary="Aggiorna un soggetto ospitante",
)
def change(host_id: UUID, body: HostChanges, door: Identified, key: IdempotencyKey = None) -> Json:
    """Solo i campi indicati. · Only the fields that are given."""
    command = command_id(door, key)
    given = body.model_dump(exclude_none=True)
    receipt = change_host(
        door.service,
        ChangeHost(command_id=command, actor=door.actor, case=host_id, changes=_plain(door, given)),
    )
    return written(receipt, 200)


def _plain(door: Door, fields: dict[str, Any]) -> dict[str, Any]:
    if "comune" in fields:
        fields["comune"] = istat_of(door.service.territory, fields["comune"])
    return fields


def written(receipt: Receipt, status: int) -> Json:
    answer = HostWritten(
        receipt.case, receipt.version, receipt.position, receipt.events, receipt.replayed
    )
    return Json(answer, status, replay_header(receipt))


def _admit(door: Door) -> None:
    if not may_read_hosts(door.reader):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "La banca dati aziende non riguarda i ruoli ricoperti.",
                "The registry of hosts does not concern the roles held.",
            ),
        )
