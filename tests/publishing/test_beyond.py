"""What others make of published texts: the check of the whole log, read models, variants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import domain.verifying.stretch
from domain.log.recorder import CaseLogRecorder
from domain.publishing.registry import PublishedRegistry
from domain.verify import LogVerified, verify_log
from projections import storage
from projections.models import read_models
from projections.projector import Projector
from protocols.registry import Registry
from tests.publishing.conftest import (
    DESIGNER,
    FASTER,
    MANAGER,
    TERRITORY,
    TODAY,
    TOMORROW,
    Desk,
    connect,
)
from tests.publishing.test_publishing import refused

Verify = Callable[[], LogVerified]
Tamper = Callable[[str, str, str], None]


@pytest.fixture
def verify(database_url: str, pack: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    monkeypatch.setattr(domain.verifying.stretch, "load_territory", lambda _: TERRITORY)
    return lambda: verify_log(database_url, pack)


@pytest.fixture
def tamper(database_url: str) -> Tamper:
    """Replace something in the events of a topic behind everybody's back."""

    def tamper(topic: str, old: str, new: str) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            changed = connection.execute(
                "UPDATE stored_events SET state = convert_to("
                "replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')"
                " WHERE topic = %s AND position(%s IN convert_from(state, 'UTF8')) > 0",
                (old, new, topic, old),
            )
            assert changed.rowcount > 0
            connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")

    return tamper


def test_cases_on_published_texts_are_verified(desk: Desk, verify: Verify) -> None:
    desk.refer()
    desk.publish_all(FASTER, "1.1.0")
    assert desk.refer().version == "1.1.0"
    found = verify()
    assert (found.findings, found.cases) == ([], 2)


def test_a_text_changed_in_the_log_is_found(desk: Desk, verify: Verify, tamper: Tamper) -> None:
    desk.publish_all(FASTER, "1.1.0")
    desk.refer()
    tamper("protocol.drafted", "10 working", "90 working")
    codes = [finding.code for finding in verify().findings]
    assert "digest" in codes
    assert "text_differs" in codes


def test_an_approval_of_ones_own_work_is_found(desk: Desk, verify: Verify, tamper: Tamper) -> None:
    desk.publish_all(FASTER, "1.1.0")
    tamper("protocol.approved", MANAGER.id, DESIGNER.id)
    assert [finding.code for finding in verify().findings] == ["own_work"]


def test_a_step_left_out_is_found(desk: Desk, verify: Verify, tamper: Tamper) -> None:
    desk.publish_all(FASTER, "1.1.0")
    tamper("protocol.approved", '"1.1.0"', '"1.1.9"')
    assert [finding.code for finding in verify().findings] == ["not_possible"] * 2


def test_an_unreadable_event_is_found_and_stops_nobody_else(
    desk: Desk, verify: Verify, tamper: Tamper, database_url: str, pack: Path
) -> None:
    desk.refer()
    desk.draft(FASTER.replace("protocol: small", "protocol: other"), protocol="other")
    tamper("protocol.drafted", '"label"', '"lable"')
    assert [finding.code for finding in verify().findings] == ["unreadable"]
    later = connect(database_url, pack)
    assert later.registry.valid_on("small", TODAY).digest == desk.refer().digest
    later.close()


def test_read_models_speak_the_words_of_texts_published_after_they_began(
    desk: Desk, database_url: str, pack: Path
) -> None:
    with CaseLogRecorder.connect(database_url, pool_size=1, max_size=2) as recorder:
        registry = PublishedRegistry(Registry.load(pack), recorder)
        projector = Projector(database_url, recorder, read_models(registry, TERRITORY))
        desk.publish_all(FASTER.replace("Primo colloquio", "Incontro"), "1.1.0")
        desk.refer()
        with storage.connect(database_url) as connection:
            projector.catch_up(connection)
            titles = connection.execute("SELECT title_it FROM inbox.tasks").fetchall()
            parked = connection.execute("SELECT count(*) FROM projections.parked").fetchone()
    assert titles == [("Incontro",)]
    assert parked == (0,)


VARIANT = """\
protocol: small
variant: cps
version: 1.0.0
of: 1.0.0
title: {it: CPS, en: Community psychiatry}
valid_from: 2021-01-01
applies_to: {source: [PSYCHIATRIC_CENTRE]}
steps:
  meet: {due: 5 working days}
"""


def test_a_published_variant_is_followed_by_the_cases_it_is_for(desk: Desk, other: Desk) -> None:
    desk.publish_all(VARIANT, "cps-1.0.0", valid_from=TOMORROW)
    assert other.refer().version == "1.0.0"
    for process in (desk, other):
        process.service.clock.later = TOMORROW - TODAY
    assert other.refer(on=TOMORROW).version == "1.0.0+cps-1.0.0"
    assert other.refer(on=TOMORROW, service="desk-015142").version == "1.0.0"
    desk.retire("cps-1.0.0", until=TOMORROW)
    assert other.refer(on=TOMORROW).version == "1.0.0"


def test_what_was_proved_with_other_texts_is_proved_anew(desk: Desk) -> None:
    desk.draft(VARIANT)
    desk.propose("cps-1.0.0")
    desk.approve("cps-1.0.0")
    meanwhile = VARIANT.replace("variant: cps", "variant: fast").replace(
        "meet: {due: 5", "refer_on: {due: 3"
    )
    desk.publish_all(meanwhile, "fast-1.0.0")
    refused("rests_on_changed", desk.publish, "cps-1.0.0")
    desk.propose("cps-1.0.0")
    desk.approve("cps-1.0.0")
    desk.publish("cps-1.0.0")
    assert desk.refer().version == "1.0.0+cps-1.0.0+fast-1.0.0"


def test_a_variant_that_contradicts_another_is_not_proposed(desk: Desk) -> None:
    desk.publish_all(VARIANT, "cps-1.0.0")
    against = VARIANT.replace("variant: cps", "variant: slow").replace("5 working", "50 working")
    desk.draft(against)
    problem = refused("errors_forbid", desk.propose, "slow-1.0.0")
    assert "cps-1.0.0" in problem.fields[0].message.it


def test_a_new_base_asks_for_its_variants_or_for_a_reason(desk: Desk) -> None:
    desk.publish_all(VARIANT, "cps-1.0.0")
    desk.draft()
    problem = refused("warnings_need_reasons", desk.propose)
    assert [field.field for field in problem.fields] == ["reasons.variant-left-behind@variants.cps"]
    desk.draft(
        VARIANT.replace("of: 1.0.0", "of: 1.1.0").replace("version: 1.0.0", "version: 1.1.0")
    )
    desk.propose()
