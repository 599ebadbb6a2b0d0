"""A witness: somebody else, who signs that each checkpoint continues all that it saw before.

What it needs is a request in the form of C2SP tlog-witness (`add-checkpoint`): the size it saw
last, the consistency proof, the new checkpoint. It keeps one note for each log, nothing else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from domain.proof.checkpoint import Checkpoint, trusted
from domain.proof.merkle import EMPTY, ProofRefused, check_consistency
from domain.proof.note import Note, NoteRefused, Signature, Signer, Verifier, read_note
from domain.proof.proving import Continuation


class WitnessRefused(Exception):
    """The checkpoint does not continue what the witness saw: somebody must look into it."""


def written(request: Continuation) -> str:
    """The request's text."""
    hashes = [base64.b64encode(node).decode() for node in request.hashes]
    return "\n".join([f"old {request.old}", *hashes, "", str(request.checkpoint)])


def read_request(text: str) -> Continuation:
    """Raises NoteRefused."""
    head, found, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    if not found or word != "old" or not (old.isascii() and old.isdecimal()) or len(lines) > 63:
        raise NoteRefused("a witness is asked with `old <size>`, a proof and a checkpoint")
    try:
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
    except binascii.Error:
        raise NoteRefused("the proof is not base64") from None
    return Continuation(int(old), hashes, read_note(note))


def cosign(
    request: Continuation, keys: Sequence[Verifier], witness: Signer, state: Path, now: int
) -> Signature:
    """Check that the log has only grown since ``state``, remember it, and sign.

    ``now``: POSIX seconds. Raises NoteRefused (not the log's), WitnessRefused (it does not
    continue what was seen).
    """
    new = trusted(request.checkpoint, keys)
    seen = _seen(state)
    if seen is not None and seen.origin != new.origin:
        raise WitnessRefused("this witness watches another log")
    old_size, old_root = (seen.size, seen.root) if seen else (0, EMPTY)
    if request.old != old_size:
        raise WitnessRefused(f"the witness saw {old_size} events last, not {request.old}")
    try:
        check_consistency(old_size, new.size, request.hashes, old_root, new.root)
    except ProofRefused as refused:
        raise WitnessRefused(str(refused)) from None
    aside = state.with_name(f".{state.name}.new")
    aside.write_text(str(request.checkpoint), encoding="utf-8")
    aside.replace(state)
    return witness.cosign(request.checkpoint, now)


def _seen(state: Path) -> Checkpoint | None:
    if not state.exists():
        return None
    note: Note = read_note(state.read_text(encoding="utf-8"))
    return Checkpoint.of(note)
