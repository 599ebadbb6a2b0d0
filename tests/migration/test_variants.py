"""A plan for a base version moves each case to it and to the variants that are for that case."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.case.migrate import migrate_case
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.running import MACHINE, moving
from domain.migration.state import Migration
from domain.refusal import Refused
from domain.service import CaseService
from protocols.documents import DocumentError
from protocols.migration.mapping import Mapping, read_mapping
from protocols.registry import Registry
from tests.domain.conftest import referral
from tests.migration.conftest import DESIGNER, TERRITORY, Office
from tests.migration.test_plans import approve, ask, everything_agrees, run

_VARIANT = """\
protocol: mini
variant: {name}
version: {version}
of: 2.0.0
title: Variante
valid_from: 2021-01-01
applies_to: {applies}
steps:
  {step}: {{title: In più, after: triage.complex, role: municipal_referent}}
"""


def _variant(folder: Path, name: str, version: str, applies: str, step: str) -> None:
    text = _VARIANT.format(name=name, version=version, applies=applies, step=step)
    (folder / f"{name}-{version}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory, pack: Path) -> tuple[Path, Path]:
    """With two variants of 2.0.0; and later, with a new version of one of them."""
    first, later = (tmp_path_factory.mktemp("variants") / name for name in ("first", "later"))
    shutil.copytree(pack, first)
    variants = first / "protocols" / "mini" / "variants"
    variants.mkdir()
    _variant(variants, "home", "1.0.0", "{housing_emergency: true}", "find_home")
    _variant(variants, "minors", "1.0.0", "{minor: true}", "hear")
    shutil.copytree(first, later)
    _variant(
        later / "protocols" / "mini" / "variants", "home", "1.1.0", "{housing_emergency: true}",
        "keep_home",
    )  # fmt: skip
    return first, later


@pytest.fixture
def there(database_url: str, packs: tuple[Path, Path]) -> Iterator[tuple[Office, Office]]:
    """The same log under both packs."""
    with CaseLogRecorder.connect(database_url) as recorder:
        first, later = (
            Office(
                database_url,
                pack,
                CaseService(recorder, Registry.load(pack), TERRITORY, SystemClock(), b"k" * 32),
            )
            for pack in packs
        )
        yield first, later


def refer(office: Office, **attributes: bool) -> UUID:
    person = {"first_name": "Ivo", "last_name": "X"}
    return office.service.handle(referral(person=person, attributes=attributes)).case


def plan(office: Office, old: str, new: str, mapping: Mapping | None = None) -> Migration:
    command = k.PlanMigration(
        command_id=uuid4(), actor=DESIGNER, case=uuid4(), protocol="mini", from_version=old,
        to_version=new, mapping=mapping or Mapping(),
    )  # fmt: skip
    return h.migration(office.service, h.plan_migration(office.service, command).case)


def carried_out(office: Office, made: Migration) -> Migration:
    approve(office, made)
    ask(office, k.StartMigration, h.start, made)
    assert run(office, made) == "finished"
    return h.migration(office.service, made.id)


def ways(made: Migration) -> dict[tuple[str, str], int]:
    return {(way.from_version, way.to_version): way.cases for way in made.plan.routes}


def test_each_case_goes_to_the_combination_that_is_for_it_and_on_to_the_next(
    there: tuple[Office, Office],
) -> None:
    office, later = there
    plain, home, both = refer(office), refer(office, housing_emergency=True), refer(
        office, housing_emergency=True, minor=True
    )  # fmt: skip
    made = plan(office, "1.0.0", "2.0.0")
    assert ways(made) == {
        ("1.0.0", "2.0.0"): 1,
        ("1.0.0", "2.0.0+home-1.0.0"): 1,
        ("1.0.0", "2.0.0+home-1.0.0+minors-1.0.0"): 1,
    }
    assert carried_out(office, made).moved == 3
    assert [office.version(case) for case in (plain, home, both)] == [
        "2.0.0", "2.0.0+home-1.0.0", "2.0.0+home-1.0.0+minors-1.0.0"
    ]  # fmt: skip
    office.complete(both, "triage", "complex", need="work")
    assert {"find_home", "hear"} <= office.open(both)
    everything_agrees(office)
    with pytest.raises(Refused) as refused:
        plan(office, "2.0.0", "2.0.0")
    assert refused.value.code == "same_version"
    # A new version of one variant: only who follows that variant moves.
    mapping = Mapping(steps={"find_home": "keep_home"})
    next_ = plan(later, "2.0.0", "2.0.0", mapping)
    assert ways(next_) == {
        ("2.0.0+home-1.0.0", "2.0.0+home-1.1.0"): 1,
        ("2.0.0+home-1.0.0+minors-1.0.0", "2.0.0+home-1.1.0+minors-1.0.0"): 1,
    }
    assert carried_out(later, next_).moved == 2
    assert {"keep_home", "hear"} <= later.open(both)
    assert later.version(plain) == "2.0.0"
    everything_agrees(later)


def test_one_combination_exactly_leaves_all_others_where_they_are(
    there: tuple[Office, Office],
) -> None:
    office, later = there
    home, both = (refer(office, housing_emergency=True, minor=minor) for minor in (False, True))
    carried_out(office, plan(office, "1.0.0", "2.0.0"))
    made = plan(later, "2.0.0+home-1.0.0", "2.0.0+home-1.1.0")
    assert set(made.plan.cases) == {home.hex}
    assert carried_out(later, made).moved == 1
    assert later.version(both) == "2.0.0+home-1.0.0+minors-1.0.0"


def test_a_case_of_which_something_else_is_known_by_now_is_left(
    there: tuple[Office, Office],
) -> None:
    office, _ = there
    case = refer(office, minor=True)
    made = plan(office, "1.0.0", "2.0.0")
    service = office.service
    command = moving(made, case, made.routes()[case.hex])
    state = service.state(case)
    state.attributes = {**state.attributes, "minor": False}
    with pytest.raises(Refused) as refused:
        migrate_case(
            service.registry, service.placers, TERRITORY, state, command, service.clock.now()
        )
    assert (refused.value.code, refused.value.related["why"]) == (
        "migration_other_combination", "other-combination"
    )  # fmt: skip
    assert command.actor == MACHINE


def test_a_mapping_may_name_what_only_one_combination_has(there: tuple[Office, Office]) -> None:
    office, later = there
    old, new = h.versions(later.service, "mini", "2.0.0", "2.0.0")
    assert read_mapping("steps: {find_home: keep_home}", "m.yaml", old, new).steps
    with pytest.raises(DocumentError):
        read_mapping("steps: {find_house: keep_home}", "m.yaml", old, new)
    old, new = h.versions(office.service, "mini", "1.0.0", "2.0.0")
    refer(office)
    stated = Mapping(steps={"team": "hear", "nowhere": "hear"})
    made = plan(office, "1.0.0", "2.0.0", stated)
    # Of what was stated, the plain combination knows nothing: there its likeness is recognised.
    assert made.plan.routes[0].mapping.steps == {"team": "constitute"}
