"""Which of the shipped protocols a person can be referred for."""

from __future__ import annotations

import pytest

from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from domain.service import CaseService
from tests.domain.conftest import referral
from tests.packs.shipped import TERRITORY, registry


def test_a_person_is_referred_for_a_whole_path_not_for_a_part_of_one(database_url: str) -> None:
    recorder = CaseLogRecorder.connect(database_url)
    service = CaseService(recorder, registry(), TERRITORY, SystemClock(), b"k" * 32)
    case = service.handle(referral(protocol="progetto-di-prossimita")).case
    assert [task.step for task in service.state(case).open_tasks()] == ["register_request"]
    with pytest.raises(Refused) as refused:
        service.handle(referral(protocol="inserimento"))
    assert refused.value.code == "protocol_of_others"
    recorder.close()
