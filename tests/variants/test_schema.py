"""The schema for editors knows variants too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from protocols.checker.schema import language_schema
from protocols.documents import read_document
from tests.language.mistakes import MINI
from tests.variants.writing import variant

DIFFERENCE = """
steps:
  triage: {due: 5 working days}
  team: {outcomes: {done: , later: {again: team, at_most: 2}}}
  plan: {title: Piano, after: team, role: municipal_referent}
forms: {triage: {fields: {need: {options: [work, health, home]}}}}
"""


def _valid(text: str) -> bool:
    jsonschema = pytest.importorskip("jsonschema_rs")
    data: Any = json.loads(json.dumps(read_document(text, "x.yaml").data, default=str))
    return bool(jsonschema.validator_for(language_schema()).is_valid(data))


def test_the_schema_accepts_a_variant_s_difference() -> None:
    assert _valid(variant("cps", DIFFERENCE))
    several = "[{source: [ADDICTION_SERVICE, ALCOHOL_UNIT], minor: false}, {district: 5}]"
    assert _valid(variant("cps", DIFFERENCE, applies_to=several, removes="steps.letter"))


def test_the_schema_refuses_what_a_variant_cannot_say() -> None:
    for wrong in (
        variant("cps", DIFFERENCE, of=""),
        variant("cps", DIFFERENCE, applies_to=""),
        variant("cps", DIFFERENCE, applies_to="{sorce: SELF}"),
        variant("cps", DIFFERENCE, territory="adda-martesana"),
        variant("cps", DIFFERENCE.replace("due:", "deu:")),
    ):
        assert not _valid(wrong)


def test_the_schema_still_asks_everything_of_a_base() -> None:
    assert _valid(MINI)
    assert not _valid(MINI.replace("territory: adda-martesana\n", ""))
    assert not _valid(MINI.replace("    title: Verifica\n", ""))
