"""What a file is, by its content: what may be attached is on a list, all else is refused.

A filter, no virus scanner: it keeps out what runs when it is opened and what cannot be looked into,
as far as that can be told without running it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import BinaryIO

from domain.documents.containers import DOCX, ODS, ODT, XLSX, container
from domain.documents.portable import check_pdf
from domain.documents.unfit import Unfit
from protocols.text import Text

PDF, PNG, JPEG, TIFF, PLAIN = (
    "application/pdf", "image/png", "image/jpeg", "image/tiff", "text/plain",
)  # fmt: skip

EXTENSIONS = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    TIFF: ("tif", "tiff"),
    PLAIN: ("txt", "text", "md"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    ODT: ("odt",),
    ODS: ("ods",),
}
"""By media type, the endings that a file of it may have."""

_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_ZIP = b"PK\x03\x04"
# A text that a program would take for something to show or to run: told by how it begins, as
# programs do.
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:#!|%!|@echo|<\?|<!|\{\\rtf)", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(?:html|head|body|script|svg|iframe|object|embed|meta|img|style|a)\b", re.IGNORECASE
)
# Names that mean no type in particular.
_UNDECLARED = ("", "application/octet-stream", "binary/octet-stream")
_ALIASES = {"image/jpg": JPEG, "image/pjpeg": JPEG, "application/x-pdf": PDF, "image/x-png": PNG}
_PIECE = 256 * 1024


def kind_of(file: BinaryIO, name: str, declared: str) -> str:
    """The media type. `declared`: by whoever sends it; it and the name's ending must agree with
    what is found. Raises Unfit."""
    found = _found(file)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending and ending not in EXTENSIONS[found]:
        raise Unfit(
            "name_lies",
            Text(
                f"Il nome finisce in «.{_shown(ending)}», ma il contenuto è {found}.",
                f"The name ends in “.{_shown(ending)}”, but the content is {found}.",
            ),
            Text("Dare al file la sua estensione.", "Give the file its own ending."),
        )
    said = declared.partition(";")[0].strip().lower()
    if said not in _UNDECLARED and _ALIASES.get(said, said) != found:
        raise Unfit(
            "type_lies",
            Text(
                f"Il tipo dichiarato è «{_shown(said)}», ma il contenuto è {found}.",
                f"The declared type is “{_shown(said)}”, but the content is {found}.",
            ),
            Text("Dichiarare il tipo vero.", "Declare what it is."),
        )
    return found


def _shown(text: str) -> str:
    return re.sub(r"[^\w./+-]", "?", text)[:40]


def _found(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4096)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            if kind == PDF:
                check_pdf(file)
            return kind
    if head.startswith(_ZIP):
        return container(file)
    if not _BEGINS.match(head) and not _MARKUP.search(head):
        file.seek(0)
        if _is_plain(file):
            return PLAIN
    raise Unfit(
        "type_unknown",
        Text(
            "Questo tipo di file non si può allegare, o il file è rovinato.",
            "This type of file cannot be attached, or the file is damaged.",
        ),
        Text(
            "Si allegano: PDF, PNG, JPEG, TIFF, DOCX, XLSX, ODT, ODS e testo semplice in UTF-8.",
            "What may be attached: PDF, PNG, JPEG, TIFF, DOCX, XLSX, ODT, ODS, plain UTF-8 text.",
        ),
    )


def _is_plain(file: BinaryIO) -> bool:
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    try:
        while piece := file.read(_PIECE):
            if any(map(_is_control, set(decode(piece)))):
                return False
        decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\t\n\r\f"
