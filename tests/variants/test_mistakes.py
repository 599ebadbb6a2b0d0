"""A mistake in a variant or in its base is told in the file and line that wrote it."""

from __future__ import annotations

import pytest

from protocols.documents import DocumentError
from protocols.language.library import Library, Source, circle
from protocols.language.load import read
from tests.language.mistakes import MINI
from tests.variants.writing import composed, line_of, problems, variant

SHORTER = "steps: {triage: {due: 5 working days}}\n"

# (difference, head, part of the line that is named, part of the message)
MISTAKES = [
    (SHORTER, {"of": "1.0.1"}, "of: 1.0.1", "Forse «mini/1.0.0»"),
    (SHORTER, {"of": "cps-1.0.0"}, "of: cps-1.0.0", "schema"),
    (SHORTER, {"protocol": "minni"}, "protocol: minni", "Forse «mini/1.0.0»"),
    (SHORTER, {"variant": "C P S"}, "variant: C P S", "schema"),
    (SHORTER, {"version": "2"}, "version: 2", "tra virgolette"),
    (SHORTER, {"title": ""}, "protocol", "Manca «title»"),
    (SHORTER, {"applies_to": ""}, "protocol", "Manca «applies_to»"),
    (SHORTER, {"applies_to": "[]"}, "applies_to", "Serve una condizione"),
    (SHORTER, {"applies_to": "{source: []}"}, "applies_to", "Serve una condizione"),
    (SHORTER, {"applies_to": "{sorce: SELF}"}, "applies_to", "Forse «source»"),
    (SHORTER, {"applies_to": "{source: PSYCHIATRIC_CENTER}"}, "applies_to",
     "Forse «PSYCHIATRIC_CENTRE»"),
    (SHORTER, {"applies_to": "{violence: forse}"}, "applies_to", "true o false"),
    (SHORTER, {"applies_too": "{source: SELF}"}, "applies_too", "Voce «applies_too»"),
    (SHORTER, {"territory": "altrove"}, "territory", "Voce «territory»"),
    ("stesp: {}", {}, "stesp", "Forse «steps»"),
    (SHORTER, {"removes": "steps.leter"}, "removes", "Forse «letter»"),
    (SHORTER, {"removes": "[steps.letter.outcomes.don]"}, "removes", "inesistente"),
    (SHORTER, {"removes": "steps.conference.outcomes.admitt"}, "removes", "Forse «admit»"),
    (SHORTER, {"removes": "protocol"}, "removes", "inesistente"),
    (SHORTER, {"removes": "steps.triage.due.overdue.deputy"}, "removes", "hanno un nome"),
    ("steps: {triage: {due: 20 working days}}", {}, "triage", "È già così"),
    ("steps: {triage: {role: municipal_referent}}", {}, "triage", "È già così"),
    ("steps: {triage: {records: {}}}", {}, "triage", "È già così"),
    ("steps: {triage: {due: {}}}", {}, "triage", "È già così"),
    ("steps: {team: {after: triaje.complex}}", {}, "team", "Forse «triage»"),
    ("steps: {team: {frm: team}}", {}, "team", "Forse «form»"),
    ("steps: hello", {}, "hello", "gruppo di voci"),
    ("steps: {new: {title: Nuovo, after: team, role: tutor}}", {}, "new", "Ruolo «tutor»"),
    ("events: {crisis: {opens: clinicl_return}}", {}, "crisis", "Forse «clinical_return»"),
]  # fmt: skip


@pytest.mark.parametrize(("difference", "head", "where", "says"), MISTAKES)
def test_a_mistake_of_a_variant_is_told_at_its_line(
    difference: str, head: dict[str, str], where: str, says: str
) -> None:
    text = variant("cps", difference, **head)
    found = problems(text)
    told = [p for p in found if says in p.message.it]
    assert told, [str(problem) for problem in found]
    assert all(problem.file == "variant.yaml" for problem in found)
    assert line_of(text, where) in {problem.line for problem in told}
    assert all(problem.message.en for problem in found)


def test_what_a_removal_breaks_is_told_in_the_base() -> None:
    text = variant("cps", "", removes="steps.team")
    found = problems(text)
    assert {problem.file for problem in found} == {"base.yaml"}
    assert line_of(MINI, "    after: team") in {problem.line for problem in found}
    removes = f"steps.team (variant.yaml:{line_of(text, 'removes')})"
    assert all(removes in problem.message.it for problem in found)


def test_a_mistake_of_the_base_is_told_in_the_base() -> None:
    base = MINI.replace("form: triage", "form: triag")
    (problem,) = problems(variant("cps", SHORTER), base=base)
    assert (problem.file, problem.line) == ("base.yaml", line_of(base, "form: triag"))


def test_a_mistake_of_one_of_two_variants_is_told_in_that_one() -> None:
    wrong = variant("zone", "steps:\n  team:\n    after: triage and nowhere\n")
    found = problems(variant("cps", SHORTER), wrong)
    assert {(p.file, p.line) for p in found} == {("zone.yaml", line_of(wrong, "nowhere"))}


def test_no_base_may_be_called_as_a_combination() -> None:
    with pytest.raises(DocumentError) as error:
        read(MINI.replace("version: 1.0.0", "version: 1.0.0+cps-1.0.0"), "base.yaml")
    assert error.value.problems[0].line == 2


def test_a_variant_of_itself_or_of_a_variant_is_refused() -> None:
    one = variant("cps", SHORTER, version="3.0.0", of="3.0.0")
    other = variant("zone", SHORTER, version="3.0.0", of="3.0.0")
    books = Library([Source(MINI, "base.yaml"), Source(one, "cps.yaml"), Source(other, "z.yaml")])
    for text in (one, other):
        with pytest.raises(DocumentError) as error:
            read(text, "variant.yaml", books)
        (problem,) = error.value.problems
        assert problem.line == line_of(text, "of: 3.0.0")
        assert "non di una variante" in problem.message.it


def test_without_its_base_a_variant_cannot_be_read() -> None:
    with pytest.raises(DocumentError) as error:
        read(variant("cps", SHORTER), "variant.yaml")
    assert error.value.problems[0].where == "protocol"


def test_a_circle_of_uses_is_named_from_where_it_closes() -> None:
    chain = [("a", "1.0.0"), ("b", "1.0.0"), ("c", "1.0.0")]
    told = circle(chain, ("b", "1.0.0"))
    assert told
    assert "b/1.0.0 → c/1.0.0 → b/1.0.0" in told.it
    assert circle(chain, ("d", "1.0.0")) is None


def test_odd_variants_are_refused_and_never_break_the_reader() -> None:
    odd = [
        "steps: []", "steps: {triage: []}", "steps: {triage: null}", "steps: null",
        "steps: {triage: {outcomes: [1, 2]}}", "steps: {triage: {outcomes: [[a]]}}",
        "steps: {triage: {due: []}}", "forms: 3", "roles: {case_manager: {held_by: 7}}",
        "exceptions: null", "events: {death: [x]}", "steps: {'': {}}", "legal_basis: 5",
    ]  # fmt: skip
    for difference in odd:
        with pytest.raises(DocumentError):
            composed(variant("cps", difference))
