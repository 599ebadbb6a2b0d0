"""Every broken protocol is found, with its line and history; no sound one is accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.checker import RULES, Report, check_text
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory

HERE = Path(__file__).parent
TERRITORY = load_territory(default_pack())
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
SOUND = sorted((HERE / "sound").glob("*.yaml"))
PATTERNS = sorted(
    path
    for path in (HERE.parent / "patterns").glob("*.yaml")
    if not path.name.endswith(".traces.yaml")
)
# What is found by letting the engine go on tells how it got there.
BY_HISTORY = {"stuck", "dead-outcome", "leads-nowhere", "data-not-there", "fact-incomplete"}


def checked(path: Path) -> Report:
    return check_text(path.read_bytes(), path.name, TERRITORY)


def expected(path: Path) -> set[tuple[str, str, str]]:
    """(rule, place, severity) of each fault that the file's first line announces."""
    announced = path.read_text().splitlines()[0].removeprefix("# expected: ").split("; ")
    faults = [fault.split() for fault in announced]
    return {(f[0], f[1], f[2] if len(f) > 2 else "error") for f in faults}


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_protocol_is_found(path: Path) -> None:
    report = checked(path)
    found = {(f.rule, f.where, f.severity) for f in report.findings}
    assert expected(path) <= found
    # Nothing else is called an error: one fault is told once.
    errors = {fault for fault in found if fault[2] == "error"}
    assert errors <= expected(path)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_finding_says_where_why_and_what_to_do(path: Path) -> None:
    lines = path.read_text().splitlines()
    for finding in checked(path).findings:
        assert finding.file == path.name
        assert 1 <= finding.line <= len(lines)
        for text in (finding.message, finding.remedy, *finding.history):
            assert text.it
            assert text.en
        if finding.rule in BY_HISTORY:
            assert finding.history


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_protocol_is_not_accused(path: Path) -> None:
    report = checked(path)
    assert report.findings == ()
    assert report.not_explored == ()
    assert report.publishable


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_no_control_flow_pattern_is_accused(path: Path) -> None:
    report = checked(path)
    assert report.errors == ()
    assert report.not_explored == ()


def test_the_shipped_protocols_can_be_published() -> None:
    registry = Registry.load(default_pack())
    for plan in registry.all():
        text, books = plan.sources[0].text, registry.library
        report = check_text(text, "shipped.yaml", TERRITORY, seconds=60, library=books)
        assert report.errors == ()


def test_every_rule_of_a_designer_has_a_broken_protocol() -> None:
    shown = {fault[0] for path in BROKEN for fault in expected(path)}
    # The territory is in test_check.py, whom a variant is for in test_together.py. The other two
    # guard against faults of the engine itself: no document is known that causes them.
    elsewhere = {"territory", "applies-to-nothing"}
    assert set(RULES) - shown <= {"open-after-end", "cannot-run", *elsewhere}
    assert len(BROKEN) >= 40
