"""A form with an instrument shows what is to be answered, and not what a table fills in."""

from __future__ import annotations

from pathlib import Path

from api.http.task_view import fields_of
from protocols.language.load import read_protocol

EXAMPLE = Path(__file__).parents[1] / "patterns" / "table.yaml"


def test_the_items_are_asked_and_the_filled_field_is_not() -> None:
    plan = read_protocol(EXAMPLE.read_text(encoding="utf-8"), "table.yaml")
    shown = {field.name: field for field in fields_of(plan.protocol.forms["assess"])}
    assert set(shown) == {"need", "gaf"}
    (item,) = shown["gaf"].fields
    assert (item.name, item.type, item.min, item.max) == ("functioning", "scale", 1, 100)
    assert item.title.in_("en") == "Functioning"
