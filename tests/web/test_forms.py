"""Forms of protocols: what is typed, what it means, and what depends on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.web.forms.answers import answers, typed_of
from api.web.forms.told import told
from api.web.forms.typed import pairs, read, with_row, without_blank_rows, without_row
from api.web.forms.widgets import changed, pointed, widgets
from domain.refusal import FieldProblem
from protocols.language.forms import FormField
from protocols.language.load import load_protocol
from protocols.text import Text

FIELDS = (
    load_protocol(Path(__file__).parent / "form_protocol.yaml").protocol.forms["everything"].fields
)


def field(kind: Any) -> dict[str, FormField]:
    return {"x": FormField(type=kind, title=Text("X"))}


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("integer", "1.234", 1234),
        ("integer", " 7 ", 7),
        ("integer", "3,5", "3,5"),
        ("integer", "venti", "venti"),
        ("integer", "9" * 5000, "9" * 5000),
        ("decimal", "1.234,50", 1234.5),
        ("decimal", "1234.5", 1234.5),
        ("decimal", "0.125", 0.125),
        ("decimal", "1,2,3", "1,2,3"),
        ("decimal", "1e5", "1e5"),
        ("money", "€ 1.234,50", 1234.5),
        ("money", "-3", -3),
        ("date", "31/3/2026", "2026-03-31"),
        ("date", "31.03.2026", "2026-03-31"),
        ("date", "2026-03-31", "2026-03-31"),
        ("date", "domani", "domani"),
        ("yes_no", "true", True),
        ("yes_no", "forse", "forse"),
        ("note", "uno\r\ndue", "uno\ndue"),
    ],
)
def test_what_is_typed_means_what_it_means_in_italy(kind: str, typed: str, meant: object) -> None:
    assert answers(field(kind), {"x": [typed]}) == {"x": meant}


def test_what_is_blank_is_no_answer() -> None:
    sent = [("subject", "  "), ("employed", ""), ("needs", ""), ("visits[]", "0")]
    typed = without_blank_rows(FIELDS, read(FIELDS, sent))
    assert answers(FIELDS, typed) == {}


def test_a_form_is_read_back_as_it_was_sent() -> None:
    sent = [
        ("subject", "Una casa"),
        ("needs", "casa"),
        ("needs", "cura"),
        ("score.work", "3"),
        ("contact.phone", "02 95"),
        ("visits[]", "4"),
        ("visits[4].day", "2026-11-19"),
        ("visits[]", "9"),
        ("visits[9].hours", "1,5"),
        ("_csrf", "not of the form"),
        ("unknown", "neither"),
    ]
    typed = read(FIELDS, sent)
    assert answers(FIELDS, typed) == {
        "subject": "Una casa",
        "needs": ["casa", "cura"],
        "score": {"work": 3},
        "contact": {"phone": "02 95"},
        "visits": [{"day": "2026-11-19"}, {"hours": 1.5}],
    }
    assert read(FIELDS, pairs(FIELDS, typed)) == typed


def test_recorded_answers_can_be_typed_again() -> None:
    recorded = {
        "subject": "Una casa", "cost": 1234.5, "employed": False, "needs": ["cura"],
        "score": {"instrument": "six_dimensions/1", "items": {"work": 3}},
        "visits": [{"day": "2026-11-19", "hours": 0.25}],
    }  # fmt: skip
    again = answers(FIELDS, typed_of(FIELDS, recorded))
    assert again == {**recorded, "score": {"work": 3}}


def test_rows_come_and_go_where_they_are() -> None:
    typed = with_row(FIELDS, {}, "visits")
    assert typed == {"visits": [{}]}
    typed = {"visits": [{"hours": ["1"]}, {"hours": ["2"]}, {"hours": ["3"]}]}
    assert without_row(FIELDS, typed, "visits[1]") == {
        "visits": [{"hours": ["1"]}, {"hours": ["3"]}]
    }
    for nowhere in ("visits[9]", "visits", "nothing[0]", "", "subject[0]", "visits[0].hours[0]"):
        assert without_row(FIELDS, typed, nowhere) == typed
    assert with_row(FIELDS, typed, "nothing") == typed


def test_a_question_comes_with_its_condition_and_keeps_what_was_typed() -> None:
    yes = {"employed": ["true"], "job": ["fornaio"]}
    no = {"employed": ["false"], "job": ["fornaio"]}
    assert answers(FIELDS, yes) == {"employed": True, "job": "fornaio"}
    assert answers(FIELDS, no) == {"employed": False}
    hidden = next(each for each in widgets(FIELDS, no, {}) if each.path == "job")
    assert not hidden.asked
    assert hidden.kept == (("job", "fornaio"),)
    moved, _ = changed(widgets(FIELDS, yes, {}), set())
    assert [each.path for each in moved] == ["job"]
    assert changed(widgets(FIELDS, yes, {}), {"job"})[0] == []
    moved, _ = changed(widgets(FIELDS, no, {}), {"job"})
    assert [each.path for each in moved] == ["job"]


def test_a_score_appears_when_every_item_has_a_value() -> None:
    def score(typed: dict[str, object]) -> tuple[object, int]:
        drawn = next(each for each in widgets(FIELDS, typed, {}) if each.path == "audit")
        assert drawn.score is not None
        return drawn.score.score, drawn.score.missing

    assert score({}) == (None, 1)
    assert score({"audit": {"functioning": ["55"]}}) == (55, 0)
    assert score({"audit": {"functioning": ["900"]}}) == (None, 1)


def test_an_error_is_at_its_question_and_says_which_it_is() -> None:
    wrong = FieldProblem("data.visits[1].hours", Text("deve essere un numero", "not a number"))
    found = pointed(FIELDS, [wrong])
    assert found.errors[0].field == "visits[1].hours"
    assert found.summary[0].message.it == "Durata: deve essere un numero"


def test_answers_are_told_in_words_and_what_is_withheld_by_category() -> None:
    shown = told(
        FIELDS,
        {"area": "casa", "cost": 1234.5, "reason": {"withheld": "clinical"}, "outcome": "done"},
        {},
    )
    by_title = {each.title.it: each for each in shown}
    assert by_title["Area"].text == (Text("Casa", "Home"),)
    assert by_title["Spesa"].text[0].it == "1.234,50\xa0€"
    assert by_title["Motivo"].withheld == "clinical"
    assert "outcome" not in by_title
