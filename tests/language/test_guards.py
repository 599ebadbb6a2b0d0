"""Guards that could never hold are told when the document is read."""

from __future__ import annotations

import pytest

from protocols.documents import DocumentError
from tests.engine.gwt import protocol

DOCUMENT = """\
forms:
  triage:
    title: Analisi
    fields:
      need: {type: choice, title: Bisogno, options: [work, home]}
      gaf: {type: integer, title: VGF, min: 1, max: 100}
      pay: {type: money, title: Paga}
      alone: {type: yes_no, title: Da solo}
      kinds: {type: choices, title: Generi, options: [a, b]}
      team: {type: list, title: Équipe, fields: {who: {type: person, title: Chi}}}
      home: {type: group, title: Casa, fields: {rooms: {type: integer, title: Stanze}}}
      honos: {type: instrument, title: HoNOS, instrument: honos/1}
      more: {type: text, title: Altro, when: INNER}
steps:
  triage: {title: Analisi, role: worker, form: triage, outcomes: [simple, complex]}
  plain: {title: Semplice, role: worker}
  letter: {title: Lettera, automation: {run: letter, fallback: worker}}
  next: {title: Poi, role: worker, after: triage and plain and letter, when: OUTER}
events:
  call: {title: Chiamata, by: worker, form: triage}
"""

WRONG = [
    ("triage.gaf == '40'", "è un numero"),
    ("'40' == triage.gaf", "è un numero"),
    ("triage.need == 3", "è un testo"),
    ("triage.need == true", "vero o falso"),
    ("triage.alone == 'yes'", "vero o falso"),
    ("triage.kinds == 'a'", "un elenco"),
    ("triage.need == 'wrok'", "Forse «work»"),
    ("triage.need in ['work', 'hoem']", "Forse «home»"),
    ("triage.need != 'garden'", "Può valere: work, home"),
    ("triage.outcome == 'simpel'", "Forse «simple»"),
    ("triage.ned == 'work'", "Forse «need»"),
    ("triage.home.roms > 2", "Forse «rooms»"),
    ("triage.home.rooms > '2'", "è un numero"),
    ("triage.honos.score > 'x'", "è un numero"),
    ("triage.honos.scor > 3", "Forse «score»"),
    ("has(triage.ned)", "Forse «need»"),
    ("plain.anything == 1", "non raccoglie"),
    ("case.district == '5'", "è un numero"),
    ("case.source == 5", "è un testo"),
    ("events.cal.count > 1", "Forse «call»"),
    ("events.call.count > '1'", "è un numero"),
    ("events.call.gaf == 'x'", "è un numero"),
    ("today > 5", "è un testo"),
    ("triage.gaf > 3 && (triage.alone || triage.need == 'wrok')", "Forse «work»"),
]

RIGHT = [
    "triage.gaf >= 40 && triage.need == 'work'",
    "triage.gaf + 1 == 40",
    "triage.need + 'x' == 'workx'",
    "triage.pay > 3.5",
    "triage.gaf > 3.5",
    "'a' in triage.kinds",
    "triage.kinds == ['a']",
    "triage.team.exists(m, m.who == 'ada')",
    "triage.team.size() > 2 || size(triage.team) > 2",
    "triage.team[0].who == 'ada'",
    "triage.need.startsWith('w')",
    'triage.need == "work" ? triage.alone : !triage.alone',
    "has(triage.gaf) && triage.home.rooms == 2",
    "triage.honos.items.item_1 == 4 && triage.honos.score < 20",
    "letter.whatever == 3",
    "plain.outcome == 'done'",
    "case.minor == true && case.anything == 'x'",
    "events.call.at < today && today > '2026-01-01'",
    "triage.more == 'it is == 3 here'",
    "case.referred_on <= '2026-01-01'",
]


def _read(outer: str = "true", inner: str = "alone") -> None:
    quoted = [guard.replace("'", "''") for guard in (outer, inner)]
    text = DOCUMENT.replace("OUTER", f"'{quoted[0]}'").replace("INNER", f"'{quoted[1]}'")
    protocol(text)


@pytest.mark.parametrize(("guard", "says"), WRONG)
def test_what_can_never_hold_is_told(guard: str, says: str) -> None:
    with pytest.raises(DocumentError) as error:
        _read(guard)
    (problem,) = error.value.problems
    assert says in problem.message.it
    assert problem.message.en
    assert problem.where == "steps.next.when"


@pytest.mark.parametrize("guard", RIGHT)
def test_what_may_hold_is_let_be(guard: str) -> None:
    _read(guard)


@pytest.mark.parametrize(
    ("guard", "says"), [("need == 'wrok'", "Forse «work»"), ("gaf > 'x'", "è un numero")]
)
def test_the_conditions_of_a_form_too(guard: str, says: str) -> None:
    with pytest.raises(DocumentError) as error:
        _read(inner=guard)
    assert says in error.value.problems[0].message.it


def test_so_are_conditions_of_outcomes_and_deadlines() -> None:
    for part in (
        "outcomes: {fine: {when: triage.gaf == 'x'}}",
        "due: {within: 1 day, when: triage.gaf == 'x'}",
    ):
        text = DOCUMENT.replace("INNER", "alone").replace("when: OUTER", part)
        with pytest.raises(DocumentError) as error:
            protocol(text)
        assert "è un numero" in error.value.problems[0].message.it
