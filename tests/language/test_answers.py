"""Answers to forms: each type, its bounds and conditions; what is personal is set apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from protocols.language.answers import MAX_ITEMS, MAX_NOTE, MAX_TEXT, Known, check
from protocols.language.forms import Form
from protocols.language.sums import totals

KNOWN = Known(
    comune=lambda value: value == "015142",
    service=lambda value: value == "cps-melzo",
    host=lambda value: value == "host-1",
    person=lambda value: value == "ada",
)


def form(**fields: dict[str, Any]) -> Form:
    return Form.model_validate(
        {"title": "Modulo", "fields": {n: {"title": n, **f} for n, f in fields.items()}}
    )


def one(answer: Any, type_: str, **more: Any) -> tuple[Any, list[str]]:
    """(what is kept, the messages) for one answer to one required field."""
    data, personal, errors = check(form(x={"type": type_, **more}), {"x": answer}, KNOWN)
    assert not personal
    return data.get("x"), [error.message.it for error in errors]


CHOICE = {"options": ["lavoro", "salute", "casa"]}
FIELDS = {"fields": {"name": {"type": "text", "title": "n"}}}

RIGHT = [
    ("text", {}, "D'Adda"),
    ("text", {}, "perché no? 🌊👩‍👧"),
    ("text", {}, "x" * MAX_TEXT),
    ("note", {}, "riga\nriga\tdopo"),
    ("note", {}, "x" * MAX_NOTE),
    ("integer", {}, 0),
    ("integer", {"min": 1, "max": 3}, 3),
    ("scale", {"min": 1, "max": 6}, 1),
    ("decimal", {}, 2.5),
    ("decimal", {}, 2),
    ("money", {}, 512.3),
    ("money", {}, 0),
    ("date", {}, "2026-02-28"),
    ("yes_no", {}, False),
    ("choice", CHOICE, "casa"),
    ("choices", CHOICE, ["casa", "lavoro"]),
    ("comune", {}, "015142"),
    ("service", {}, "cps-melzo"),
    ("host", {}, "host-1"),
    ("person", {}, "ada"),
    ("group", FIELDS, {"name": "n"}),
    ("list", FIELDS, [{"name": "n"}, {"name": "m"}]),
]


@pytest.mark.parametrize(("type_", "more", "answer"), RIGHT)
def test_a_right_answer_is_kept_as_it_is(type_: str, more: dict[str, Any], answer: Any) -> None:
    assert one(answer, type_, **more) == (answer, [])


WRONG = [
    ("text", {}, 5, "testo"),
    ("text", {}, "a\0b", "NUL"),
    ("text", {}, "a\x1bb", "controllo"),
    ("text", {}, "a\ud800b", "controllo"),
    ("text", {}, "a\u202eb", "direzione"),
    ("text", {}, "\u2066a\u2069", "direzione"),
    ("text", {}, "x" * (MAX_TEXT + 1), "500"),
    ("note", {}, "x" * 20_001, "20000"),
    ("note", {}, ["a"], "testo"),
    ("integer", {}, True, "intero"),
    ("integer", {}, 2.0, "intero"),
    ("integer", {}, "2", "intero"),
    ("integer", {}, 10**30, "intero"),
    ("integer", {"min": 1, "max": 3}, 4, "1…3"),
    ("integer", {"min": 1}, 0, "1…"),
    ("scale", {"min": 1, "max": 6}, 7, "1…6"),
    ("decimal", {}, float("nan"), "numero"),
    ("decimal", {}, float("inf"), "grande"),
    ("decimal", {}, float("-inf"), "grande"),
    ("decimal", {}, False, "numero"),
    ("decimal", {}, 10**400, "grande"),
    ("money", {}, -1, "importo"),
    ("money", {}, 1.234, "importo"),
    ("money", {}, float("nan"), "numero"),
    ("date", {}, "2026-02-30", "data"),
    ("date", {}, "31/12/2026", "data"),
    ("date", {}, 20260101, "data"),
    ("date", {}, "0001-01-01", "1900"),
    ("date", {}, "9999-12-31", "2200"),
    ("yes_no", {}, "sì", "vero o falso"),
    ("yes_no", {}, 1, "vero o falso"),
    ("choice", CHOICE, "lavori", "forse «lavoro»"),
    ("choice", CHOICE, 3, "scegliere tra"),
    ("choice", CHOICE, ["casa"], "scegliere tra"),
    ("choices", CHOICE, "casa", "elenco"),
    ("choices", CHOICE, ["casa", "casaa"], "forse «casa»"),
    ("choices", CHOICE, ["casa"] * (MAX_ITEMS + 1), "elenco"),
    ("comune", {}, "015999", "ISTAT"),
    ("comune", {}, 15142, "ISTAT"),
    ("service", {}, "cps", "servizio"),
    ("host", {}, "host-2", "ospitante"),
    ("person", {}, "bea", "operatore"),
    ("person", {}, {"id": "ada"}, "operatore"),
    ("group", FIELDS, "n", "gruppo"),
    ("group", FIELDS, {"name": 3}, "testo"),
    ("list", FIELDS, {"name": "n"}, "elenco"),
    ("list", FIELDS, ["n"], "gruppo"),
    ("list", FIELDS, [{"name": "n"}] * (MAX_ITEMS + 1), "500"),
    ("text", {}, None, "obbligatorio"),
    ("text", {}, "", "obbligatorio"),
    ("text", {}, " \n ", "obbligatorio"),
    ("choices", CHOICE, [], "obbligatorio"),
]


@pytest.mark.parametrize(("type_", "more", "answer", "says"), WRONG)
def test_a_wrong_answer_is_refused_with_the_remedy(
    type_: str, more: dict[str, Any], answer: Any, says: str
) -> None:
    _, messages = one(answer, type_, **more)
    assert any(says in message for message in messages), messages


def test_an_answer_is_never_repeated_in_its_error() -> None:
    secret = "RSSMRA85T10A562S"
    for type_, more, *_ in WRONG:
        for answer in (secret, [secret], {"name": [secret]}):
            for message in one(answer, type_, **more)[1]:
                assert secret not in message


def test_dates_come_out_in_one_form() -> None:
    assert one("20260228", "date")[0] == "2026-02-28"


def test_a_name_that_the_form_does_not_have_is_refused_with_the_nearest() -> None:
    _, _, errors = check(form(reason={"type": "text"}), {"reson": "x"}, KNOWN)
    assert [error.field for error in errors] == ["reson", "reason"]
    assert "«reason»" in errors[0].message.it


def test_without_a_form_no_answer_is_expected() -> None:
    assert check(None, {}, KNOWN) == ({}, {}, [])
    assert check(None, {"x": 1}, KNOWN)[2]


def test_a_field_is_asked_only_if_its_condition_holds() -> None:
    asked = form(
        minor={"type": "yes_no"},
        guardian={"type": "text", "when": "minor == true"},
        age={"type": "integer", "required": False, "when": "minor && guardian != ''"},
    )
    assert check(asked, {"minor": False}, KNOWN) == ({"minor": False}, {}, [])
    assert [e.field for e in check(asked, {"minor": True}, KNOWN)[2]] == ["guardian"]
    data, _, errors = check(asked, {"minor": True, "guardian": "Zia", "age": 9}, KNOWN)
    assert (data["age"], errors) == (9, [])


def test_what_is_not_asked_is_not_kept() -> None:
    asked = form(minor={"type": "yes_no"}, guardian={"type": "text", "when": "minor == true"})
    assert check(asked, {"minor": False, "guardian": "Zia"}, KNOWN)[0] == {"minor": False}


@pytest.mark.parametrize("answer", [10**30, float("nan"), [[]], {"a": {"b": None}}, "\ud800", "x"])
def test_a_condition_over_a_wrong_answer_does_not_hold(answer: Any) -> None:
    asked = form(count={"type": "integer"}, why={"type": "text", "when": "count + 1 > 2"})
    assert [error.field for error in check(asked, {"count": answer}, KNOWN)[2]] == ["count"]


def test_an_outcome_may_require_an_optional_field() -> None:
    optional = form(reason={"type": "text", "required": False})
    assert not check(optional, {}, KNOWN)[2]
    assert [error.field for error in check(optional, {}, KNOWN, ("reason",))[2]] == ["reason"]


def test_personal_answers_are_set_apart() -> None:
    mixed = form(
        need={"type": "text"},
        diary={"type": "note", "personal": True},
        family={
            "type": "list",
            "personal": True,
            "fields": {"name": {"type": "text", "title": "n", "personal": True}},
        },
    )
    data, personal, errors = check(
        mixed, {"need": "casa", "diary": "…", "family": [{"name": "Zoe"}]}, KNOWN
    )
    assert (data, errors) == ({"need": "casa"}, [])
    assert personal == {"diary": "…", "family": [{"name": "Zoe"}]}


def test_an_error_in_a_list_names_its_place() -> None:
    nested = form(
        team={
            "type": "list",
            "fields": {
                "person": {"type": "person", "title": "p"},
                "slots": {
                    "type": "list",
                    "title": "s",
                    "required": False,
                    "fields": {"day": {"type": "date", "title": "d"}},
                },
            },
        }
    )
    answers = {"team": [{"person": "ada"}, {"person": "ada", "slots": [{"day": "mai"}]}]}
    assert [error.field for error in check(nested, answers, KNOWN)[2]] == ["team[1].slots[0].day"]


@pytest.mark.parametrize(
    "field",
    [
        {"type": "choice"},
        {"type": "list"},
        {"type": "group"},
        {"type": "scale"},
        {"type": "text", "min": 3},
        {"type": "group", **FIELDS, "max": 3},
        {"type": "list", **FIELDS, "distinct": "nome"},
        {"type": "money", "sum_of": "lines"},
        {"type": "money", "sum_of": "lines.amount", "personal": True},
        {"type": "list", "fields": {"n": {"type": "text", "title": "n", "personal": True}}},
    ],
)
def test_a_field_that_does_not_hold_together_is_refused(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form(x=field)


PEOPLE = {
    "type": "list", "min": 2, "max": 3, "distinct": "who",
    "fields": {"who": {"type": "text", "title": "Chi"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("ab", []),
        ("a", ["ne servono almeno 2, ce ne sono 1"]),
        ("abcd", ["possono essere al massimo 3, ce ne sono 4"]),
        ("aba", ["c'è già in un'altra riga"]),
    ],
)
def test_a_list_has_as_many_rows_as_are_asked_and_none_twice(names: str, said: list[str]) -> None:
    _, _, errors = check(form(x=PEOPLE), {"x": [{"who": name} for name in names]}, KNOWN)
    assert [error.message.it for error in errors] == said
    assert [error.field for error in errors] == (
        ["x[2].who"] if names == "aba" else ["x"] * len(said)
    )


def test_nobody_is_asked_for_a_total() -> None:
    lines = {"type": "list", "fields": {"cost": {"type": "money", "title": "n"}}}
    asked = form(lines=lines, all={"type": "money", "sum_of": "lines.cost"})
    answers = {"lines": [{"cost": 0.1}, {"cost": 0.2}]}
    data, _, errors = check(asked, answers, KNOWN)
    assert (data, errors) == (answers, [])
    (refused,) = check(asked, {**answers, "all": 3}, KNOWN)[2]
    assert refused.field == "all"
    assert totals(asked.fields, answers) == {"all": 0.3}
    assert totals(asked.fields, {}) == {}


EVERY = form(
    **{f"f{n}": {"type": type_, **more} for n, (type_, more, _) in enumerate(RIGHT)},
    cond={"type": "text", "when": "f5 > 2 && f13 == true"},
    deep={
        "type": "list",
        "fields": {"inner": {"type": "group", "title": "i", **FIELDS}},
    },
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*EVERY.fields, "other", ""]) | st.text(), _json))
@example({f"f{n}": answer for n, (_, _, answer) in enumerate(RIGHT)})
def test_whatever_is_sent_gets_an_answer(answers: dict[str, Any]) -> None:
    data, personal, errors = check(EVERY, answers, KNOWN)
    assert set(data) <= set(EVERY.fields)
    assert not personal
    for error in errors:
        assert error.message.it
        assert error.message.en
    wrong = {error.field.split(".")[0].split("[")[0] for error in errors}
    assert not wrong & set(data)


def test_answers_inside_one_another_without_end_are_refused() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    for name in EVERY.fields.keys() - {"cond"}:
        assert any(e.field.startswith(name) for e in check(EVERY, {name: deep}, KNOWN)[2])
