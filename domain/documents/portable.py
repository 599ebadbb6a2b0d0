"""PDF (ISO 32000-2): refused where opening it would run something, or where that cannot be told.

Names are looked for in the whole file, also written with `#xx` (§ 7.3.5), and in compressed object
streams (§ 7.5.7). A JavaScript action always bears the name JavaScript (§ 12.6.4.17), a launch
action Launch (§ 12.6.4.6).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from domain.documents.unfit import Unfit
from protocols.text import Text

_REFUSED = frozenset(
    {b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"XFA"}
)
_ENCRYPTED, _STREAM = b"Encrypt", b"ObjStm"
# Names of the length of those sought; each `#xx` takes three bytes.
_NAME = re.compile(rb"/([A-Za-z#0-9]{3,39})(?![A-Za-z#0-9])")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")

_PIECE, _OVERLAP = 256 * 1024, 64
_DICTIONARY = 2048
_MOST_STREAMS, _MOST_UNPACKED = 50_000, 512 * 2**20


def check_pdf(file: BinaryIO) -> None:
    """Raises Unfit."""
    streams: list[int] = []
    for name, at in _names_in(file):
        _check(name)
        if name == _STREAM:
            streams.append(at)
            if len(streams) > _MOST_STREAMS:
                raise _unclear()
    left = _MOST_UNPACKED
    for at in streams:
        left -= _check_stream(file, at, left)


def _check(name: bytes) -> None:
    if name in _REFUSED:
        raise Unfit(
            "active_content",
            Text(
                "Il PDF contiene programmi, moduli dinamici o file allegati.",
                "The PDF contains programs, dynamic forms or attached files.",
            ),
            Text(
                "Stamparlo in un nuovo PDF e allegare quello.",
                "Print it to a new PDF and attach that one.",
            ),
        )
    if name == _ENCRYPTED:
        raise Unfit(
            "encrypted",
            Text(
                "Il PDF è protetto da una password o da limiti di uso: non si può controllare.",
                "The PDF is protected by a password or by permissions: it cannot be checked.",
            ),
            Text("Togliere la protezione: qui è cifrato.", "Remove it: files are encrypted here."),
        )


def _names_in(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Every name that might matter, and where it begins."""
    file.seek(0)
    start, kept = 0, b""
    while piece := file.read(_PIECE):
        window = kept + piece
        for found in _NAME.finditer(window):
            # What touches the end is seen whole in the next window.
            if found.end() < len(window) or len(piece) < _PIECE:
                yield _plain(found[1]), start + found.start()
        kept = window[-_OVERLAP:]
        start += len(window) - len(kept)


def _plain(name: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), name) if b"#" in name else name


def _check_stream(file: BinaryIO, at: int, most: int) -> int:
    """Look into the object stream whose dictionary holds the name at `at`; bytes unpacked."""
    before = max(0, at - _DICTIONARY)
    file.seek(before)
    around = file.read(at - before + _DICTIONARY)
    opening = re.compile(rb"stream\r?\n").search(around, at - before)
    if opening is None:
        raise _unclear()
    dictionary = around[around.rfind(b"obj", 0, at - before) + 3 : opening.start()]
    written = {_plain(name) for name in re.findall(rb"/([^\s()<>\[\]{}/%]{1,40})", dictionary)}
    others = {b"LZWDecode", b"ASCIIHexDecode", b"ASCII85Decode", b"RunLengthDecode", b"Crypt",
              b"DecodeParms", b"LZW", b"AHx", b"A85", b"RL", b"F"}  # fmt: skip
    if written & others:
        raise _unclear()
    file.seek(before + opening.end())
    try:
        # Tried whatever the dictionary seems to say: it may be written so as to deceive.
        return _check_unpacked(file, most)
    except zlib.error:
        if b"Filter" in written:
            raise _unclear() from None
        # In the clear: it was looked through with everything else.
        return 0


def _check_unpacked(file: BinaryIO, most: int) -> int:
    unpack = zlib.decompressobj()
    size, kept = 0, b""
    while not unpack.eof:
        packed = unpack.unconsumed_tail or file.read(_PIECE)
        if not packed:
            raise zlib.error("incomplete")
        piece = unpack.decompress(packed, _PIECE)
        size += len(piece)
        if size > most:
            raise _unclear()
        window = kept + piece
        for found in _NAME.finditer(window):
            _check(_plain(found[1]))
        kept = window[-_OVERLAP:]
    return size


def _unclear() -> Unfit:
    return Unfit(
        "not_checkable",
        Text(
            "Il PDF è scritto in un modo che non permette di controllarlo, o è rovinato.",
            "The PDF is written in a way that does not let it be checked, or is damaged.",
        ),
        Text(
            "Stamparlo in un nuovo PDF e allegare quello.",
            "Print it to a new PDF and attach that one.",
        ),
    )
