"""Files to attach, made here."""

from __future__ import annotations

import io
import zipfile
import zlib

from domain.documents.containers import DOCX, ODT, XLSX

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
TEXT = "Verbale dell'équipe di Cassina de' Pecchi.\n".encode()


def pdf_with(inside: bytes, *, packed: bool = False) -> bytes:
    """`inside` as an object, or in a compressed object stream."""
    if not packed:
        return PDF.replace(b"trailer", b"9 0 obj\n" + inside + b"\nendobj\ntrailer")
    data = zlib.compress(b"9 0 " + inside)
    head = b"8 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\n"
    stream = head % len(data) + b"stream\n" + data + b"\nendstream\nendobj\n"
    return PDF.replace(b"trailer", stream + b"trailer")


def archive(entries: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as packed:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else packing
            packed.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    types = f'<Types><Override ContentType="{DOCX}.main+xml"/></Types>'.encode()
    return archive({"[Content_Types].xml": types, "word/document.xml": b"<w/>", **more})


def xlsx(**more: bytes) -> bytes:
    types = f'<Types><Override ContentType="{XLSX}.main+xml"/></Types>'.encode()
    return archive({"[Content_Types].xml": types, "xl/workbook.xml": b"<w/>", **more})


def odt(manifest: bytes = b"<manifest/>", **more: bytes) -> bytes:
    return archive(
        {
            "mimetype": ODT.encode(),
            "content.xml": b"<o/>",
            "META-INF/manifest.xml": manifest,
            **more,
        }
    )
