"""What two registrations must have in common to look like one human being."""

from __future__ import annotations

from typing import Any

import pytest

from domain.person.likeness import KINDS, LISTED_FROM, marks, plain_code, score, sought

ROSSI = {"first_name": "Mario", "last_name": "Rossi", "birth_date": "1985-12-10"}


def ways(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """In which ways the second, sought, is found to be like the first, registered."""
    there = marks(one, str(one.get("sex", "")))
    return {
        kind for mark, kind in sought(other, str(other.get("sex", ""))).items() if mark in there
    }


def strongest(one: dict[str, Any], other: dict[str, Any]) -> str:
    return max(ways(one, other), key=lambda kind: KINDS[kind].score, default="")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "names"),
        ({"last_name": "Rossí"}, "names"),
        ({"first_name": "Rossi", "last_name": "Mario"}, "names"),
        ({"first_name": "MARIO  ", "last_name": " rosi"}, "names"),
        ({"first_name": "Mario Luigi"}, "names"),
        ({"birth_date": "1985-10-12"}, "swapped"),
        ({"birth_date": "1985-12-11"}, "near_date"),
        ({"birth_date": "1958-12-10"}, "near_date"),
        ({"last_name": "Rocsi"}, "slip"),
        ({"last_name": "Lossi"}, "slip"),
        ({"first_name": "Maro"}, "slip"),
        ({"last_name": "Russu"}, "derived"),
        ({"first_name": "Luca"}, "family"),
        ({"last_name": "Bianchi"}, "given"),
        ({"birth_date": None}, "undated"),
        ({"first_name": "Luca", "birth_date": "1985-12-11"}, ""),
        ({"last_name": "Bianchi", "birth_date": "1990-01-01"}, ""),
    ],
)
def test_a_slip_of_the_pen_is_seen_through(changes: dict[str, Any], kind: str) -> None:
    other = ROSSI | changes
    assert strongest(ROSSI, other) == kind
    assert strongest(other, ROSSI) == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("D'Adda", "Dadda"), ("D’Àdda", "d adda"), ("De' Pecchi", "De Pecchi"),
        ("De Luca", "Deluca"), ("Catia", "Katia"), ("Ghezzi", "Ghezi"), ("Squassoni", "Scuassoni"),
        ("Jannacci", "Iannacci"), ("Philip", "Filip"), ("Sciascia", "Shasha"),
    ],
)  # fmt: skip
def test_names_are_the_same_if_they_sound_so(one: str, other: str) -> None:
    assert strongest(ROSSI | {"last_name": one}, ROSSI | {"last_name": other}) == "names"


def test_foreign_names_are_written_in_many_ways() -> None:
    one = ROSSI | {"first_name": "Mohamed", "last_name": "Diallo"}
    assert strongest(one, one | {"first_name": "Muhammad"}) == "skeleton"
    assert "names" not in ways(ROSSI | {"last_name": "Cecchi"}, ROSSI | {"last_name": "Ceci"})


def test_a_tax_code_is_like_the_name_it_was_made_from() -> None:
    code = {"first_name": "M.", "last_name": "R.", "tax_code": "RSSMRA85T10A562S"}
    assert ways(code, ROSSI | {"sex": "M"}) == {"derived"}
    assert ways(ROSSI, code) == {"derived"}
    assert not ways(code, ROSSI | {"sex": "F"})
    # Omocodia: letters stand for digits where two people would have the same code.
    assert plain_code("RSSMRAURTMLARSNL") == "RSSMRA85T10A562L"
    assert "code" in ways(code, {"tax_code": "RSSMRAU5T10A562P"})


def test_a_shared_telephone_alone_bothers_nobody() -> None:
    other = {"first_name": "Anna", "last_name": "Bo", "phone": "+39 333 1234567"}
    assert ways(ROSSI | {"phone": "333-1234567"}, other) == {"phone"}
    assert score({"phone", "email"}) < LISTED_FROM <= score({"given"}) < score({"given", "phone"})
    assert score({"names", "slip"}) == 95


def test_who_has_no_name_has_no_marks() -> None:
    assert not marks({"first_name": "", "last_name": ""}, "")
    assert not marks({"first_name": "山", "last_name": "田", "birth_date": "1985-12-10"}, "")
