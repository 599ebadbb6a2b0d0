"""What a file is, is told by its content."""

from __future__ import annotations

import io
import zipfile

import pytest

from domain.documents.containers import DOCX, ODT, XLSX
from domain.documents.kinds import JPEG, PDF, PLAIN, PNG, kind_of
from domain.documents.names import name_problem
from domain.documents.unfit import Unfit
from tests.documents import made


def kind(content: bytes, name: str = "atto", declared: str = "") -> str:
    return kind_of(io.BytesIO(content), name, declared)


def refused(content: bytes, name: str = "atto", declared: str = "") -> str:
    with pytest.raises(Unfit) as caught:
        kind(content, name, declared)
    assert caught.value.message.it
    assert caught.value.message.in_("en")
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "name", "declared", "found"),
    [
        (made.PDF, "atto.pdf", "application/pdf", PDF),
        (made.PDF, "ATTO.PDF", "", PDF),
        (made.PNG, "foto.png", "image/png", PNG),
        (made.JPEG, "foto.jpeg", "image/jpg", JPEG),
        (made.TEXT, "verbale.txt", "text/plain; charset=utf-8", PLAIN),
        (b"\xef\xbb\xbf" + made.TEXT, "verbale", "application/octet-stream", PLAIN),
        (made.docx(), "atto.docx", DOCX, DOCX),
        (made.xlsx(), "conti.xlsx", "", XLSX),
        (made.odt(), "atto.odt", ODT, ODT),
    ],
)
def test_what_may_be_attached_is_recognised(
    content: bytes, name: str, declared: str, found: str
) -> None:
    assert kind(content, name, declared) == found


@pytest.mark.parametrize(
    ("content", "name", "declared", "code"),
    [
        (made.PDF, "atto.docx", "", "name_lies"),
        (made.TEXT, "atto.exe", "", "name_lies"),
        (made.PNG, "foto.png", "image/jpeg", "type_lies"),
        (made.TEXT, "verbale.pdf", "application/pdf", "name_lies"),
        (b"MZ" + bytes(100), "atto.pdf", "application/pdf", "type_unknown"),
        (b"\x7fELF" + bytes(100), "atto", "", "type_unknown"),
        (b"<!DOCTYPE html><p>ciao", "pagina.txt", "text/plain", "type_unknown"),
        (b"ciao <script>alert(1)</script>", "a.txt", "", "type_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml", "type_unknown"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt", "text/plain", "type_unknown"),
        (b"ciao\x00ciao", "a.txt", "", "type_unknown"),
        (b"perch\xe9 no", "a.txt", "", "type_unknown"),
        (b"Rar!\x1a\x07\x01\x00", "a.rar", "", "type_unknown"),
        (b" %PDF-1.7", "a.pdf", "", "name_lies"),
    ],
)
def test_what_lies_or_runs_is_refused(content: bytes, name: str, declared: str, code: str) -> None:
    assert refused(content, name, declared) == code


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (b"<< /S /JavaScript /JS (app.alert(1)) >>", "active_content"),
        (b"<< /S /J#61vaScript /JS (x) >>", "active_content"),
        (b"<< /S /Launch /F (cmd.exe) >>", "active_content"),
        (b"<< /Names << /EmbeddedFiles 3 0 R >> >>", "active_content"),
        (b"<< /AcroForm << /XFA 3 0 R >> >>", "active_content"),
        (b"<< /Encrypt 3 0 R >>", "encrypted"),
    ],
)
def test_a_pdf_that_would_run_something_is_refused(inside: bytes, code: str, packed: bool) -> None:
    assert refused(made.pdf_with(inside, packed=packed)) == code


def test_a_pdf_that_hides_its_objects_is_refused() -> None:
    hidden = made.pdf_with(b"<< /S /JavaScript >>", packed=True)
    assert refused(hidden.replace(b"/FlateDecode", b"/LZWDecode")) == "not_checkable"
    assert refused(hidden.replace(b"/ObjStm", b"/Obj#53tm")) == "active_content"
    assert refused(hidden[: hidden.index(b"stream\n") + 12]) == "not_checkable"
    # Its dictionary pretends that nothing is packed.
    there = hidden.replace(b"/Filter /FlateDecode", b"/Length 5 % obj <<    ")
    assert refused(there) == "active_content"


def test_a_pdf_whose_objects_are_packed_is_taken() -> None:
    assert kind(made.pdf_with(b"<< /Type /Page >>", packed=True)) == PDF


def test_a_name_is_found_wherever_it_is_cut() -> None:
    for shift in range(-14, 15, 4):
        fill = b"x" * (256 * 1024 + shift - len(made.PDF))
        assert refused(made.PDF + fill + b" /JavaScript ") == "active_content"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (made.archive({"a.txt": b"x"}), "container_unknown"),
        (made.docx(**{"word/vbaProject.bin": b"x"}), "active_content"),
        (made.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "active_content"),
        (made.docx(**{"word/activeX/activeX1.xml": b"x"}), "active_content"),
        (made.odt(**{"Basic/Standard/Module1.xml": b"x"}), "active_content"),
        (made.odt(b"<manifest:encryption-data/>"), "encrypted"),
        (made.docx(**{"../../etc/passwd": b"x"}), "container_broken"),
        (made.docx(**{"word/media/zero": bytes(21 * 2**20)}), "container_too_large"),
        (made.docx()[:-30], "container_broken"),
        (b"PK\x03\x04" + made.docx(), "container_broken"),
    ],
)
def test_a_container_is_looked_into(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_container_protected_by_a_password_is_refused() -> None:
    packed = bytearray(made.docx())
    directory = packed.index(b"PK\x01\x02")
    packed[directory + 8] |= 1
    assert refused(bytes(packed)) == "encrypted"


def test_printer_settings_are_no_program() -> None:
    assert kind(made.xlsx(**{"xl/printerSettings/printerSettings1.bin": b"x"})) == XLSX


def test_entries_that_overlap_are_refused() -> None:
    packed = bytearray(made.archive({"a": b"x" * 50, "b": b"y" * 50}, zipfile.ZIP_STORED))
    second = packed.rindex(b"PK\x01\x02")
    packed[second + 42 : second + 46] = (1).to_bytes(4, "little")
    assert refused(bytes(packed)) == "container_broken"


@pytest.mark.parametrize(
    "name",
    ["", "  ", "..", "a/b.pdf", "..\\b", "a\0.pdf", "a" * 201, "fdp.\u202eexe", "con", "NUL.txt",
     "a\n.pdf", "a:b", "a.", " a", "\ud800"],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(name: str) -> None:
    problem = name_problem(name)
    assert problem is not None
    assert problem.in_("en")


@pytest.mark.parametrize(
    "name", ["verbale.pdf", "Cassina de' Pecchi – è così.pdf", "a" * 200, "合.png"]
)
def test_a_name_as_people_write_it_is_taken(name: str) -> None:
    assert name_problem(name) is None
