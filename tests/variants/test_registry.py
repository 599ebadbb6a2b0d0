"""Each case follows the base in force on its day and all the variants that are for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from protocols.documents import DocumentError
from protocols.language.library import Library, Source, out_of_order
from protocols.registry import Registry, UnknownProtocol, Validity
from tests.language.mistakes import MINI
from tests.variants.writing import library, line_of, variant

SHORTER = "steps: {triage: {due: 5 working days}}\n"
EXTRA = "steps: {plan: {title: Piano, after: team, role: municipal_referent}}\n"
DAY = date(2024, 5, 1)
CPS = {"source": "PSYCHIATRIC_CENTRE", "service": "x", "comune": "015142", "district": 4}
ZONE = {"applies_to": "[{district: 5}, {comune: ['015142'], minor: true}]"}


def version(registry: Registry, attributes: dict[str, object], day: date = DAY) -> str:
    return registry.valid_on("mini", day, attributes).protocol.version


def test_a_case_follows_every_variant_that_is_for_it() -> None:
    registry = Registry.of(
        library(
            variant("cps", SHORTER),
            variant("zone", EXTRA, **ZONE),
            variant("violence", "", removes="steps.letter", applies_to="{violence: true}"),
        )
    )
    assert version(registry, {}) == "1.0.0"
    assert version(registry, CPS) == "1.0.0+cps-1.0.0"
    assert version(registry, {**CPS, "violence": True}) == "1.0.0+cps-1.0.0+violence-1.0.0"
    assert version(registry, {**CPS, "violence": False}) == "1.0.0+cps-1.0.0"
    assert version(registry, {"source": "SELF", "district": 5}) == "1.0.0+zone-1.0.0"
    assert version(registry, {**CPS, "minor": True}) == "1.0.0+cps-1.0.0+zone-1.0.0"
    everything = registry.valid_on("mini", DAY, {**CPS, "district": 5, "violence": True})
    assert "plan" in everything.steps
    assert "letter" not in everything.steps
    name = everything.protocol.version
    assert registry.get("mini", name) is everything
    assert [plan.protocol.version for plan in registry.all()] == ["1.0.0"]


def test_what_a_referral_leaves_unsaid_is_no() -> None:
    registry = Registry.of(library(variant("adult", EXTRA, applies_to="{minor: false}")))
    assert version(registry, {}) == "1.0.0+adult-1.0.0"
    assert version(registry, {"minor": True}) == "1.0.0"


def test_a_variant_holds_from_its_day_and_until_a_later_one_follows() -> None:
    registry = Registry.of(
        library(
            variant("cps", SHORTER, valid_from="2024-01-01"),
            variant("cps", EXTRA, valid_from="2024-06-01", version="1.10.0"),
            variant("cps", SHORTER, valid_from="2024-06-01", version="1.9.0"),
        )
    )
    assert version(registry, CPS, date(2023, 12, 31)) == "1.0.0"
    assert version(registry, CPS, date(2024, 5, 31)) == "1.0.0+cps-1.0.0"
    assert version(registry, CPS, date(2024, 6, 1)) == "1.0.0+cps-1.10.0"


def test_a_variant_goes_with_its_base() -> None:
    books = library(variant("cps", SHORTER)).with_text(
        MINI.replace("1.0.0", "2.0.0").replace("2021-01-01", "2024-01-01"), "mini/2.0.0.yaml"
    )
    registry = Registry.of(books)
    assert version(registry, CPS, date(2023, 5, 1)) == "1.0.0+cps-1.0.0"
    assert version(registry, CPS, date(2024, 5, 1)) == "2.0.0"
    with pytest.raises(UnknownProtocol):
        registry.get("mini", "2.0.0+cps-1.0.0")


def test_another_validity_than_the_text_says_may_be_given() -> None:
    registry = Registry.of(
        library(variant("cps", SHORTER)),
        {
            ("mini", "1.0.0"): Validity(date(2024, 1, 1), date(2025, 1, 1)),
            ("mini", "cps-1.0.0"): Validity(date(2024, 3, 1), date(2024, 4, 1)),
        },
    )
    assert version(registry, CPS, date(2024, 2, 29)) == "1.0.0"
    assert version(registry, CPS, date(2024, 3, 1)) == "1.0.0+cps-1.0.0"
    assert version(registry, CPS, date(2024, 4, 1)) == "1.0.0"
    for day in (date(2023, 12, 31), date(2025, 1, 1)):
        with pytest.raises(UnknownProtocol):
            registry.valid_on("mini", day, CPS)


def test_a_combination_has_one_name() -> None:
    registry = Registry.of(library(variant("cps", SHORTER), variant("zone", EXTRA)))
    assert registry.get("mini", "1.0.0+cps-1.0.0+zone-1.0.0")
    for wrong, near in (
        ("1.0.0+zone-1.0.0+cps-1.0.0", "1.0.0+cps-1.0.0+zone-1.0.0"),
        ("1.0.0+cps-1.0.0+cps-1.0.0", "mini"),
        ("1.0.0+cps-1.0.1", "cps-1.0.0"),
        ("1.0.0+", "mini"),
        ("1.0.1+cps-1.0.0", "mini/1.0.0"),
        ("cps-1.0.0", "mini/1.0.0"),
    ):
        with pytest.raises(UnknownProtocol) as error:
            registry.get("mini", wrong)
        assert near in error.value.message.it


def test_variants_in_conflict_are_refused_only_where_they_meet() -> None:
    other = variant("zone", "steps: {triage: {due: 9 days}}", **ZONE)
    registry = Registry.of(library(variant("cps", SHORTER), other))
    assert version(registry, CPS) == "1.0.0+cps-1.0.0"
    with pytest.raises(DocumentError) as error:
        registry.valid_on("mini", DAY, {**CPS, "district": 5})
    assert error.value.problems[0].file == "zone.yaml"


def _pack(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / "protocols" / name.replace("__", "/").replace("_", ".")
        path = path.with_name(path.name + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_pack_is_read_with_its_variants(tmp_path: Path) -> None:
    pack = _pack(
        tmp_path,
        mini__1_0_0=MINI,
        **{"mini__variants__cps-1_0_0": variant("cps", SHORTER)},
    )
    registry = Registry.load(pack)
    assert version(registry, CPS) == "1.0.0+cps-1.0.0"
    assert Library.of_pack(pack).variant("mini", "cps", "1.0.0")


def test_every_text_of_a_pack_is_checked(tmp_path: Path) -> None:
    wrong = "steps: {triage: {due: 5 dayz}}\n"
    pack = _pack(
        tmp_path,
        mini__1_0_0=MINI.replace("form: triage", "form: triag"),
        **{
            "mini__variants__cps-1_0_0": variant("cps", wrong),
            "mini__variants__zone-2_0_0": variant("zone", EXTRA),
            "mini__variants__orphan-1_0_0": variant("orphan", EXTRA, of="7.0.0"),
            "mini__variants__broken-1_0_0": "variant: [",
        },
    )
    with pytest.raises(DocumentError) as error:
        Registry.load(pack)
    told = {(p.file, p.message.it) for p in error.value.problems}
    files = [file for file, _ in told]
    assert files.count("mini/1.0.0.yaml") == 1
    assert {file for file in files if "variants" in file} == {
        "mini/variants/cps-1.0.0.yaml",
        "mini/variants/zone-2.0.0.yaml",
        "mini/variants/orphan-1.0.0.yaml",
        "mini/variants/broken-1.0.0.yaml",
    }
    assert any("mini/variants/zone-1.0.0.yaml" in message for _, message in told)


def test_two_files_with_the_same_id_and_version_are_told(tmp_path: Path) -> None:
    pack = _pack(tmp_path, mini__1_0_0=MINI, mini__copia=MINI + "# another\n")
    with pytest.raises(DocumentError) as error:
        Registry.load(pack)
    twice = [p for p in error.value.problems if "c'è già" in p.message.it]
    assert [(p.file, p.line) for p in twice] == [("mini/copia.yaml", 2)]
    assert "mini/1.0.0.yaml (riga 2)" in twice[0].message.it


def test_a_version_that_goes_backwards_is_told_at_its_day(tmp_path: Path) -> None:
    later = MINI.replace("version: 1.0.0", "version: 1.10.0").replace("2021-01-01", "2020-12-31")
    pack = _pack(tmp_path, mini__1_0_0=MINI, mini__1_10_0=later)
    with pytest.raises(DocumentError) as error:
        Registry.load(pack)
    (problem,) = error.value.problems
    assert (problem.file, problem.line) == ("mini/1.10.0.yaml", line_of(later, "valid_from"))
    assert "all'indietro" in problem.message.it
    assert "01/01/2021" in problem.message.it


def test_a_lower_number_may_not_follow_a_higher_one() -> None:
    later = Source(MINI.replace("2021-01-01", "2030-01-01"), "later.yaml")
    higher = Source(MINI.replace("version: 1.0.0", "version: 2.0.0"), "higher.yaml")
    problem = out_of_order(later, [higher])
    assert problem
    assert (problem.file, problem.line) == ("later.yaml", line_of(MINI, "valid_from"))
    assert "la 2.0.0, che la segue" in problem.message.it
    assert out_of_order(higher, [Source(MINI, "same-day.yaml"), higher]) is None


def test_the_registry_of_plans_alone_still_answers() -> None:
    plan = Registry.of(Library([Source(MINI, "mini.yaml")])).get("mini", "1.0.0")
    assert Registry([plan]).valid_on("mini", DAY, CPS) is plan
