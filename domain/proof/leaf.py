"""The one hash of an event: link of its case's chain, and leaf of the tree over the whole log.

The entry of an event is ``0x01``, the hash of the originator's previous event (32 zero bytes for
the first), originator (16 bytes), version and position (8 bytes each, big-endian), length of the
topic (4 bytes), topic, and the state as it is stored, encrypted fields included. Its hash is the
leaf hash of RFC 6962, section 2.1. The database computes the same when it appends (`event_hash`).
"""

from __future__ import annotations

import struct
from hashlib import sha256
from uuid import UUID

FIRST = bytes(32)
"""What stands for the previous event's hash in an originator's first."""

_NUMBERS = struct.Struct(">qqI")


def entry(
    previous: bytes, originator: UUID, version: int, position: int, topic: str, state: bytes
) -> bytes:
    """What is hashed of an event."""
    name = topic.encode()
    numbers = _NUMBERS.pack(version, position, len(name))
    return b"".join((b"\x01", previous, originator.bytes, numbers, name, state))


def event_hash(
    previous: bytes, originator: UUID, version: int, position: int, topic: str, state: bytes
) -> bytes:
    """32 bytes; ``previous`` is the hash of the originator's event before this one."""
    return sha256(b"\0" + entry(previous, originator, version, position, topic, state)).digest()
