"""A file sealed in segments, so that neither writing nor reading ever holds it whole.

The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (*Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance*, CRYPTO 2015) over AES-256-GCM: a segment's nonce is a
prefix, its number and whether it is the last, so that segments can be neither swapped nor left out,
and a file can be neither shortened nor prolonged. Key and prefix are derived (HKDF-SHA-256, RFC
5869) from the person's data key and a random salt of the file: no two files share them. Person,
case and document are bound to every segment as associated data.

    file = "cantiere document 1\\n" ‖ salt (32 bytes) ‖ segments, each with its tag of 16 bytes
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = 256 * 1024
"""Bytes in the clear of every segment but the last."""

_MARK = b"cantiere document 1\n"
_SALT, _PREFIX, _TAG = 32, 7, 16
_HEAD = len(_MARK) + _SALT
# The number of a segment is written in four bytes.
_MOST_SEGMENTS = 2**32


class DocumentAltered(Exception):
    """A sealed file that was changed, cut, or put in another's place. Never its content."""


class Place(NamedTuple):
    """Whose document it is, of which case, and which."""

    person: UUID
    case: UUID
    document: UUID

    @property
    def bound(self) -> bytes:
        return b"".join(part.bytes for part in self)


class _Cipher:
    def __init__(self, key: bytes, place: Place, salt: bytes) -> None:
        derived = HKDF(SHA256(), 32 + _PREFIX, salt, b"cantiere document 1").derive(key)
        self._aead = AESGCM(derived[:32])
        self._prefix = derived[32:]
        self._bound = _MARK + salt + place.bound

    def seal(self, number: int, last: bool, plain: bytes) -> bytes:
        return self._aead.encrypt(self._nonce(number, last), plain, self._bound)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        try:
            return self._aead.decrypt(self._nonce(number, last), sealed, self._bound)
        except InvalidTag:
            raise DocumentAltered(f"segment {number}") from None

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([last])


class Sealer:
    """Writes a sealed file through `write`, segment by segment."""

    def __init__(self, key: bytes, place: Place, write: Callable[[bytes], Any]) -> None:
        salt = secrets.token_bytes(_SALT)
        self._cipher = _Cipher(key, place, salt)
        self._write = write
        self._waiting = bytearray()
        self._number = 0
        write(_MARK + salt)

    def add(self, plain: bytes) -> None:
        self._waiting += plain
        # What may be the last segment waits for `finish`.
        while len(self._waiting) > SEGMENT:
            self._put(bytes(self._waiting[:SEGMENT]), False)
            del self._waiting[:SEGMENT]

    def finish(self) -> None:
        self._put(bytes(self._waiting), True)

    def _put(self, plain: bytes, last: bool) -> None:
        if self._number >= _MOST_SEGMENTS:
            raise OverflowError("a sealed file holds at most 2³² segments")
        self._write(self._cipher.seal(self._number, last, plain))
        self._number += 1


class Opened(io.RawIOBase):
    """A sealed file in the clear, read at any place; nothing leaves it unauthenticated.

    It owns `sealed`, which is open for reading and can seek. Holds one segment. Every method may
    raise DocumentAltered.
    """

    def __init__(self, key: bytes, place: Place, sealed: BinaryIO) -> None:
        self._sealed = sealed
        whole = sealed.seek(0, io.SEEK_END)
        sealed.seek(0)
        head = sealed.read(_HEAD)
        if len(head) < _HEAD or not head.startswith(_MARK) or whole < _HEAD + _TAG:
            raise DocumentAltered("head")
        self._cipher = _Cipher(key, place, head[len(_MARK) :])
        full, rest = divmod(whole - _HEAD, SEGMENT + _TAG)
        if 0 < rest < _TAG:
            raise DocumentAltered("length")
        self._last = full if rest else full - 1
        self.size = whole - _HEAD - _TAG * (self._last + 1)
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def segments(self) -> Iterator[bytes]:
        """The whole content, from the beginning."""
        for number in range(self._last + 1):
            yield self._segment(number)

    def _segment(self, number: int) -> bytes:
        if self._held[0] != number:
            self._sealed.seek(_HEAD + number * (SEGMENT + _TAG))
            sealed = self._sealed.read(SEGMENT + _TAG)
            self._held = (number, self._cipher.open(number, number == self._last, sealed))
        return self._held[1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        number, inside = divmod(self._at, SEGMENT)
        if self._at >= self.size or number > self._last:
            return 0
        part = self._segment(number)[inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._sealed.close()
        super().close()
