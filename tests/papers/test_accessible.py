"""Every paper is what PDF/UA-1 asks (ISO 14289-1), in the eyes of a validator that is not ours."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf

from api.reports import render
from api.web.public.leaflet import leaflet
from protocols.territory import default_pack, load_territory
from tests.papers import made
from tests.papers.verapdf import verdicts

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
# The rules of veraPDF's profile, so that a newer one with fewer is noticed.
RULES = 106


def papers() -> dict[str, bytes]:
    """Every kind, full to the brim and with next to nothing in it."""
    territory = load_territory(default_pack())
    return {
        "evidence": render("evidence", made.EVIDENCE, at=AT),
        "evidence of nothing": render("evidence", made.NOTHING, at=AT),
        "minutes": render("record", made.MINUTES, at=AT),
        "bare record": render("record", made.BARE, at=AT),
        "receipt": render("receipt", made.RECEIPT, at=AT),
        "leaflet": leaflet(territory, "", date(2026, 11, 23)),
        "leaflet of a comune": leaflet(territory, "015060", date(2026, 11, 23)),
        "leaflet in English": leaflet(territory, "", date(2026, 11, 23), "en"),
    }


def doctored(paper: bytes, how: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        how(pdf)
        pdf.save(out)
    return out.getvalue()


def elements(pdf: pikepdf.Pdf, role: str) -> list[Any]:
    """The structure elements of a role."""
    return [
        each
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/S") == pikepdf.Name(role)
    ]


def untagged(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.MarkInfo


def nameless(pdf: pikepdf.Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def speechless(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def skipping(pdf: pikepdf.Pdf) -> None:
    for heading in elements(pdf, "/H2"):
        heading.S = pikepdf.Name.H3


def ragged(pdf: pikepdf.Pdf) -> None:
    row = elements(pdf, "/TR")[-1]
    del row.K[0]


def adrift(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(b"BT ET 0 0 m 50 50 l S", prepend=False)


def mute(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each:
            del each["/ToUnicode"]


DOCTORED: dict[Callable[[pikepdf.Pdf], None], str] = {
    untagged: "6.2-1",
    nameless: "7.1-10",
    speechless: "7.2-34",
    skipping: "7.4.2-1",
    ragged: "7.2-43",
    adrift: "7.1-3",
    mute: "7.21.7-1",
}
"""What is done to a paper → the clause and test by which it is found."""


def test_every_paper_is_accessible_and_what_is_not_would_be_found(tmp_path: Path) -> None:
    sound = papers()
    short = render("evidence", made.SHORT, at=AT)
    broken = [doctored(short, how) for how in DOCTORED]
    found = verdicts([*sound.values(), *broken], tmp_path)
    for name, verdict in zip(sound, found, strict=False):
        assert (name, verdict.failed) == (name, {})
        assert verdict.compliant
        assert verdict.rules >= RULES
        assert verdict.checks > 500
    for (how, clause), verdict in zip(DOCTORED.items(), found[len(sound) :], strict=True):
        assert clause in verdict.failed, (how.__name__, verdict.failed)


def test_every_table_has_headers_that_say_of_what() -> None:
    """The validator takes cells for headers by where they stand; a reader's program may not."""
    for name, paper in papers().items():
        with pikepdf.open(io.BytesIO(paper)) as pdf:
            heads = elements(pdf, "/TH")
            assert bool(heads) == bool(elements(pdf, "/Table")), name
            said = [head.A if isinstance(head.A, pikepdf.Array) else [head.A] for head in heads]
            assert all(any("/Scope" in one for one in about) for about in said), name
