"""Published protocols read and looked at over HTTP, by whoever works by them."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.api.conftest import REFERENT, People
from tests.jobs.conftest import DESIGNER

SHIPPED = "/api/v1/protocols/presa-in-carico/1.0.0"


@pytest.fixture
def people(shared_people: People) -> People:
    return shared_people


def test_the_page_is_read_in_ones_language_as_html_or_markdown(people: People) -> None:
    for person in (DESIGNER, REFERENT):
        page = people.get(person, f"{SHIPPED}/page")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h1>" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    headers = people.headers(DESIGNER, Accept="text/markdown", Accept_Language="en")
    written = people.http.get(f"{SHIPPED}/page", headers=headers)
    assert written.headers["content-type"] == "text/markdown; charset=utf-8"
    assert written.headers["content-language"] == "en"
    assert written.text.startswith("# ")


def test_the_drawings_are_well_formed(people: People) -> None:
    drawn = people.get(DESIGNER, f"{SHIPPED}/drawing.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert etree.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"
    model = people.get(DESIGNER, f"{SHIPPED}/drawing.bpmn")
    assert model.headers["content-type"] == "application/xml"
    assert etree.fromstring(model.content).tag.endswith("definitions")


def test_two_published_versions_are_compared_by_meaning(people: People) -> None:
    same = people.get(DESIGNER, f"{SHIPPED}/diff/1.0.0").json()
    assert (same["same_behaviour"], same["changes"]) == (True, [])
    other = people.get(DESIGNER, f"{SHIPPED}/diff/1.0.0", of="mini").json()
    assert other["same_behaviour"] is False
    assert (other["old"], other["new"]) == ("presa-in-carico/1.0.0", "mini/1.0.0")


def test_a_version_that_does_not_exist_names_the_nearest(people: People) -> None:
    for path in ("page", "drawing.svg", "drawing.bpmn", "diff/1.0.0"):
        answer = people.get(DESIGNER, f"/api/v1/protocols/presa-in-caricco/1.0.0/{path}")
        assert (answer.status_code, answer.json()["type"]) == (
            404,
            "urn:cantiere:problem:unknown_protocol",
        )
        assert "Forse «presa-in-carico/1.0.0»?" in answer.json()["detail"]
    assert people.get(None, f"{SHIPPED}/page").status_code == 401
