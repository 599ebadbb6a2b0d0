"""A referral pins base and variants together, and the log is checked again against them."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.clock import SystemClock
from domain.conformance import check_case
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.service import CaseService
from protocols.registry import Registry
from tests.domain.conftest import TERRITORY, referral
from tests.variants.writing import library, variant

REGISTRY = Registry.of(
    library(
        variant("cps", "steps: {plan: {title: Piano, role: municipal_referent}}"),
        variant(
            "violence",
            "steps: {safety: {title: Sicurezza, role: district_referent}}",
            applies_to="{violence: true}",
        ),
        variant(
            "zone",
            "steps: {safety: {title: Altro, role: district_referent}}",
            applies_to="{housing_emergency: true, district: 5}",
        ),
        variant("alone", "", removes="steps.letter", applies_to="{anonymous: true}"),
    )
)


def test_a_case_follows_and_keeps_its_combination(database_url: str) -> None:
    recorder = CaseLogRecorder.connect(database_url)
    service = CaseService(recorder, REGISTRY, TERRITORY, SystemClock(), b"k" * 32)

    def refer(**changes: object) -> tuple[UUID, str]:
        case = service.handle(referral(protocol="mini", **changes)).case
        opened = service.state(case).opened
        assert opened
        return case, opened.version

    cps, version = refer()
    assert version == "1.0.0+cps-1.0.0"
    assert {"triage", "plan"} <= {task.step for task in service.state(cps).tasks.values()}
    violence, version = refer(attributes={"violence": True})
    assert version == "1.0.0+cps-1.0.0+violence-1.0.0"
    _, version = refer(person={"anonymous": True, "pseudonym": "K7"})
    assert version == "1.0.0+alone-1.0.0+cps-1.0.0"
    for case in (cps, violence):
        history = list(service.history(case))
        assert not check_case(case, history, REGISTRY, TERRITORY).findings
        again = Registry.of(REGISTRY.library)
        assert not check_case(case, history, again, TERRITORY).findings
    # Melzo is in district 5.
    with pytest.raises(Refused) as refused:
        refer(attributes={"violence": True, "housing_emergency": True})
    assert refused.value.code == "variants_in_conflict"
    recorder.close()
