"""A variant is proved with its base alone, and with the others that can meet in one case."""

from __future__ import annotations

from protocols.checker.together import check_together
from protocols.language.library import Library, Source
from protocols.territory import default_pack, load_territory
from tests.variants.writing import BASE, library, line_of, variant

TERRITORY = load_territory(default_pack())
PLAN = "steps: {plan: {title: Piano, after: team, role: municipal_referent}}\n"
PLACE = "steps: {place: {title: Posto, after: team, role: municipal_referent}}\n"


def proved(text: str, *others: str, alone: bool = False) -> tuple[list[str], list[list[str]]]:
    """The versions that were proved, and the files and rules of each one's errors."""
    reports = check_together(text, "own.yaml", TERRITORY, library(*others, base=BASE), alone=alone)
    told = [[f"{e.file}:{e.line} {e.rule}" for e in report.errors] for report in reports]
    return [report.version for report in reports], told


def test_each_combination_that_can_meet_is_proved() -> None:
    text = variant("cps", PLAN)
    others = (
        variant("violence", PLACE, applies_to="{violence: true}"),
        variant("zone", "", removes="steps.letter", applies_to="{district: 5}"),
        variant("sert", PLACE, applies_to="{source: ADDICTION_SERVICE}"),
    )
    versions, errors = proved(text, *others)
    assert versions == [
        "1.0.0+cps-1.0.0",
        "1.0.0+cps-1.0.0+violence-1.0.0",
        "1.0.0+cps-1.0.0+zone-1.0.0",
        "1.0.0+cps-1.0.0+violence-1.0.0+zone-1.0.0",
    ]
    assert not any(errors)
    assert proved(text, *others, alone=True)[0] == ["1.0.0+cps-1.0.0"]


def test_a_district_and_a_comune_of_another_never_meet() -> None:
    # Melzo is in district 5.
    melzo = TERRITORY.find_comune("Melzo")
    here = variant("zone", PLAN, applies_to=f"{{comune: '{melzo.istat}'}}")
    for district, meets in ((melzo.district, True), (melzo.district % 4 + 4, False)):
        if district == melzo.district and not meets:
            continue
        other = variant("other", PLACE, applies_to=f"{{district: {district}}}")
        assert (len(proved(here, other)[0]) == 2) is meets


def test_a_fault_that_only_two_variants_make_together_is_found() -> None:
    """One takes away what the other waits for: apart they are sound."""
    one = variant("cps", "", removes="steps.letter")
    other = variant(
        "zone",
        """
        steps:
          answer:
            title: Risposta
            after: letter
            role: municipal_referent
        """,
        applies_to="{district: 5}",
    )
    versions, errors = proved(other, one)
    assert errors[0] == []
    assert errors[1] == [f"zone.yaml:{line_of(other, 'after: letter')} language"] or errors[1] == [
        f"own.yaml:{line_of(other, 'after: letter')} language"
    ]
    assert versions[0] == "1.0.0+zone-1.0.0"


def test_a_conflict_is_a_finding_with_both_lines() -> None:
    one = variant("cps", "steps: {triage: {due: 5 days}}\n")
    other = variant("zone", "steps: {triage: {due: 9 days}}\n", applies_to="{district: 5}")
    _, errors = proved(other, one)
    assert errors == [[], [f"own.yaml:{line_of(other, '9 days')} language"]]


def test_only_the_versions_that_are_in_force_together_are_combined() -> None:
    old = variant("zone", PLACE, applies_to="{district: 5}", valid_from="2021-01-01")
    new = variant("zone", PLACE, applies_to="{district: 5}", valid_from="2022-01-01",
                  version="2.0.0")  # fmt: skip
    text = variant("cps", PLAN, valid_from="2023-01-01")
    assert proved(text, old, new)[0] == ["1.0.0+cps-1.0.0", "1.0.0+cps-1.0.0+zone-2.0.0"]
    early = variant("cps", PLAN, valid_from="2021-06-01")
    assert len(proved(early, old, new)[0]) == 3


def test_places_that_the_territory_has_not_are_told() -> None:
    wrong = {
        "{comune: '999999'}": "999999",
        "{district: 99}": "99",
        "{service: nowhere}": "nowhere",
        "[{violence: true}, {district: [5, 77]}]": "77",
    }
    for condition, name in wrong.items():
        text = variant("zone", PLAN, applies_to=condition)
        (report,) = check_together(text, "own.yaml", TERRITORY, library(base=BASE))
        found = [f for f in report.errors if f.rule == "applies-to-nothing"]
        assert [(f.file, f.line) for f in found] == [("own.yaml", line_of(text, "applies_to"))]
        assert name in found[0].message.it


def test_conditions_that_no_case_satisfies_are_told() -> None:
    desk = next(s.id for s in TERRITORY.services.values() if s.kind == "ACCESS_DESK")
    text = variant("zone", PLAN, applies_to=f"{{source: PSYCHIATRIC_CENTRE, service: {desk}}}")
    (report,) = check_together(text, "own.yaml", TERRITORY, library(base=BASE))
    assert [f.rule for f in report.errors] == ["applies-to-nothing"]


def test_a_fault_of_a_variant_is_told_in_its_file_and_the_base_s_in_the_base() -> None:
    text = variant(
        "cps",
        """
        steps:
          plan:
            title: Piano
            after: team
            when: triage.need == 'work' && triage.need == 'health'
            role: municipal_referent
        """,
    )
    (report,) = check_together(text, "own.yaml", TERRITORY, library(base=BASE))
    assert ("own.yaml", "dead-step") in {(f.file, f.rule) for f in report.errors}


def test_a_fault_of_the_base_is_told_in_the_base() -> None:
    wrong = BASE.replace("after: triage", "after: triage, when: triage.need == 'x'", 1)
    books = library(base=wrong)
    (report,) = check_together(variant("cps", PLACE), "own.yaml", TERRITORY, books)
    assert {f.file for f in report.errors} == {"base.yaml"}
    assert {f.line for f in report.errors} == {line_of(wrong, "  team:")}


def test_what_cannot_be_read_is_a_finding_and_never_an_exception() -> None:
    for text in ("", "variant: [", "variant: x\n", variant("cps", "x: 1"), "a: &b 1"):
        (report,) = check_together(text, "own.yaml", TERRITORY, Library())
        assert report.errors
    books = Library([Source(variant("cps", PLAN), "cps.yaml")])
    (report,) = check_together(variant("cps", PLAN), "own.yaml", TERRITORY, books)
    assert "non c'è" in report.errors[0].message.it


def test_a_variant_is_proved_for_the_cases_that_it_is_for() -> None:
    """The clinical referent exists only in the services that treat."""
    steps = """
        roles:
          clinical_referent:
            title: Referente clinico
            held_by: {organisation: service, of: referral}
        steps:
          plan: {title: Piano, after: team, role: clinical_referent}
        """
    (report,) = check_together(variant("cps", steps), "own.yaml", TERRITORY, library(base=BASE))
    assert not report.errors
    for condition in ("{minor: true}", "[{source: PSYCHIATRIC_CENTRE}, {violence: true}]"):
        everyone = variant("cps", steps, applies_to=condition)
        (report,) = check_together(everyone, "own.yaml", TERRITORY, library(base=BASE))
        assert [(f.rule, f.file) for f in report.errors] == [("role-not-held", "own.yaml")]


def test_what_no_case_of_the_variant_reaches_is_a_fault_only_of_the_variant() -> None:
    guard = "after: triage, when: case.source == 'ADDICTION_SERVICE',"
    base = BASE.replace(
        "letter: {title: Lettera, after: triage,", f"letter: {{title: Lettera, {guard}"
    )
    books = Library([Source(base, "base.yaml")])
    own = "    {title: Piano, after: team, role: municipal_referent, when: case.source == 'SELF'}\n"
    sound = variant("cps", PLAN)
    dead = variant("cps", f"steps:\n  plan:\n{own}")
    (report,) = check_together(sound, "own.yaml", TERRITORY, books)
    assert not [f for f in report.errors if f.rule.startswith("dead-")]
    (report,) = check_together(dead, "own.yaml", TERRITORY, books)
    assert [(f.rule, f.file, f.step) for f in report.errors] == [("dead-step", "own.yaml", "plan")]


def test_what_there_is_no_time_for_is_said() -> None:
    other = variant("violence", PLACE, applies_to="{violence: true}")
    told: list[float] = []
    reports = check_together(
        variant("cps", PLAN), "own.yaml", TERRITORY, library(other, base=BASE), within=-1,
        progress=told.append,
    )  # fmt: skip
    assert [report.version for report in reports] == ["1.0.0+cps-1.0.0"]
    assert [left.it for left in reports[0].not_explored] == [
        "1 combinazioni con altre varianti non sono state provate."
    ]
    assert told == [0.5]
