"""The territory's own protocol with one thing broken: found, at its place, among eighty steps."""

from __future__ import annotations

import pytest

from protocols.checker import check_text
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
TEXT = Registry.load(default_pack()).get("presa-in-carico", "1.0.0").text

# Forty seconds: the same rules are tried on small protocols in test_corpus.
pytestmark = pytest.mark.slow

FAULTS = {
    "a loop without limit": (
        "en: Search again}, again: rank_hosts, at_most: 5}",
        "en: Search again}, again: rank_hosts}",
        ("unbounded-loop", "choose_host"),
    ),
    "a condition that nothing meets": (
        "after: carry_out_project and (placement.completed or placement.hired)",
        "after: carry_out_project and placement.completed and placement.hired",
        ("dead-step", "certify_skills"),
    ),
    "an outcome that leads nowhere": (
        "after: triage.clinical\n",
        "after: triage.complex\n",
        ("leads-nowhere", "triage"),
    ),
    "an exit that may never come": (
        "advised: {title: {it: Consulenza data, en: Advice given}, ends: consultation_only}",
        "advised: {title: {it: Consulenza data, en: Advice given}, ends: consultation_only, "
        "when: case.minor == true}",
        ("stuck", "consult_anonymously"),
    ),
    "data of a step still to come": (
        "when: draft_project.kind != 'NONE'\n    role: work_referent",
        "when: placement.contract == 'permanent'\n    role: work_referent",
        ("data-not-there", "balance_competences"),
    ),
    "a fact whose field is no longer required": (
        "outcomes:\n      signed: {title: {it: Firmato, en: Signed}, requires: signed_on}\n"
        "      declined: {title: {it: La persona rinuncia, en: Declined by the person}, "
        "ends: declined}\n    records: {fact: ProjectSigned, on: signed}",
        "outcomes:\n      signed: {title: {it: Firmato, en: Signed}}\n"
        "      declined: {title: {it: La persona rinuncia, en: Declined by the person}, "
        "ends: declined}\n    records: {fact: ProjectSigned, on: signed}",
        ("fact-incomplete", "agree_municipal_project"),
    ),
    "a role in a place where nobody holds it": (
        "    title: {it: Tutor, en: Tutor}\n    held_by: {organisation: employment}",
        "    title: {it: Tutor, en: Tutor}\n    held_by: {organisation: comune}",
        ("role-not-held", ""),
    ),
    "a limit shorter than the way": (
        "    due: {within: 15 working days, remind: 5 working days before due, overdue: [deputy, "
        "{to: management, after: 10 working days}]}\n    outcomes:\n      admit:",
        "    due: {within: 20 working days, of: authorise_disclosure, overdue: [deputy, "
        "{to: management, after: 10 working days}]}\n    outcomes:\n      admit:",
        ("impossible-deadline", "conference"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_in_the_shipped_protocol_is_found(name: str) -> None:
    before, after, (rule, step) = FAULTS[name]
    assert TEXT.count(before) >= 1
    report = check_text(TEXT.replace(before, after, 1), "broken.yaml", TERRITORY, seconds=60)
    found = {(finding.rule, finding.step) for finding in report.errors}
    assert (rule, step) in found
    # What follows from the fault may be told with it, but not much.
    assert len(found) <= 3
