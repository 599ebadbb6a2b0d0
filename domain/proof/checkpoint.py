"""Checkpoints: the head of the tree at a size, as a signed note (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.proof.merkle import ProofRefused, check_inclusion
from domain.proof.note import COSIGNATURE, Note, NoteRefused, Verifier, read_note

_PROOF_HEADER = "c2sp.org/tlog-proof@v1"


class Checkpoint(NamedTuple):
    """`origin` names the log; `size` is the number of its events; `root` the tree's root then."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def of(cls, note: Note) -> Checkpoint:
        """What a note says; who signed it is another question. Raises NoteRefused."""
        lines = note.text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]) or len(lines[1]) > 18:
            raise NoteRefused("a checkpoint is origin, size and root")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdecimal()) or (size[0] == "0" and size != "0"):
            raise NoteRefused("the size of a checkpoint is a number")
        return cls(origin, int(size), _hash(root))


def trusted(note: Note, keys: Iterable[Verifier], origin: str | None = None) -> Checkpoint:
    """The checkpoint, if one of the log's own ``keys`` has signed it and it is of ``origin``.

    Raises NoteRefused.
    """
    signed = [key for key in keys if key.kind != COSIGNATURE and key.signed(note) is not None]
    if not signed:
        raise NoteRefused("no trusted key has signed this checkpoint")
    checkpoint = Checkpoint.of(note)
    if origin is not None and checkpoint.origin != origin:
        raise NoteRefused("this is a checkpoint of another log")
    return checkpoint


class Proof(NamedTuple):
    """That an event is in the log: its ``leaf`` (position less one), the way up to the root, and
    the checkpoint (C2SP tlog-proof). ``extra`` is not proved: here, the entry itself."""

    leaf: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __str__(self) -> str:
        lines = [_PROOF_HEADER]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.leaf}")
        lines += [base64.b64encode(node).decode() for node in self.hashes]
        return "\n".join([*lines, "", str(self.checkpoint)])

    def check(
        self, hash_: bytes, keys: Sequence[Verifier], origin: str | None = None
    ) -> Checkpoint:
        """Raises NoteRefused, ProofRefused unless that leaf is in the log of this checkpoint."""
        checkpoint = trusted(self.checkpoint, keys, origin)
        check_inclusion(hash_, self.leaf, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def read_proof(written: str) -> Proof:
    """Raises ProofRefused, NoteRefused."""
    head, found, note = written.partition("\n\n")
    lines = head.split("\n")
    if not found or lines.pop(0) != _PROOF_HEADER or not lines:
        raise ProofRefused(f"a proof begins with {_PROOF_HEADER}")
    extra = b""
    if lines[0].startswith("extra "):
        try:
            extra = base64.b64decode(lines.pop(0)[6:], validate=True)
        except binascii.Error:
            raise ProofRefused("the extra data are not base64") from None
    word, _, index = (lines.pop(0) if lines else "").partition(" ")
    if word != "index" or not (index.isascii() and index.isdecimal()) or len(index) > 18:
        raise ProofRefused("the proof names no index")
    if len(lines) > 63:
        raise ProofRefused("the proof is too long")
    return Proof(int(index), tuple(map(_hash, lines)), read_note(note), extra)


def _hash(written: str) -> bytes:
    try:
        value = base64.b64decode(written, validate=True)
    except binascii.Error:
        value = b""
    if len(value) != 32:
        raise NoteRefused("a hash is 32 bytes in base64")
    return value
