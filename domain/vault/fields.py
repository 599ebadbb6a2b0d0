"""Personal fields, sealed one by one with their person's data key.

AES-256-GCM with a random nonce for each field. Person, originator, version and the field's name are
bound to it as associated data: a sealed value put anywhere else cannot be opened. What is sealed is
the value's JSON, padded to a multiple of 16 bytes so that its length tells little.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ERASED = "[cancellato]"
"""What stands for a value whose key was destroyed."""

_MARK = "sealed:1:"
_NONCE, _BLOCK = 12, 16


class FieldAltered(Exception):
    """A sealed value that does not belong where it stands, or was changed. Never the value."""


class Place(NamedTuple):
    """Where a sealed field stands: whose it is, and in which event."""

    person: UUID
    originator: UUID
    version: int

    def bound(self, field: str) -> bytes:
        return b"".join(
            (
                self.person.bytes,
                self.originator.bytes,
                self.version.to_bytes(8, "big"),
                field.encode(),
            )
        )


def seal(personal: Mapping[str, Any], key: bytes, place: Place) -> dict[str, str]:
    """Every value sealed; the fields' names stay readable."""
    cipher = AESGCM(key)
    return {name: _seal(cipher, name, value, place) for name, value in personal.items()}


def _seal(cipher: AESGCM, name: str, value: Any, place: Place) -> str:
    plain = msgspec.json.encode(value)
    plain += b" " * (-len(plain) % _BLOCK)
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + cipher.encrypt(nonce, plain, place.bound(name))
    return _MARK + base64.b64encode(sealed).decode()


def is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_MARK)


def unseal(name: str, value: Any, key: bytes | None, place: Place) -> Any:
    """The value in the clear; ERASED without a key. What was never sealed is given back as it is.

    Raises FieldAltered.
    """
    if not is_sealed(value):
        return value
    if key is None:
        return ERASED
    try:
        sealed = base64.b64decode(value[len(_MARK) :], validate=True)
        plain = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound(name))
    except (InvalidTag, binascii.Error, ValueError):
        raise FieldAltered(f"{place.originator} @{place.version} {name}") from None
    return msgspec.json.decode(plain)
