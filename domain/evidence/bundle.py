"""The files of a bundle: bytes that are proved, words that tell them, and how to check both."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from domain.evidence.archive import MANIFEST, Content, manifest
from domain.evidence.attachments import Attachment
from domain.evidence.collecting import Evidence
from domain.evidence.naming import Naming
from domain.evidence.transcribing import ReaderOf, file_of, transcribe
from domain.proof.note import Signer, Verifier
from protocols.engine.plan import Plan

_MATERIAL = Path(__file__).parent / "material"
# Of an Ed25519 public key, all that precedes its 32 bytes (RFC 8410).
_SPKI = bytes.fromhex("302a300506032b6570032100")


class Request(msgspec.Struct, frozen=True):
    """Who asked for the bundle (a staff id, already as the bundle calls them), by which right, when
    (the case clock), and for what reason: empty where it is pseudonymised."""

    by: str
    grounds: tuple[str, ...]
    at: datetime
    full: bool
    reason: str = ""


def bundle(
    evidence: Evidence,
    request: Request,
    naming: Naming,
    readers: ReaderOf | None,
    reads: Sequence[Mapping[str, Any]],
    report: bytes,
    signer: Signer,
    attachments: Sequence[Attachment] = (),
) -> dict[str, Content]:
    """Content by name, the signed manifest included. `reads`: the read log of the case.

    Raises FieldAltered, VaultProblem, OSError.
    """
    files: dict[str, Content] = {"report.pdf": report, "letture.json": _read_log(evidence, reads)}
    files["eventi.json"] = _json(transcribe(evidence, naming, readers))
    for one in evidence.stored:
        files[f"{file_of(one)}.bin"] = one.entry
        files[f"{file_of(one)}.tlog-proof"] = str(one.proof).encode()
    for plan in evidence.texts:
        for number, source in enumerate(plan.sources, 1):
            files[f"protocolli/{plan.digest}/{number:02}-{source.label}.yaml"] = source.text
    files["sigillo.txt"] = str(evidence.note).encode()
    files["chiavi.txt"] = "".join(f"{key}\n" for key in evidence.keys).encode()
    files["chiave.pem"] = _pem(signer.verifier())
    for attachment in attachments:
        files |= attachment.files
    files["fascicolo.json"] = _json(_summary(evidence, request, attachments))
    files["controlla.py"] = material("controlla.py")
    said = _said(evidence, request, signer)
    for name in ("LEGGIMI.txt", "README.txt"):
        files[name] = material(name).decode().format(**said).encode()
    files[MANIFEST] = str(manifest(evidence.case, request.full, files, signer)).encode()
    return files


@cache
def material(name: str) -> bytes:
    """A file that goes into every bundle."""
    return (_MATERIAL / name).read_bytes()


def _read_log(evidence: Evidence, reads: Sequence[Mapping[str, Any]]) -> bytes:
    return _json({"until_position": evidence.checkpoint.size, "reads": list(reads)})


def _summary(
    evidence: Evidence, request: Request, attachments: Sequence[Attachment]
) -> dict[str, Any]:
    return {
        "case": str(evidence.case),
        "asked": request,
        "checkpoint": {
            "origin": evidence.checkpoint.origin,
            "size": evidence.checkpoint.size,
            "root": evidence.checkpoint.root.hex(),
        },
        "events": {"case": len(evidence.of_case), "person": len(evidence.of_person)},
        "protocols": [_text(plan) for plan in evidence.texts],
        "territory_pack": evidence.territory,
        "attachments": [one.told() for one in attachments],
    }


def _text(plan: Plan) -> dict[str, Any]:
    return {
        "protocol": plan.protocol.protocol,
        "version": plan.protocol.version,
        "digest": plan.digest,
        "texts": [{"label": one.label, "sha256": one.digest} for one in plan.sources],
    }


def _said(evidence: Evidence, request: Request, signer: Signer) -> dict[str, str]:
    """What the two explanations say of this bundle."""
    # Some key has signed the checkpoint: the line where it did, and where the key is listed.
    lines = {(s.name, s.key_id): n for n, s in enumerate(evidence.note.signatures, 1)}
    line, key = next(
        (lines[key.name, key.key_id], number)
        for number, key in enumerate(evidence.keys, 1)
        if (key.name, key.key_id) in lines
    )
    first = evidence.of_case[0]
    return {
        "case": str(evidence.case),
        "size": str(evidence.checkpoint.size),
        "root": evidence.checkpoint.root.hex(),
        "root64": base64.b64encode(evidence.checkpoint.root).decode(),
        "origin": evidence.checkpoint.origin,
        "key": str(signer.verifier()),
        "line": str(line),
        "number": str(key),
        "first": file_of(first),
        "kind_it": "integrale" if request.full else "pseudonimo",
        "kind_en": "full" if request.full else "pseudonymised",
        "last": str(evidence.of_case[-1].event.originator_version),
    }


def _pem(verifier: Verifier) -> bytes:
    key = base64.b64encode(_SPKI + verifier.public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n".encode()


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
