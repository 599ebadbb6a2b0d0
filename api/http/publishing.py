"""From a draft to a protocol in force: designers write and propose, management decides."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.http.access import may_read_drafts
from api.http.door import Door, Identified
from api.http.problems import Problem, not_found
from api.http.publishing_shapes import (
    EXAMPLE,
    LINE,
    WRITTEN,
    DecisionBody,
    DraftBody,
    EditionDetail,
    EditionList,
    EditionWritten,
    Label,
    ProposalBody,
    Protocol,
    PublicationBody,
    RetirementBody,
    line_of,
)
from api.http.shapes import Json, shape
from api.http.writing import IdempotencyKey, command_id, replay_header
from domain.publishing import commands as k
from domain.publishing import handle
from domain.publishing.decide import edition_of
from domain.publishing.history import moments
from domain.publishing.state import Publishing, fold
from domain.service import Receipt
from protocols.text import Text

router = APIRouter(prefix="/api/v1/protocols/{protocol}/drafts", tags=["bozze e pubblicazione"])


@router.get(
    "",
    responses=shape(
        EditionList, "Le versioni, a qualsiasi punto.", EditionList("presa-in-carico", [LINE])
    ),
    summary="Elenca le versioni di un protocollo, bozze comprese",
)
def list_editions(protocol: Protocol, door: Identified) -> Json:
    """Dalla bozza al ritiro. · From draft to retirement."""
    _admit(door)
    state = handle.publishing(door.service, protocol)
    if not state.editions:
        raise not_found(
            "unknown_protocol",
            Text(
                "Di questo protocollo non c'è nessun testo.", "There is no text of this protocol."
            ),
        )
    return Json(EditionList(protocol, [line_of(e) for e in state.editions.values()]))


@router.get(
    "/{label}",
    responses=shape(EditionDetail, "La versione.", EditionDetail("presa-in-carico", LINE, "…", [])),
    summary="Una versione, con la sua storia",
)
def one_edition(protocol: Protocol, label: Label, door: Identified) -> Json:
    """Testo, stato, chi quando e perché. · Text, status, who, when and why."""
    _admit(door)
    service = door.service
    empty = Publishing.of(protocol)
    events = service.history(empty.id)
    edition = edition_of(fold(empty, events), label)
    return Json(EditionDetail(protocol, line_of(edition), edition.text, moments(events, label)))


@router.post(
    "",
    status_code=201,
    responses=shape(EditionWritten, "Salvata.", EXAMPLE, 201),
    summary="Salva una bozza",
)
def save(protocol: Protocol, body: DraftBody, door: Identified, key: IdempotencyKey = None) -> Json:
    """Nuova, o con un testo nuovo: ciò che era proposto torna bozza.
    · New, or with a new text: what was proposed is a draft again."""
    command = k.SaveDraft(
        command_id=command_id(door, key),
        actor=door.actor,
        case=Publishing.of(protocol).id,
        protocol=protocol,
        text=body.text,
        reason=body.reason,
    )
    return _written(door, protocol, None, handle.save_draft(door.service, command), 201)


@router.post("/{label}/propose", responses=WRITTEN, summary="Propone una bozza")
def propose(
    protocol: Protocol,
    label: Label,
    body: ProposalBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Il controllo gira adesso: gli errori lo impediscono, ogni avvertimento vuole un motivo.
    · The checker runs now: errors forbid it, each warning needs a reason."""
    command = k.Propose(
        **_of(protocol, label, door, key),
        digest=body.digest,
        reason=body.reason,
        reasons=body.reasons,
    )
    return _written(door, protocol, label, handle.propose(door.service, command))


@router.post("/{label}/approve", responses=WRITTEN, summary="Approva una proposta")
def approve(
    protocol: Protocol,
    label: Label,
    body: DecisionBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Al livello gestionale, non chi l'ha scritta o proposta.
    · By the management level, not by an author or the proposer."""
    command = k.Approve(**_of(protocol, label, door, key), digest=body.digest, reason=body.reason)
    return _written(door, protocol, label, handle.approve(door.service, command))


@router.post("/{label}/reject", responses=WRITTEN, summary="Respinge una proposta")
def reject(
    protocol: Protocol,
    label: Label,
    body: DecisionBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Al livello gestionale, con un motivo. · By the management level, with a reason."""
    command = k.Reject(**_of(protocol, label, door, key), digest=body.digest, reason=body.reason)
    return _written(door, protocol, label, handle.reject(door.service, command))


@router.post("/{label}/publish", responses=WRITTEN, summary="Pubblica una versione approvata")
def publish(
    protocol: Protocol,
    label: Label,
    body: PublicationBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Da un giorno non passato; il testo non cambierà mai più.
    · From a day not past; the text will never change again."""
    command = k.Publish(
        **_of(protocol, label, door, key), digest=body.digest, valid_from=body.valid_from
    )
    return _written(door, protocol, label, handle.publish(door.service, command))


@router.post("/{label}/retire", responses=WRITTEN, summary="Ritira una versione pubblicata")
def retire(
    protocol: Protocol,
    label: Label,
    body: RetirementBody,
    door: Identified,
    key: IdempotencyKey = None,
) -> Json:
    """Nessun nuovo caso da quel giorno; chi la segue continua.
    · No new cases from that day; those that follow it go on."""
    command = k.Retire(
        **_of(protocol, label, door, key), until=body.until, reason=body.reason, last=body.last
    )
    return _written(door, protocol, label, handle.retire(door.service, command))


def _of(protocol: str, label: str, door: Door, key: str | None) -> dict[str, Any]:
    return {
        "command_id": command_id(door, key),
        "actor": door.actor,
        "case": Publishing.of(protocol).id,
        "protocol": protocol,
        "label": label,
    }


def _written(
    door: Door, protocol: str, label: str | None, receipt: Receipt, status: int = 200
) -> Json:
    """The version as it was right after the command. `label`: None for the one written last."""
    events = door.service.history(receipt.case, version=receipt.version)
    state = fold(Publishing.of(protocol), events)
    edition = edition_of(state, label or events[-1].body.label)
    written = EditionWritten(
        protocol,
        line_of(edition),
        receipt.version,
        receipt.position,
        receipt.events,
        receipt.replayed,
    )
    return Json(written, status, replay_header(receipt))


def _admit(door: Door) -> None:
    if not may_read_drafts(door.reader):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le bozze riguardano chi disegna i protocolli e chi li decide.",
                "Drafts concern those who design protocols and those who decide on them.",
            ),
        )
