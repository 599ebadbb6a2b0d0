"""The report is an accessible document, and nothing that people wrote is taken for markup."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from api.reports import render
from api.reports.letters import printable
from tests.evidence.conftest import AUDITOR, Told
from tests.papers.verapdf import verdicts

_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
_EMPTY: dict[str, Any] = {
    "title": "Relazione", "subtitle": "", "office": "", "footer": "", "what": [], "request": [],
    "subject": [], "course": [], "open": [], "deviations": [], "late": [], "authorisations": [],
    "readers": [], "integrity": [], "seal": [], "texts": [], "keys": [], "checking": [],
    "brief": [], "conformity": [], "findings": [],
}  # fmt: skip
HOSTILE = [
    "#import \"x\": y", "#panic()", "$a^2$ *b* _c_ `d` <e> @f // /* =h", "- a\n+ b\n/ c: d",
    "\\u{41} \\", "]", "[[", '"', "emoji 😀 👩‍👩‍👧", "مرحبا بالعالم שלום", "x" * 1000,
    "‮rovescio", "\x00\x07", "中文 ไทย", "é e\u0301 ﬁ", "", "  ", "\u200b", "\ufeff",
]  # fmt: skip


def structure(pdf: pikepdf.Pdf) -> Counter[str]:
    """How many elements there are of each role."""
    found: Counter[str] = Counter()

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found[str(node.S)] += 1
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


@pytest.fixture(scope="module")
def report(told: Told) -> bytes:
    answer = told.people.post(AUDITOR, f"/api/v1/cases/{told.case}/evidence", {})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return archive.read("report.pdf")


def test_the_report_is_tagged_in_italian_with_title_headings_and_table_headers(
    report: bytes,
) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf:
        assert str(pdf.Root.Lang).startswith("it")
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Relazione sul caso"
        roles = structure(pdf)
    assert roles["/H1"] >= 10
    assert roles["/H2"] >= 3
    assert roles["/TH"] >= 10
    assert roles["/TD"] > roles["/TH"]
    assert {"/Table", "/P", "/L", "/LI"} <= set(roles)


@pytest.mark.slow
def test_the_report_of_a_case_is_accessible(report: bytes, tmp_path: Path) -> None:
    (judged,) = verdicts([report], tmp_path)
    assert (judged.compliant, judged.failed) == (True, {})


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_people_wrote_is_shown_and_never_obeyed(text: str) -> None:
    one = {"at": text, "what": text, "who": text, "why": text}
    act = {
        "time": text, "sentence": text, "who": text, "occurred": text, "rule": text,
        "reason": text, "exception": True, "follows": [text],
    }  # fmt: skip
    data = {
        **_EMPTY,
        "subject": [(text, text)],
        "deviations": [one],
        "brief": [text],
        "authorisations": [{"title": f"Data {text}", "facts": [(text, text)]}],
        "conformity": [text],
        "findings": [{"at": text, "what": text}],
        "course": [{"day": f"Il {text}", "acts": [act]}],
    }
    first = render("evidence", data, at=_AT)
    assert first == render("evidence", data, at=_AT)


def test_every_character_that_is_let_through_has_a_shape() -> None:
    every = "".join(chr(c) for c in range(0x20, 0x3000) if printable(chr(c)) == chr(c))
    words = [every[at : at + 20] for at in range(0, len(every), 20)]
    assert render("evidence", {**_EMPTY, "what": words}, at=_AT).startswith(b"%PDF-1.7")
    assert printable({"a": ["😀", "é"]}) == {"a": ["[U+1F600]", "é"]}


def test_there_are_no_other_templates() -> None:
    with pytest.raises(FileNotFoundError):
        render("../pyproject", {}, at=_AT)
    with pytest.raises(FileNotFoundError):
        render("minutes", {}, at=_AT)
