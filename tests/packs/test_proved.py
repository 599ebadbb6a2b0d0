"""The shipped protocols and every combination of variants that can occur: without a conflict,
and with nothing for the checker to find."""

from __future__ import annotations

import pytest

from protocols.checker.check import check
from protocols.checker.report import Report
from protocols.checker.together import meeting
from protocols.language.load import resolve
from tests.packs.shipped import TERRITORY, registry

BASE = "2.0.0"


def combinations() -> list[str]:
    """The versions of all the sets of variants that one case can meet."""
    library = registry().library
    labels = {
        tuple(sorted(source.label for source in (variant, *others)))
        for variant in library.variants("presa-in-carico", BASE)
        for others in ((), *meeting(variant, library, TERRITORY))
    }
    return ["+".join((BASE, *names)) for names in sorted(labels)]


def proved(protocol: str, version: str, seconds: float | None = None) -> Report:
    reading = resolve(registry().library, protocol, version)
    return check(reading.plan, TERRITORY, reading.document, seconds=seconds)


def test_every_combination_that_can_occur_holds_together() -> None:
    found = combinations()
    assert len(found) == 2**6 - 1  # any of the six may meet any other
    for version in found:
        assert registry().get("presa-in-carico", version).protocol.version == version


@pytest.mark.parametrize(
    "version",
    [
        BASE,
        "2.0.0+cps-1.0.0+distretto-5-1.0.0",
        "2.0.0+distretto-5-1.0.0+housing-emergency-1.0.0+uompia-1.0.0+violence-1.0.0",
    ],
)
def test_the_checker_finds_nothing_in_a_sample(version: str) -> None:
    assert proved("presa-in-carico", version, seconds=1).findings == ()


@pytest.mark.parametrize("protocol", ["inserimento", "progetto-di-prossimita"])
def test_the_checker_finds_nothing_in_the_small_ones(protocol: str) -> None:
    assert proved(protocol, "1.0.0", seconds=2).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("version", [BASE, *combinations()])
def test_the_checker_finds_nothing_in_any_combination(version: str) -> None:
    assert proved("presa-in-carico", version).findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["inserimento", "progetto-di-prossimita"])
def test_the_small_ones_are_proved_whole(protocol: str) -> None:
    assert proved(protocol, "1.0.0", seconds=60).not_explored == ()
