"""The SVG: well formed, self-contained, readable without colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from protocols.drawing.svg import svg
from protocols.engine.plan import Plan
from protocols.language.load import load_protocol
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import protocol

SVG = {"s": "http://www.w3.org/2000/svg"}
MINI = load_protocol(Path(__file__).parents[1] / "engine" / "mini.yaml")
PLANS = [MINI, *Registry.load(default_pack()).all()]


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.protocol.type_name)
def test_every_step_has_a_box_with_its_title_within_the_picture(plan: Plan) -> None:
    root = etree.fromstring(svg(plan).encode())
    width, height = float(root.get("width")), float(root.get("height"))
    for name in plan.names:
        (box,) = root.xpath(f"//s:g[@id='step-{name}']", namespaces=SVG)
        assert box.get("aria-label") == plan.protocol.steps[name].title.it
        (rect,) = box.findall("s:rect", SVG)
        x, y = float(rect.get("x")), float(rect.get("y"))
        assert 0 <= x <= width - float(rect.get("width"))
        assert 0 <= y <= height - float(rect.get("height"))
    places = root.xpath("//s:g[starts-with(@id,'step-')]/s:rect", namespaces=SVG)
    assert len({(r.get("x"), r.get("y")) for r in places}) == len(plan.names)


def test_it_has_a_title_and_a_description_and_loads_nothing() -> None:
    text = svg(MINI, "en")
    root = etree.fromstring(text.encode())
    assert root.find("s:title", SVG).text == "Short path 1.0.0"
    assert "steps in" in root.find("s:desc", SVG).text
    assert not re.search(r"(href|src|@import|<script|<image)", text)


def test_changes_are_written_not_only_coloured() -> None:
    old = protocol("steps:\n  a: {title: A, role: worker}\n  gone: {title: Via, role: worker}\n")
    new = protocol("steps:\n  a: {title: A, role: worker}\n  new: {title: Ora, role: worker}\n")
    text = svg(new, "it", {"new": "added", "gone": "removed", "a": "changed"}, old)
    root = etree.fromstring(text.encode())
    for step, word in (("new", "nuovo"), ("gone", "tolto"), ("a", "cambiato")):
        (box,) = root.xpath(f"//s:g[@id='step-{step}']", namespaces=SVG)
        assert any(word in (t.text or "") for t in box.findall("s:text", SVG))


def test_what_a_title_contains_stays_text() -> None:
    plan = protocol("steps: {a: {title: '<script>\"&', role: worker}}\n")
    (box,) = etree.fromstring(svg(plan).encode()).xpath("//s:g[@id='step-a']", namespaces=SVG)
    assert box.get("aria-label") == '<script>"&'
