"""Signed notes (C2SP signed-note), with Ed25519 signatures and witnesses' cosignatures.

A note is a text that ends in a newline, an empty line, and signature lines. The key's id is the
beginning of SHA-256 over name, newline, type of signature and public key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_SIGNATURES = 64

_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteRefused(Exception):
    """A note that is not one, or that no trusted key has signed."""


class Signature(NamedTuple):
    """One signature line: `value` is what follows the 4 bytes of the key's id."""

    name: str
    key_id: bytes
    value: bytes


class Note(NamedTuple):
    """`text` ends in a newline; nothing in it is to be believed before a signature is verified."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(
            f"— {s.name} {base64.b64encode(s.key_id + s.value).decode()}\n" for s in self.signatures
        )

    def with_signatures(self, more: Sequence[Signature]) -> Note:
        """The same note with these lines too; a key that has signed already is replaced."""
        keys = {(s.name, s.key_id) for s in more}
        kept = [s for s in self.signatures if (s.name, s.key_id) not in keys]
        return Note(self.text, (*kept, *more))


class Verifier(NamedTuple):
    """A key to be trusted, written `name+hexadecimal id+base64` (signed-note, verifier keys).

    `kind` is `ED25519` (the log's own) or `COSIGNATURE` (a witness's).
    """

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        return _key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, written: str) -> Verifier:
        """Raises NoteRefused."""
        name, _, rest = written.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise NoteRefused("the verifier key is not base64") from None
        if not _NAME.fullmatch(name) or len(key) != 33 or key[0] not in (ED25519, COSIGNATURE):
            raise NoteRefused("not a verifier key of Ed25519")
        verifier = cls(name, key[0], key[1:])
        if verifier.key_id.hex() != key_id.lower():
            raise NoteRefused("the verifier key's id does not belong to it")
        return verifier

    def signed(self, note: Note) -> int | None:
        """Whether it has signed the note: the time (POSIX seconds) of a cosignature, 0 for a plain
        signature, None where it has not. Raises NoteRefused where its signature is wrong."""
        for signature in note.signatures:
            if (signature.name, signature.key_id) == (self.name, self.key_id):
                return self._check(note, signature)
        return None

    def _check(self, note: Note, signature: Signature) -> int:
        message, value, at = note.text.encode(), signature.value, 0
        if self.kind == COSIGNATURE:
            if len(value) != 72:
                raise NoteRefused(f"the cosignature of {self.name} is ill-formed")
            at = int.from_bytes(value[:8], "big")
            message, value = _cosigned(note.text, at), value[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        except InvalidSignature:
            raise NoteRefused(f"the signature of {self.name} does not belong to the text") from None
        return at


class Signer:
    """A private key under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        if not _NAME.fullmatch(name):
            raise NoteRefused("a key's name has no spaces, no plus, no control characters")
        self.name = name
        self.private = private

    def verifier(self, kind: int = ED25519) -> Verifier:
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Verifier(self.name, kind, public)

    def sign(self, text: str) -> Note:
        """A new note. Raises NoteRefused for a text that cannot be one."""
        _check_text(text)
        value = self.private.sign(text.encode())
        return Note(text, (Signature(self.name, self.verifier().key_id, value),))

    def cosign(self, note: Note, at: int) -> Signature:
        """A witness's line (C2SP tlog-cosignature, v1): it has seen, at `at` (POSIX seconds), that
        this checkpoint continues all it saw before."""
        value = at.to_bytes(8, "big") + self.private.sign(_cosigned(note.text, at))
        return Signature(self.name, self.verifier(COSIGNATURE).key_id, value)


def read_note(written: str) -> Note:
    """Take a note apart; no signature is verified. Raises NoteRefused."""
    if _CONTROL.search(written):
        raise NoteRefused("control characters in the note")
    text, found, rest = written.rpartition("\n\n")
    lines = rest.splitlines()
    if not found or not lines or not rest.endswith("\n") or len(lines) > MAX_SIGNATURES:
        raise NoteRefused("a note ends in an empty line and its signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    try:
        value = base64.b64decode(parts[2], validate=True)
    except (IndexError, binascii.Error):
        raise NoteRefused("ill-formed signature line") from None
    if len(parts) != 3 or parts[0] != "—" or not _NAME.fullmatch(parts[1]) or len(value) < 5:
        raise NoteRefused("ill-formed signature line")
    return Signature(parts[1], value[:4], value[4:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteRefused("a note's text ends in a newline and has no control characters")


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
