"""The shipped protocols and every combination of variants that can occur: without a conflict,
and with nothing for the checker to find."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from protocols.checker.check import check
from protocols.checker.report import Report
from protocols.language.load import resolve
from tests.packs.shipped import TERRITORY, registry

BASE = "2.1.0"
SAID = ("anonymous", "minor", "violence", "housing_emergency")


def combinations() -> list[str]:
    """The versions that a case can follow: every kind of service, in a district with a variant of
    its own and in one without, with all that a referral may say."""
    kinds = sorted({service.kind for service in TERRITORY.services.values()})
    found = set()
    for kind, district, *said in product(kinds, (3, 5), *[(False, True)] * len(SAID)):
        attributes = {"source": kind, "district": district, **dict(zip(SAID, said, strict=True))}
        plan = registry().combination("presa-in-carico", BASE, date(2026, 6, 1), attributes)
        found.add(plan.protocol.version)
    return sorted(found)


def proved(protocol: str, version: str, seconds: float | None = None) -> Report:
    reading = resolve(registry().library, protocol, version)
    return check(reading.plan, TERRITORY, reading.document, seconds=seconds)


def test_every_combination_that_can_occur_holds_together() -> None:
    found = combinations()
    # Whoever comes from the CPS comes from a service; any other two of the seven may meet or not.
    assert len(found) == 2**5 * 3
    library = registry().library
    for variant in library.variants("presa-in-carico", BASE):
        assert [label for label in found if variant.label in label.split("+")]


@pytest.mark.parametrize(
    "version",
    [
        BASE,
        "2.0.0+cps-1.0.0+distretto-5-1.0.0",
        "2.1.0+distretto-5-1.1.0+housing-emergency-1.1.0+servizio-inviante-1.0.0+uompia-1.1.0"
        "+violence-1.1.0",
    ],
)
def test_the_checker_finds_nothing_in_a_sample(version: str) -> None:
    assert proved("presa-in-carico", version, seconds=1).findings == ()


@pytest.mark.parametrize("protocol", ["inserimento", "progetto-di-prossimita"])
def test_the_checker_finds_nothing_in_the_small_ones(protocol: str) -> None:
    assert proved(protocol, "1.0.0", seconds=2).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("version", combinations())
def test_the_checker_finds_nothing_in_any_combination(version: str) -> None:
    assert proved("presa-in-carico", version).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["inserimento", "progetto-di-prossimita"])
def test_the_small_ones_are_proved_whole(protocol: str) -> None:
    assert proved(protocol, "1.0.0", seconds=60).not_explored == ()
