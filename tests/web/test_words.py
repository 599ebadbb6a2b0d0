"""Every word of the pages is there in both languages, and names the same values."""

from __future__ import annotations

import re

import pytest

from api.web.words import Words
from protocols.text import Text

AREAS = Words().areas()


def texts(value: object) -> list[Text]:
    if isinstance(value, Text):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, tuple | list):
        return [text for each in value for text in texts(each)]
    return []


@pytest.mark.parametrize("area", sorted(AREAS))
def test_words_are_there_in_both_languages_with_the_same_values(area: str) -> None:
    for name, value in vars(AREAS[area]).items():
        for text in texts(value):
            assert text.it, name
            assert text.en, name
            assert set(re.findall(r"\{\w*\}", text.it)) == set(re.findall(r"\{\w*\}", text.en)), (
                name
            )
