"""Pages compressed on their way, so that their length does not tell what is in them.

Where an answer holds something secret and something that the asker chose, how well it compresses
tells whether the two are alike (BREACH, 2013). The token against forgery is masked anew in every
answer (`api.web.sessions`); and the length of each is made uncertain by a random file name in its
gzip header (RFC 1952 § 2.3.1), as R. Palacios and others proposed ("HTB: Heal the BREACH", 2022).
"""

from __future__ import annotations

import re
import secrets
import struct
import zlib

SMALLEST = 1_000
"""Bytes below which nothing is gained."""

_LONGEST_NAME = 100
_LEVEL = 5
_FNAME, _ANY_SYSTEM = 8, 255
_GZIP = re.compile(
    r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.\d{0,3})?)\s*)?(?=,|$)", re.I
)


def takes_gzip(accepted: str) -> bool:
    """Of an `Accept-Encoding` header (RFC 9110 § 12.5.3)."""
    found = _GZIP.search(accepted)
    return found is not None and float(found["weight"] or 1) > 0


def packed(body: bytes) -> bytes:
    """As gzip, each time of another length."""
    name = b"a" * secrets.randbelow(_LONGEST_NAME + 1)
    head = b"\x1f\x8b\x08" + struct.pack("<BIBB", _FNAME, 0, 0, _ANY_SYSTEM) + name + b"\0"
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return head + deflate.compress(body) + deflate.flush() + tail
