"""What a PDF says: its streams inflated, and its pages' glyphs read back as letters."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_CODE = re.compile(rb"<([0-9a-fA-F]+)>")


def unpacked(pdf: bytes) -> Iterator[bytes]:
    """Everything in the file uncompressed, and the text of each page in UTF-8, without spaces
    that the writer left out."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            yield _text(page).encode()
        out = io.BytesIO()
        opened.save(
            out,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
        yield out.getvalue()


def _text(page: Any) -> str:
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    now: dict[int, str] = {}
    said = []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            now = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ", "'"):
            shown = operands[0] if str(operator) == "TJ" else operands
            for part in shown:
                if isinstance(part, pikepdf.String):
                    said.append(_read(bytes(part), now))
    return "".join(said)


def _read(glyphs: bytes, letters: dict[int, str]) -> str:
    codes = (int.from_bytes(glyphs[i : i + 2], "big") for i in range(0, len(glyphs), 2))
    return "".join(letters.get(code, "") for code in codes)


def _letters(font: Any) -> dict[int, str]:
    """By glyph (two bytes), from the font's ToUnicode map (ISO 32000-1 § 9.10.3)."""
    found: dict[int, str] = {}
    table = font.ToUnicode.read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        codes = _CODE.findall(block)
        for glyph, letter in zip(codes[::2], codes[1::2], strict=True):
            found[int(glyph, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        codes = _CODE.findall(block)
        for first, last, letter in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            start = int(letter, 16)
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(start + offset)
    return found
