"""A variant states only its difference; several hold for one case at once."""

from __future__ import annotations

import itertools
from datetime import date

from protocols.language.library import Library, Source
from protocols.language.load import read_protocol, resolve
from tests.language.mistakes import MINI
from tests.variants.writing import alone, composed, library, line_of, problems, variant

EXTRA = """
steps:
  crisis_plan:
    title: Piano di crisi
    after: team
    role: municipal_referent
  conference:
    after: assess and crisis_plan
"""
SHORTER = """
steps:
  triage:
    due: 5 working days
"""


def test_a_variant_adds_changes_and_leaves_the_rest_as_it_is() -> None:
    base = read_protocol(MINI, "base.yaml").protocol
    changed = alone(variant("cps", EXTRA)).plan.protocol
    assert set(changed.steps) == {*base.steps, "crisis_plan"}
    assert changed.steps["conference"].after == "assess and crisis_plan"
    assert changed.steps["conference"].outcomes == base.steps["conference"].outcomes
    same = [name for name in base.steps if name != "conference"]
    assert all(changed.steps[name] == base.steps[name] for name in same)


def test_a_short_form_changes_only_what_it_says() -> None:
    due = alone(variant("cps", SHORTER)).plan.protocol.steps["triage"].due
    base = read_protocol(MINI, "base.yaml").protocol.steps["triage"].due
    assert due
    assert base
    assert str(due.within) == "5 working days"
    assert due.remind == base.remind
    assert due.overdue == base.overdue
    more = variant("cps", "steps: {triage: {outcomes: [urgent]}}")
    assert list(alone(more).plan.protocol.steps["triage"].outcomes) == [
        "simple",
        "complex",
        "urgent",
    ]


def test_a_list_or_a_value_takes_the_place_of_the_old_one() -> None:
    text = variant(
        "cps",
        """
        steps: {triage: {title: Altro, due: {overdue: [management]}}}
        exceptions: {skip: [management, district_referent]}
        """,
    )
    protocol = alone(text).plan.protocol
    assert protocol.steps["triage"].title.it == "Altro"
    due = protocol.steps["triage"].due
    assert due
    assert [rung.to for rung in due.overdue] == ["management"]
    assert protocol.exceptions.skip == ("management", "district_referent")


def test_what_a_variant_removes_is_gone_and_may_be_written_anew() -> None:
    removing = variant(
        "cps",
        "steps: {triage: {due: {within: 3 days}}}",
        removes="[steps.letter, steps.conference.outcomes.integrate, steps.triage.due]",
    )
    protocol = alone(removing).plan.protocol
    assert "letter" not in protocol.steps
    assert list(protocol.steps["conference"].outcomes) == ["admit", "refuse"]
    due = protocol.steps["triage"].due
    assert due
    assert not due.overdue
    assert str(due.within) == "3 days"


def test_the_head_names_the_combination() -> None:
    one = variant("violence", SHORTER, version="1.2.0", valid_from="2022-05-01",
                  legal_basis="[L. 119/2013]")  # fmt: skip
    plan = composed(one, variant("cps", EXTRA)).plan
    assert plan.protocol.version == "1.0.0+cps-1.0.0+violence-1.2.0"
    assert plan.protocol.type_name == "mini/1.0.0+cps-1.0.0+violence-1.2.0"
    assert plan.protocol.title.it == "Percorso breve · CPS · VIOLENCE"
    assert plan.protocol.valid_from == date(2022, 5, 1)
    assert plan.protocol.legal_basis == ("L. 119/2013",)
    assert [source.name for source in plan.sources] == ["base.yaml", "cps.yaml", "violence.yaml"]


def test_the_order_of_variants_never_matters() -> None:
    texts = [
        variant("cps", EXTRA),
        variant("violence", SHORTER),
        variant("zone", "steps: {follow_up: {starts: 1 month after placement}}"),
        variant("desk", "", removes="steps.letter"),
    ]
    found = {
        (plan.digest, repr(plan.protocol))
        for order in itertools.permutations(texts)
        for plan in [composed(*order).plan]
    }
    assert len(found) == 1


def test_two_variants_may_add_to_the_same_part_and_say_the_same_thing() -> None:
    first = variant("cps", "forms: {team: {fields: {plan: {type: note, title: Piano}}}}")
    second = variant(
        "zone",
        """
        forms:
          team:
            fields:
              plan: {type: note, title: Piano}
              place: {type: text, title: Luogo}
        """,
    )
    fields = composed(first, second).plan.protocol.forms["team"].fields
    assert list(fields) == ["manager", "members", "plan", "place"]


def test_two_variants_that_want_different_things_are_in_conflict() -> None:
    cps = variant("cps", SHORTER)
    cases = {
        "due: 9 days": "steps: {triage: {due: 9 days}}",
        "within: {": "steps: {triage: {due: {within: {n: 1}}}}",
        "triage: none": "steps: {triage: none}",
    }
    for part, difference in cases.items():
        other = variant("zone", difference)
        (problem,) = problems(cps, other)
        assert problem.file == "zone.yaml"
        assert problem.line == line_of(other, part)
        assert f"cps.yaml (riga {line_of(cps, 'due: 5')})" in problem.message.it


def test_one_may_not_remove_what_the_other_changes() -> None:
    cps, zone = variant("cps", SHORTER), variant("zone", "", removes="[steps.triage]")
    (problem,) = problems(cps, zone)
    assert (problem.file, problem.line) == ("cps.yaml", line_of(cps, "due: 5"))
    assert f"zone.yaml (riga {line_of(zone, 'removes')})" in problem.message.it


def test_the_digest_is_of_all_the_texts() -> None:
    base = read_protocol(MINI, "base.yaml").digest
    one = alone(variant("cps", SHORTER)).plan.digest
    assert base == Source(MINI, "x").digest
    assert (
        len({base, one, composed(variant("cps", SHORTER), variant("zone", EXTRA)).plan.digest}) == 3
    )
    noted = variant("cps", SHORTER) + "# a note\n"
    assert alone(noted).plan.digest != one
    assert composed(variant("cps", SHORTER)).plan.digest == one
    assert alone(variant("cps", SHORTER), MINI + "# a note\n").plan.digest != one


def test_the_texts_of_a_plan_are_enough_to_read_it_again() -> None:
    plan = composed(variant("cps", SHORTER), variant("zone", EXTRA)).plan
    again = resolve(Library(plan.sources), "mini", plan.protocol.version).plan
    assert (again.digest, again.protocol) == (plan.digest, plan.protocol)


def test_a_library_is_not_changed_by_what_is_made_of_it() -> None:
    books = library(variant("cps", SHORTER), variant("zone", EXTRA))
    before = repr([source.document.data for source in books.sources()])
    resolve(books, "mini", "1.0.0+cps-1.0.0+zone-1.0.0")
    assert repr([source.document.data for source in books.sources()]) == before
    assert books.with_text(MINI.replace("1.0.0", "1.1.0"), "other.yaml").protocol("mini", "1.1.0")
    assert books.protocol("mini", "1.1.0") is None
