"""Assessment instruments: what may be answered, and what is reckoned from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from protocols.documents import DocumentError
from protocols.instruments import load_instruments, shipped
from tests.engine.gwt import complete, correct, given, protocol

TEXT = """\
forms:
  assess:
    title: Valutazione
    fields:
      result: {type: instrument, title: Esito, instrument: NAME, category: clinical}
steps:
  assess: {title: Valutazione, role: worker, form: assess}
  next: {title: Poi, role: worker, after: assess}
  after: {title: Dopo, role: worker, after: next}
"""


def _items(count: int, value: int) -> dict[str, int]:
    return {f"item_{number}": value for number in range(1, count + 1)}


def _assessed(name: str, answers: Any) -> dict[str, Any]:
    case = given(protocol(TEXT.replace("NAME", name))).did(complete("assess", result=answers))
    recorded: dict[str, Any] = case.state.data["assess"]["result"]
    return recorded


def _refused(name: str, answers: Any) -> list[str]:
    case = given(protocol(TEXT.replace("NAME", name)))
    refusal = case.when(complete("assess", result=answers)).refused("form_invalid")
    assert all(problem.message.en for problem in refusal.fields)
    return [f"{problem.field}: {problem.message.it}" for problem in refusal.fields]


def test_the_ones_that_the_territory_uses_are_there() -> None:
    scores = {name: (found.count, found.scores) for name, found in shipped().items()}
    assert scores == {
        "honos/1": (12, (0, 48)),
        "gaf/1": (1, (1, 100)),
        "six_dimensions/1": (6, None),
        "europasi/1": (7, None),
        "audit/1": (10, (0, 40)),
    }


@pytest.mark.parametrize(
    ("name", "items", "score", "band"),
    [
        ("honos/1", _items(12, 2), 24, None),
        ("gaf/1", {"functioning": 41}, 41, "from_41"),
        ("gaf/1", {"functioning": 40}, 40, "from_31"),
        ("audit/1", _items(10, 0), 0, "zone_1"),
        ("audit/1", {**_items(10, 0), "item_1": 4, "item_2": 4}, 8, "zone_2"),
        ("audit/1", _items(10, 4), 40, "zone_4"),
    ],
)
def test_the_score_and_its_band(
    name: str, items: dict[str, int], score: int, band: str | None
) -> None:
    recorded = _assessed(name, items)
    assert recorded["instrument"] == name
    assert recorded["items"] == items
    assert (recorded["score"], recorded.get("band")) == (score, band)


def test_an_incomplete_one_has_no_score() -> None:
    recorded = _assessed("honos/1", _items(11, 1))
    assert len(recorded["items"]) == 11
    assert "score" not in recorded


def test_one_without_a_score_records_its_items() -> None:
    items = dict.fromkeys(shipped()["six_dimensions/1"].items, 6)
    assert _assessed("six_dimensions/1", {"items": items}) == {
        "instrument": "six_dimensions/1",
        "items": items,
    }


@pytest.mark.parametrize(
    ("name", "answers", "says"),
    [
        ("honos/1", _items(12, 5), "data.result.item_1: deve valere 0…4"),
        ("honos/1", {}, "mancano le voci"),
        ("honos/1", {**_items(12, 1), "item_13": 1}, "non ha la voce «item_13»"),
        ("honos/1", {**_items(12, 1), "item_1": True}, "deve valere"),
        ("honos/1", {**_items(12, 1), "item_1": "1"}, "deve valere"),
        ("honos/1", 24, "un valore per ogni voce"),
        ("honos/1", {"items": 3}, "un valore per ogni voce"),
        ("gaf/1", {"functioning": 0}, "deve valere 1…100"),
        ("gaf/1", {}, "mancano le voci: functioning"),
        ("audit/1", {**_items(10, 0), "item_9": 3}, "deve valere 0, 2, 4"),
        ("audit/1", _items(9, 0), "mancano le voci: item_10"),
        ("europasi/1", {"alcohol": 10}, "deve valere 0…9"),
        ("six_dimensions/1", {"work": 3}, "mancano le voci: functioning"),
    ],
)
def test_what_cannot_be_answered_is_refused(name: str, answers: Any, says: str) -> None:
    told = _refused(name, answers)
    assert any(says in message for message in told), told


def test_a_result_can_be_corrected() -> None:
    plan = protocol(TEXT.replace("NAME", "gaf/1"))
    case = given(plan).did(complete("assess", result={"functioning": 40}), complete("next"))
    case = case.did(correct("assess", result={"functioning": 55}))
    assert case.state.data["assess"]["result"]["score"] == 55


def test_an_unknown_instrument_is_told_with_the_nearest() -> None:
    with pytest.raises(DocumentError) as error:
        protocol(TEXT.replace("NAME", "honos/2"))
    assert "Forse «honos/1»" in error.value.problems[0].message.it


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("range: [0, 4]", "range: [4, 0]", "il minore"),
        ("up_to: 9", "up_to: 8", "l'ultima arriva"),
        ("scoring: sum", "scoring: none", "non ci sono fasce"),
        ("scoring: sum", "scoring: summ", "Forse «sum»"),
        ("{values: [0, 2]}", "{values: [0, 9]}", "fuori da 'range'"),
        ("1: poco", "7: poco", "fuori da 'range'"),
    ],
)
def test_a_mistake_in_an_instrument_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = """\
instruments:
  mine/1:
    title: Mio
    source: noi
    items: {a: , b: {values: [0, 2]}, c: }
    range: [0, 4]
    scoring: sum
    better: low
    bands: [{up_to: 4, name: low, title: Basso}, {up_to: 9, name: high, title: Alto}]
    levels: {1: poco}
"""
    path = tmp_path / "instruments.yaml"
    text = text.replace("up_to: 9", "up_to: 12")
    path.write_text(text)
    assert load_instruments(path)["mine/1"].result({"a": 1, "b": 2, "c": 2}).band == "high"
    path.write_text(text.replace(old.replace("9", "12"), new))
    with pytest.raises(DocumentError) as error:
        load_instruments(path)
    assert says in str(error.value)
