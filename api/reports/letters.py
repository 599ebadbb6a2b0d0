"""Text that the embedded fonts can show: a letter without a shape makes no accessible PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# What Libertinus Serif, New Computer Modern and DejaVu Sans Mono show between them.
_SHOWN = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x37A, 0x37F), (0x384, 0x38A),
    (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x4FF), (0x621, 0x63A), (0x640, 0x655), (0x660, 0x66D),
    (0x6F0, 0x6F9), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040), (0x20A0, 0x20B5),
    (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2500, 0x25FF),
)  # fmt: skip
_OTHER = re.compile(
    "[^\n" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _SHOWN) + "]"
)
_LONG = re.compile(r"\S{30,}")
_PIECE = 24
# Where a line may be broken though nothing is seen.
_BREAK = "\u200b"


def printable(value: Any) -> Any:
    """The value with every string in it fit to be set."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, Mapping):
        return {key: printable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(inner) for inner in value]
    return value


def _printable(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    shown = _OTHER.sub(lambda found: f"[U+{ord(found[0]):04X}]", composed)
    return _LONG.sub(lambda found: _broken(found[0]), shown)


def _broken(word: str) -> str:
    return _BREAK.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
