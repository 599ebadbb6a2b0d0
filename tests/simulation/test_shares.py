"""The file of shares: what it may say, and what is said of its mistakes."""

from __future__ import annotations

import pytest
import yaml

from protocols.documents import DocumentError
from protocols.simulation.shares import Chooser, Lasts, Shares, read_shares
from tests.simulation.shapes import MINI, SHIPPED, TERRITORY, shares


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(DocumentError) as refused:
        read_shares(text, "shares.yaml", [MINI], TERRITORY)
    assert all(problem.message.en for problem in refused.value.problems)
    return [(p.line, p.where, p.message.it) for p in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "line", "where", "hint"),
    [
        ("steps:\n  triagge: {effort: 2}\n", 2, "steps.triagge", "«triage»"),
        ("steps:\n  triage: {outcomes: {simpel: 1}}\n", 2, "simpel", "«simple»"),
        ("steps:\n  triage: {outcomes: {simple: 0}}\n", 2, "outcomes", "positivo"),
        ("steps:\n  triage: {outcomes: {simple: -1}}\n", 2, "simple", ""),
        ("steps:\n  triage: {lasts: [5, 2]}\n", 2, "lasts", "più breve"),
        ("steps:\n  triage: {lasts: {}}\n", 2, "lasts", "days"),
        ("events: {crisys: 0.1}\n", 1, "crisys", "«crisis»"),
        ("events: {crisis: 1.5}\n", 1, "crisis", ""),
        ("people:\n  managment: 2\n", 2, "managment", "«management»"),
        ("people: {management: 0}\n", 1, "management", ""),
        ("people: {management: {time: 0}}\n", 1, "time", ""),
        ("arrivals: {sources: {CPSS: 1}}\n", 1, "CPSS", "Tipo di servizio"),
        ("arrivals: {districts: {99: 1}}\n", 1, "99", "Distretto"),
        ("arrivals: {a_year: 0}\n", 1, "a_year", ""),
        ("hours: {from: '18:00', to: '09:00'}\n", 1, "hours", "giornata"),
        ("arrivals: &a {a_year: 5}\n", 1, "", "ancore"),
        ("pepole: {}\n", 1, "pepole", "«people»"),
    ],
)
def test_each_mistake_is_told_with_its_line_and_place(text, line, where, hint):
    [(at, place, message)] = problems(text)
    assert at == line
    assert where in place
    assert hint in message


def test_all_mistakes_are_told_at_once():
    assert len(problems("steps: {a: {}, b: {}}\npeople: {c: 1}\n")) == 3


def test_what_a_file_does_not_say_is_taken_from_the_protocol():
    whole = shares(SHIPPED, "steps: {triage: {outcomes: {complex: 1}}}\npeople: {tutor: 9}\n")
    assert whole.steps["triage"].outcomes == {"complex": 1}
    assert whole.steps["triage"].lasts == shares(SHIPPED).steps["triage"].lasts
    assert whole.people["tutor"].number == 9
    assert set(whole.steps) == set(SHIPPED.steps)
    assert {"minor", "measure", "housing_emergency"} <= set(whole.arrivals.attributes)
    assert "PSYCHIATRIC_CENTRE" in (whole.arrivals.sources or {})


def test_going_back_and_ending_are_rarer_by_default():
    outcomes = shares(MINI).steps["conference"].outcomes or {}
    assert outcomes["admit"] > outcomes["integrate"] > 0
    assert outcomes["admit"] > outcomes["refuse"] > 0


def test_shares_survive_being_written_and_read_again():
    whole = shares(SHIPPED, "hours: {from: '08:30', to: '14:00'}\n")
    text = yaml.safe_dump(whole.model_dump(mode="json", by_alias=True, exclude_unset=True))
    assert read_shares(text, "again.yaml", [SHIPPED], TERRITORY).over(Shares()) == whole


def test_durations_follow_their_quantiles():
    assert Lasts(days=(4,)).taken(0.9, None) == 4
    assert Lasts(days=(0, 10)).taken(0.25, 100) == 2.5
    assert Lasts(of_due=(0.5, 1.0)).taken(0.5, 20) == 15
    assert Lasts(days=(7,), of_due=(1,)).taken(0.5, None) == 7


def test_a_chooser_follows_the_weights():
    chooser = Chooser({"a": 1, "b": 0, "c": 3})
    drawn = [chooser.choose(n / 1000) for n in range(1000)]
    assert drawn.count("a") == 250
    assert drawn.count("c") == 750
    assert {Chooser({"a": 0, "b": 0}).choose(n / 10) for n in range(10)} == {"a", "b"}
