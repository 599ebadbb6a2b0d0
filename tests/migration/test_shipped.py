"""Cases of the shipped protocol, part of the way through a version, have a place in the next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from bench.walks import Walker
from domain.case.state import CaseState
from domain.migration.ways import Asked, Ways
from protocols.engine.events import CaseOpened
from protocols.migration.mapping import Mapping, read_mapping
from protocols.migration.shipped import shipped
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import TERRITORY, complete
from tests.packs.shipped import referred

PROTOCOL, OLD, NEW = "presa-in-carico", "1.0.0", "2.0.0"
NEXT = "2.1.0"
DAY = date(2026, 1, 7)
BEGINS = datetime(2026, 1, 7, 8, tzinfo=UTC)
REGISTRY = Registry.load(default_pack())
LATE = {
    "late:agree_crisis_plan", "late:agree_safety_plan", "late:check_exclusions",
    "late:offer_companion",
}  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> list[tuple[CaseState, datetime]]:
    """Sixty cases, each after up to 59 moves."""
    walker = Walker(REGISTRY.get(PROTOCOL, OLD), TERRITORY)
    walks = [list(walker.walk(BEGINS, number))[-1] for number in range(60)]
    return [(state, run.now) for state, run in walks]


def ways(mapping: Mapping) -> Ways:
    return Ways(REGISTRY, TERRITORY, Asked(PROTOCOL, OLD, NEW, mapping, date(2026, 6, 1)))


class Following(Walker):
    """Cases like one that was referred, on the base and the variants that are for it."""

    def __init__(self, like: CaseOpened, seed: int) -> None:
        self._plan = REGISTRY.combination(PROTOCOL, NEW, DAY, _whole(like))
        super().__init__(self._plan, TERRITORY, seed)
        protocol = self._plan.protocol
        self._like = replace(like, version=protocol.version, digest=self._plan.digest)

    def opened(self, day: date) -> CaseOpened:
        return self._like


def _whole(opened: CaseOpened) -> dict[str, Any]:
    named = ("source", "service", "comune", "district")
    return {**opened.attributes, **{name: getattr(opened, name) for name in named}}


def next_mapping() -> Mapping:
    text = shipped(default_pack(), PROTOCOL, NEW, NEXT)
    assert text is not None
    return read_mapping(
        text, "mapping", REGISTRY.around(PROTOCOL, NEW), REGISTRY.around(PROTOCOL, NEXT)
    )


def test_from_2_0_to_2_1_every_case_moves_to_its_own_combination_and_nothing_is_asked() -> None:
    known = Ways(REGISTRY, TERRITORY, Asked(PROTOCOL, NEW, NEXT, next_mapping(), date(2026, 6, 1)))
    referrals = Walker(REGISTRY.get(PROTOCOL, NEW), TERRITORY)
    found: Counter[str] = Counter()
    for number in range(40):
        state, run = list(Following(referrals.opened(DAY), number).walk(BEGINS, number))[-1]
        assert state.opened is not None
        placement = known.between(state.opened.version, known.target(state.attributes))[0].place(
            state, run.now
        )
        assert (placement.why, placement.verdict) == ((), "moves")
        found[placement.event.version if placement.event else ""] += 1
    assert len(found) > 5
    assert any("servizio-inviante" in version for version in found)


@pytest.mark.parametrize(
    ("service", "role"), [("caf-cgil", "referrer"), ("desk-015205", "desk_operator")]
)
def test_an_integration_that_is_waited_for_passes_to_who_referred(service: str, role: str) -> None:
    before = referred(service, "015205", DAY).did(
        complete("register_referral", "incomplete", needs=["work"], missing=["reason"])
    )
    assert before.task("complete_referral").role == "desk_operator"
    assert before.state.opened.version == NEW
    known = Ways(REGISTRY, TERRITORY, Asked(PROTOCOL, NEW, NEXT, next_mapping(), date(2026, 6, 1)))
    target = known.target(before.state.attributes)
    placement = known.between(NEW, target)[0].place(before.state, before.now)
    assert placement.event is not None
    (task,) = [each for each in placement.event.tasks if each.step == "complete_referral"]
    assert task.role == role
    assert task.due == before.task("complete_referral").due


def test_with_the_shipped_mapping_every_case_moves_to_its_own_combination(
    cases: list[tuple[CaseState, datetime]],
) -> None:
    text = shipped(default_pack(), PROTOCOL, OLD, NEW)
    assert text is not None
    mapping = read_mapping(
        text, "mapping", REGISTRY.around(PROTOCOL, OLD), REGISTRY.around(PROTOCOL, NEW)
    )
    known = ways(mapping)
    found: Counter[str] = Counter()
    for state, now in cases:
        target = known.target(state.attributes)
        placement = known.between(OLD, target)[0].place(state, now)
        assert placement.why == ()
        assert placement.event is not None
        assert placement.event.version == target
        found[target] += 1
    assert len(found) > 5


def test_without_it_only_what_the_variants_add_is_asked(
    cases: list[tuple[CaseState, datetime]],
) -> None:
    known = ways(Mapping())
    asked = set()
    for state, now in cases:
        placer = known.between(OLD, known.target(state.attributes))[0]
        asked |= set(placer.conclude(state, now).why)
    assert asked
    assert asked <= LATE
