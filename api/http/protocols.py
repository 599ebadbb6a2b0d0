"""Protocols: what the rules say, with their digest, for whoever works by them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path

from api.http.access import may_read_protocols
from api.http.door import Door, Identified
from api.http.problems import Problem, not_found
from api.http.shapes import Json, shape
from protocols.documents import DocumentError
from protocols.registry import UnknownProtocol
from protocols.text import Text

router = APIRouter(prefix="/api/v1/protocols", tags=["protocolli"])


class ProtocolLine(msgspec.Struct, frozen=True):
    """`digest`: SHA-256 (hex) of the text, pinned by each case that follows it."""

    protocol: str
    version: str
    title: Text
    valid_from: date
    digest: str


class ProtocolList(msgspec.Struct, frozen=True):
    protocols: list[ProtocolLine]


class StepLine(msgspec.Struct, frozen=True):
    step: str
    title: Text
    stage: str
    role: str
    automation: str
    outcomes: list[str]
    legal_basis: str


class ProtocolDetail(msgspec.Struct, frozen=True):
    """`text`: the document itself, YAML."""

    protocol: str
    version: str
    title: Text
    valid_from: date
    digest: str
    legal_basis: list[str]
    stages: dict[str, Text]
    roles: dict[str, Text]
    steps: list[StepLine]
    events: dict[str, Text]
    text: str


_IN_CONFLICT = Text(
    "Queste varianti si contraddicono: nessun caso può seguirle insieme.",
    "These variants contradict each other: no case can follow them together.",
)
_TITLE = Text("Presa in carico", "Taking in charge")
_DETAIL = ProtocolDetail(
    "presa-in-carico", "1.0.0", _TITLE, date(2021, 1, 1), "0" * 64, [], {}, {}, [], {}, "…"
)


@router.get(
    "",
    responses=shape(
        ProtocolList,
        "Le versioni pubblicate.",
        ProtocolList(
            [ProtocolLine("presa-in-carico", "1.0.0", _TITLE, date(2021, 1, 1), "0" * 64)]
        ),
    ),
    summary="Elenca i protocolli",
)
def list_protocols(door: Identified) -> Json:
    """Ogni versione pubblicata. · Every published version."""
    _admit(door)
    registry = door.service.registry
    return Json(
        ProtocolList(
            [
                ProtocolLine(
                    plan.protocol.protocol,
                    plan.protocol.version,
                    plan.protocol.title,
                    registry.validity((plan.protocol.protocol, plan.protocol.version)).valid_from,
                    plan.digest,
                )
                for plan in registry.all()
            ]
        )
    )


@router.get(
    "/{protocol}/{version}",
    responses=shape(ProtocolDetail, "Il protocollo.", _DETAIL),
    summary="Una versione di un protocollo",
)
def one_protocol(
    protocol: Annotated[str, Path(max_length=60, examples=["presa-in-carico"])],
    version: Annotated[str, Path(max_length=200, examples=["1.0.0"])],
    door: Identified,
) -> Json:
    """Testo, impronta, passi; anche di una combinazione con varianti, per esempio
    `2.0.0+cps-1.0.0`. · Text, digest, steps; also of a combination with variants."""
    _admit(door)
    try:
        plan = door.service.registry.get(protocol, version)
    except UnknownProtocol as error:
        raise not_found("unknown_protocol", error.message) from None
    except DocumentError:
        raise not_found("variants_in_conflict", _IN_CONFLICT) from None
    document = plan.protocol
    return Json(
        ProtocolDetail(
            document.protocol,
            document.version,
            document.title,
            door.service.registry.validity((protocol, version)).valid_from,
            plan.digest,
            list(document.legal_basis),
            dict(document.stages),
            {name: role.title for name, role in document.roles.items()},
            [
                StepLine(
                    name,
                    step.title,
                    step.stage or "",
                    step.role or (step.automation.fallback if step.automation else ""),
                    step.automation.run if step.automation else "",
                    list(step.outcomes),
                    (step.due.legal_basis or "") if step.due else "",
                )
                for name, step in document.steps.items()
            ],
            {name: event.title for name, event in document.events.items()},
            plan.text,
        )
    )


def _admit(door: Door) -> None:
    if not may_read_protocols(door.reader):
        raise Problem(
            403,
            "no_role_today",
            Text("Oggi non si ricopre alcun ruolo.", "No role is held today."),
        )
