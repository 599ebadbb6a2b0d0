"""Office documents: ZIP containers (OOXML, ISO/IEC 29500; ODF, ISO/IEC 26300), looked into.

Nothing is unpacked but two small entries, within limits; what the directory says of the others is
enough to refuse bombs, programs, macros and what is encrypted.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from itertools import pairwise
from typing import BinaryIO

from domain.documents.unfit import Unfit
from protocols.text import Text

_OOXML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OOXML}.wordprocessingml.document"
XLSX = f"{_OOXML}.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"

MOST_ENTRIES = 10_000
MOST_UNPACKED = 500 * 2**20
"""Bytes; and below that, what is packed more than `MOST_RATIO` times is a bomb from `WORTH` on."""
MOST_RATIO, WORTH = 250, 20 * 2**20
_SMALL = 2**20
# OOXML and ODF keep macros, controls and foreign programs in these.
_ACTIVE = re.compile(
    r"(?:^|/)(?:vbaproject|vbadata|activex|basic|scripts|ctrlprops|macros)(?:[/.\d]|$)"
    r"|\.(?:bin|exe|dll|com|scr|js|vbs|hta|bat|cmd|ps1|jar|sh|html?|docm|xlsm|dotm|xlam|swf"
    r"|zip|7z|rar)$",
    re.IGNORECASE,
)
# Of what is called .bin these are no programs.
_HARMLESS = re.compile(r"(?:^|/)printersettings/[^/]+\.bin$", re.IGNORECASE)


def container(file: BinaryIO) -> str:
    """The media type of an office document. Raises Unfit."""
    try:
        with zipfile.ZipFile(file) as packed:
            _check_entries(packed.infolist())
            return _kind(packed)
    # `zipfile` says NotImplementedError of a file packed in a way that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise _broken() from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if not entries or len(entries) > MOST_ENTRIES:
        raise _bomb() if entries else _broken()
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or any(_leads_out(name) for name in names):
        raise _broken()
    in_place = sorted(entries, key=lambda entry: entry.header_offset)
    # What comes before the first entry, or is shared by two, is hidden from somebody.
    if in_place[0].header_offset != 0 or any(
        one.header_offset + 30 + one.compress_size > two.header_offset
        for one, two in pairwise(in_place)
    ):
        raise _broken()
    if any(entry.flag_bits & 0x41 for entry in entries):
        raise _encrypted()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > WORTH and unpacked > MOST_RATIO * max(packed, 1)):
        raise _bomb()
    for name in names:
        if _ACTIVE.search(name) and not _HARMLESS.search(name):
            raise _active()


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or not name.isprintable()


def _kind(packed: zipfile.ZipFile) -> str:
    names = packed.namelist()
    if "[Content_Types].xml" in names:
        types = _small(packed, "[Content_Types].xml").lower()
        if b"macroenabled" in types or b"vbaproject" in types:
            raise _active()
        for kind, folder in ((DOCX, "word/"), (XLSX, "xl/")):
            main = kind.encode() + b".main+xml"
            if main in types and any(name.startswith(folder) for name in names):
                return kind
    elif names[0] == "mimetype":
        kind = _small(packed, "mimetype").decode("latin-1").strip()
        if b"encryption-data" in _small(packed, "META-INF/manifest.xml"):
            raise _encrypted()
        if kind in (ODT, ODS):
            return kind
    raise Unfit(
        "container_unknown",
        Text(
            "È un archivio, non un documento che si può allegare.",
            "It is an archive, not a document that may be attached.",
        ),
        Text(
            "Allegare i documenti uno per uno (DOCX, XLSX, ODT, ODS, PDF).",
            "Attach the documents one by one (DOCX, XLSX, ODT, ODS, PDF).",
        ),
    )


def _small(packed: zipfile.ZipFile, name: str) -> bytes:
    try:
        with packed.open(name) as entry:
            content = entry.read(_SMALL + 1)
    except (KeyError, RuntimeError):
        raise _broken() from None
    if len(content) > _SMALL:
        raise _bomb()
    return content


def _broken() -> Unfit:
    return Unfit(
        "container_broken",
        Text("Il documento è rovinato.", "The document is damaged."),
        Text(
            "Aprirlo, salvarlo di nuovo e riprovare.",
            "Open it, save it again, and try once more.",
        ),
    )


def _bomb() -> Unfit:
    return Unfit(
        "container_too_large",
        Text(
            "Aperto, il documento sarebbe smisurato.",
            "Unpacked, the document would be immense.",
        ),
        Text("Allegarne una versione in PDF.", "Attach it as a PDF."),
    )


def _encrypted() -> Unfit:
    return Unfit(
        "encrypted",
        Text(
            "Il documento è protetto da una password: non si può controllare.",
            "The document is protected by a password: it cannot be checked.",
        ),
        Text("Togliere la protezione: qui è cifrato.", "Remove it: documents are encrypted here."),
    )


def _active() -> Unfit:
    return Unfit(
        "active_content",
        Text(
            "Il documento contiene macro o programmi.",
            "The document contains macros or programs.",
        ),
        Text("Salvarlo senza macro, o in PDF.", "Save it without macros, or as a PDF."),
    )
