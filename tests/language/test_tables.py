"""Decision tables: what they say, and that they always say something, with one voice."""

from __future__ import annotations

from typing import Any

import pytest

from protocols.documents import DocumentError, Problem
from tests.engine.gwt import complete, event, given, protocol

FORMS = """\
forms:
  triage:
    title: Analisi
    fields:
      need: {type: choice, title: Bisogno, options: [work, home, health]}
      gaf: {type: integer, title: VGF, min: 1, max: 100}
      alone: {type: yes_no, title: Da solo, required: false}
      debts: {type: money, title: Debiti, required: false}
      notes: {type: note, title: Note, personal: true, required: false}
      level:
        {type: choice, title: Intensità, options: [light, ordinary, intense], filled_by: level}
  call: {title: Chiamata, fields: {hours: {type: integer, title: Ore}}}
"""
STEPS = """\
steps:
  triage: {title: Analisi, role: worker, form: triage}
  intense: {title: Intenso, role: worker, after: triage, when: "tables.level == 'intense'"}
  other: {title: Altro, role: worker, after: triage, when: "triage.level == 'light'"}
events:
  call: {title: Chiamata, by: worker, form: call}
"""
LEVEL = """\
tables:
  level:
    title: Intensità
    hit: HIT
    inputs: {need: triage.need, gaf: triage.gaf}
    rules:
RULES
"""
COMPLETE = """\
      - {if: {need: work}, then: light}
      - {if: {need: [home, health], gaf: <= 40}, then: intense}
      - {if: {need: not work, gaf: 41..100}, then: ordinary}
"""

TWO = "      - {{if: {{{}}}, then: light}}\n      - {{if: {{{}}}, then: intense}}\n"


def table(rules: str = COMPLETE, hit: str = "unique", **changes: str) -> str:
    text = FORMS + LEVEL.replace("HIT", hit).replace("RULES\n", rules) + STEPS
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def problems(text: str) -> list[Problem]:
    with pytest.raises(DocumentError) as error:
        protocol(text)
    return list(error.value.problems)


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"need": "work", "gaf": 10}, "light"),
        ({"need": "home", "gaf": 40}, "intense"),
        ({"need": "home", "gaf": 41}, "ordinary"),
        ({"need": "health", "gaf": 100}, "ordinary"),
    ],
)
def test_it_fills_a_field_and_a_guard_reads_it(answers: dict[str, Any], level: str) -> None:
    case = given(protocol(table())).did(complete("triage", **answers))
    assert case.state.data["triage"]["level"] == level
    assert case.status("intense") == ("open" if level == "intense" else "out")
    assert case.status("other") == ("open" if level == "light" else "out")


def test_nobody_answers_what_a_table_says() -> None:
    case = given(protocol(table()))
    refused = case.when(complete("triage", need="work", gaf=10, level="light"))
    assert refused.refused("form_invalid").fields[0].field == "data.level"


def test_a_table_that_knows_nothing_says_nothing() -> None:
    plan = protocol(table())
    assert plan.protocol.tables["level"].decide(lambda path: None) is None


# (rules, hit, part of the message, number of the rule named or None)
WRONG = [
    ("      - {if: {need: work}, then: light}\n", "unique", "nessuna regola per need: home", None),
    (TWO.format("gaf: at most 40", "gaf: more than 41"), "unique", "gaf: 41 ", None),
    (TWO.format("gaf: less than 40", "gaf: more than 40"), "first", "gaf: 40 ", None),
    (COMPLETE + "      - {if: {gaf: 1..10}, then: intense}\n", "unique",
     "le regole 1 e 4 valgono insieme per need: work, gaf: 1", 3),
    (COMPLETE + "      - {if: {gaf: 1..10}, then: intense}\n", "any", "le regole 1 e 4", 3),
    (COMPLETE + "      - {if: {gaf: 1..10}, then: intense}\n", "first", "la regola 4 non vale", 3),
    (COMPLETE + "      - {if: {gaf: more than 100}, then: intense}\n", "unique",
     "la regola 4 non vale", 3),
    (COMPLETE.replace("work}", "wrok}"), "unique", "Forse «work»", 0),
    (COMPLETE.replace("<= 40", "basso"), "unique", "non può valere «basso»", 1),
    (COMPLETE.replace("need: work", "ned: work"), "unique", "Ingresso «ned» inesistente", 0),
    (COMPLETE.replace("41..100", "100..41"), "unique", "the greater", 2),
    (COMPLETE.replace("light", "lihgt"), "unique", "che questo campo non può valere", None),
    (COMPLETE, "collect", "che questo campo non può valere", None),
    (COMPLETE, "uniqe", "Forse «unique»", None),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "hit", "says", "rule"), WRONG)
def test_what_is_wrong_is_told(rules: str, hit: str, says: str, rule: int | None) -> None:
    found = problems(table(rules, hit))
    told = [problem for problem in found if says in problem.message.it]
    assert told, [str(problem) for problem in found]
    assert rule is None or f"rules[{rule}]" in told[0].where


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("need: triage.need", "need: triage.ned", "Forse «need»"),
        ("need: triage.need", "need: triage.notes", "personale"),
        ("need: triage.need", "need: triage.level", "legge il campo che riempie"),
        ("filled_by: level", "filled_by: levl", "Forse «level»"),
        ("filled_by: level", "filled_by: level, personal: true", "personal"),
        ("== 'intense'", "== 'intens'", "Forse «intense»"),
        ("tables.level ==", "tables.levl ==", "Forse «level»"),
    ],
)
def test_names_that_lead_nowhere_are_told(old: str, new: str, says: str) -> None:
    found = problems(table(**{old: new}))
    assert any(says in problem.message.it for problem in found), [str(p) for p in found]


def test_an_optional_answer_may_be_missing() -> None:
    rules = (
        "      - {if: {alone: true}, then: light}\n      - {if: {alone: false}, then: intense}\n"
    )
    text = table(rules).replace("gaf: triage.gaf}", "alone: triage.alone}")
    assert "alone: nessun valore" in problems(text)[0].message.it
    plan = protocol(text.replace("    rules:", "    default: ordinary\n    rules:"))
    case = given(plan).did(complete("triage", need="home", gaf=3))
    assert case.state.data["triage"]["level"] == "ordinary"


def test_amounts_are_told_apart_between_the_numbers_that_are_named() -> None:
    rules = TWO.format("debts: < 1000", "debts: more than 1000")
    text = table(rules).replace("gaf: triage.gaf}", "debts: triage.debts}")
    text = text.replace("title: Debiti, required: false", "title: Debiti")
    assert "debts: 1000" in problems(text)[0].message.it
    protocol(text.replace("more than 1000", "at least 1000"))


def test_rules_that_say_the_same_may_overlap() -> None:
    rules = COMPLETE + "      - {if: {need: work, gaf: 1..10}, then: light}\n"
    protocol(table(rules, "any"))


def test_what_is_collected_is_a_list() -> None:
    rules = "      - {if: {need: home}, then: light}\n      - {if: {gaf: < 50}, then: intense}\n"
    text = table(rules, "collect").replace(
        "{type: choice, title: Int", "{type: choices, title: Int"
    )
    text = text.replace("tables.level == 'intense'", "'intense' in tables.level")
    text = text.replace("triage.level == 'light'", "'light' in triage.level")
    case = given(protocol(text)).did(complete("triage", need="home", gaf=30))
    assert case.state.data["triage"]["level"] == ["light", "intense"]
    assert case.open == {"intense", "other"}


def test_a_fact_may_take_what_a_table_says_and_a_table_reads_events_and_the_case() -> None:
    plan = protocol("""\
forms:
  call: {title: Chiamata, fields: {hours: {type: integer, title: Ore, min: 0, max: 40}}}
tables:
  kind:
    title: Genere
    inputs: {hours: call.hours, source: {of: case.source, values: [CPS, SERT]}}
    rules:
      - {if: {hours: < 20}, then: part}
      - {if: {hours: ">= 20", source: CPS}, then: full}
      - {if: {hours: ">= 20", source: SERT}, then: part}
steps:
  reserve:
    title: Riserva
    role: worker
    records: {fact: PlaceReserved, fields: {host: "=h", kind: tables.kind}}
events:
  call: {title: Chiamata, by: worker, form: call}
""")
    done = given(plan).did(event("call", hours=30)).when(complete("reserve"))
    assert done.events[1].kind == "full"


def test_a_table_too_large_to_prove_is_refused() -> None:
    rules = "".join(
        f"      - {{if: {{gaf: {n}, a: {n}, b: {n}}}, then: light}}\n" for n in range(1, 40)
    )
    text = table(rules, "first").replace(
        "gaf: triage.gaf}", "gaf: triage.gaf, a: case.a, b: case.b}"
    )
    assert any("dividere la tabella" in problem.message.it for problem in problems(text))
