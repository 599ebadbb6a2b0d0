"""Cases of the shipped protocol, part of the way through 1.0.0, have a place in 2.0.0."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from bench.walks import Walker
from domain.case.state import CaseState
from domain.migration.ways import Asked, Ways
from protocols.migration.mapping import Mapping, read_mapping
from protocols.migration.shipped import shipped
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import TERRITORY

PROTOCOL, OLD, NEW = "presa-in-carico", "1.0.0", "2.0.0"
REGISTRY = Registry.load(default_pack())
LATE = {
    "late:agree_crisis_plan", "late:agree_safety_plan", "late:check_exclusions",
    "late:offer_companion",
}  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> list[tuple[CaseState, datetime]]:
    """Sixty cases, each after up to 59 moves."""
    walker = Walker(REGISTRY.get(PROTOCOL, OLD), TERRITORY)
    begins = datetime(2026, 1, 7, 8, tzinfo=UTC)
    walks = [list(walker.walk(begins, number))[-1] for number in range(60)]
    return [(state, run.now) for state, run in walks]


def ways(mapping: Mapping) -> Ways:
    return Ways(REGISTRY, TERRITORY, Asked(PROTOCOL, OLD, NEW, mapping, date(2026, 6, 1)))


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
