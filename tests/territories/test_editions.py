"""A territory pack that changes: what was so under the old rules stays so, and can be asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from api.answers.audit import could_see
from api.http.explained import explain
from domain.access.rules import rules_of
from domain.publishing.installing import PackRefused
from domain.refusal import Refused
from domain.service import CaseService
from domain.territories.editions import NO_EDITIONS, Edition, Editions
from domain.territories.in_force import InForce
from domain.territories.installing import check_installed, install_territory
from domain.verify import LogVerified, verify_log
from protocols.registry import Registry
from protocols.territory import Territory, load_territory
from protocols.territory.written import read_territory, write_territory
from tests.domain.conftest import PACK, TERRITORY, case, referral, service

__all__ = ["case", "service"]

DEPUTY = "desk-cassano-1"
OTHER = "  desk-inzago-1:\n    name: Teresa Ravasi\n    memberships:\n"
HELD = '      - {role: desk_operator, scope: "comune:015142", deputy: true, from: 2020-01-01}\n'
Changed = Callable[..., Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The shipped pack with other words in one of its files, and the small protocol beside it."""

    def changed(file: str, before: str, after: str) -> Path:
        from protocols.territory import default_pack

        folder = tmp_path / "pack"
        if not folder.exists():
            shutil.copytree(default_pack(), folder, ignore=shutil.ignore_patterns("protocols"))
            shutil.copytree(PACK / "protocols", folder / "protocols")
        path = folder / file
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
        return folder

    return changed


def install(service: CaseService, territory: Territory) -> bool:
    return install_territory(service.recorder, territory, service.clock.now())


def under(service: CaseService, territory: Territory) -> CaseService:
    """Another process, whose program came with that territory."""
    return CaseService(
        service.recorder, Registry.load(PACK), territory, service.clock, service.blind_key
    )


def verified(database_url: str, pack: Path) -> LogVerified:
    return verify_log(database_url, pack)


def test_who_could_see_is_told_by_the_rules_of_the_day(
    service: CaseService, case: UUID, changed: Changed
) -> None:
    assert install(service, TERRITORY)
    then = service.clock.now()
    changed("people.yaml", HELD + OTHER, OTHER + HELD)
    pack = changed("access/1-fascicolo.cedar", 'Relation::"service",\n', "")
    now = under(service, load_territory(pack))
    assert install(now, now.territory)

    def seen(at: datetime) -> dict[str, list[str]]:
        return {p.person: p.sees for p in could_see(now, case, at, at.date()).people}

    before, after = seen(then), seen(now.clock.now())
    assert "summary" in before[DEPUTY]
    assert DEPUTY not in after
    nurse = TERRITORY.staff_of("service:cps-melzo", then.date())[0]
    assert "summary" in before[nurse]
    assert "summary" not in after.get(nurse, [])
    asked = could_see(now, case, then, then.date())
    assert asked.rules == rules_of(TERRITORY).digest != rules_of(now.territory).digest
    assert asked.rules_since is not None
    assert asked.rules_since <= then

    assert explain(now, DEPUTY, case, then).parts["summary"]
    assert explain(now, DEPUTY, case, then).rules == asked.rules
    assert not explain(now, DEPUTY, case, now.clock.now()).parts["summary"]


def test_what_was_decided_under_an_old_calendar_is_verified_under_it(
    service: CaseService, case: UUID, changed: Changed, database_url: str
) -> None:
    install(service, TERRITORY)
    day = datetime.now(UTC).date()
    closed = f"{{title: {{it: Ferie, en: Holidays}}, first: {day}, last: {day + timedelta(90)}, "
    pack = changed("calendar.yaml", "closures: []", f"closures: [{closed}comuni: all}}]")
    now = under(service, load_territory(pack))
    install(now, now.territory)
    other = now.handle(referral()).case

    def due(of: UUID) -> datetime | None:
        return next(task.due for task in now.state(of).tasks.values())

    late, early = due(other), due(case)
    assert late is not None
    assert early is not None
    assert late - early > timedelta(days=30)
    assert verified(database_url, pack).well
    # Without the first edition, the old case's deadline contradicts the only calendar left.
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE stored_events SET topic = 'note.unknown' WHERE topic = 'territory.installed'"
        )
    assert {f.originator for f in verified(database_url, pack).findings} >= {case}


def test_rules_are_written_once_and_again_when_they_come_back(
    service: CaseService, changed: Changed, database_url: str
) -> None:
    pack = changed("people.yaml", HELD + OTHER, OTHER + HELD)
    other = load_territory(pack)
    assert [install(service, one) for one in (TERRITORY, TERRITORY, other, TERRITORY)] == [
        True, False, True, True,
    ]  # fmt: skip
    check_installed(service.recorder, TERRITORY)
    with pytest.raises(PackRefused) as refused:
        check_installed(service.recorder, other)
    assert "cantiere migrate" in refused.value.message.it
    found = verified(database_url, pack)
    assert [finding.code for finding in found.findings] == ["territory_differs"]


def test_a_process_with_the_rules_of_before_takes_no_more_commands(
    service: CaseService, changed: Changed
) -> None:
    install(service, TERRITORY)
    assert service.rules.holds()
    other = load_territory(changed("people.yaml", HELD + OTHER, OTHER + HELD))
    service.rules = InForce(service.recorder, TERRITORY, every=0)
    service.handle(referral())
    install(service, other)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            service.handle(referral())
        assert (refused.value.kind, refused.value.code) == ("unavailable", "rules_changed")
    assert under(service, other).rules.holds()
    install(service, TERRITORY)
    service.handle(referral())


def test_an_empty_log_says_nothing_of_rules(service: CaseService, case: UUID) -> None:
    check_installed(service.recorder, TERRITORY)
    found = could_see(service, case, service.clock.now(), service.clock.now().date())
    assert found.rules == rules_of(TERRITORY).digest
    assert found.rules_since is None


def test_the_names_of_the_staff_are_not_written() -> None:
    text = write_territory(TERRITORY)
    assert not [one.name for one in TERRITORY.people.values() if one.name in text]
    again = read_territory(text)
    day = datetime.now(UTC).date()
    assert list(again.people) == list(TERRITORY.people)
    assert all(again.memberships(p, day) == TERRITORY.memberships(p, day) for p in again.people)
    assert rules_of(again).digest == rules_of(TERRITORY).digest
    assert write_territory(again) == text


@pytest.mark.parametrize("text", ["", "{}", '{"territory": 1}', "[" * 5000])
def test_a_text_that_is_no_territory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"json_invalid|missing|model_type"):
        read_territory(text)


ALTERED = """UPDATE stored_events
    SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')
    WHERE topic = 'territory.installed'"""


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [("2020-01-01", "2019-01-01", "digest"), ("system:pack", "design-1", "not_possible")],
)
def test_rules_that_were_altered_in_the_log_are_found(
    service: CaseService, database_url: str, before: str, after: str, code: str, changed: Changed
) -> None:
    install(service, TERRITORY)
    pack = changed("people.yaml", HELD, HELD)
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
        assert connection.execute(ALTERED, (before, after)).rowcount == 1
    found = verified(database_url, pack)
    assert code in {finding.code for finding in found.findings}
    assert found.flaws


def test_the_first_rules_count_for_what_was_before_them() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    first = Edition(7, day, "a", "")
    second = Edition(30, day + timedelta(days=10), "b", "")
    editions = Editions([second, first])
    assert editions.before(1) == editions.before(29) == first
    assert editions.before(30) == editions.before(99) == second == editions.last
    assert editions.at(day - timedelta(days=99)) == editions.at(day) == first
    assert editions.at(day + timedelta(days=10)) == second
    assert NO_EDITIONS.at(day) is NO_EDITIONS.before(1) is NO_EDITIONS.last is None
    # A training clock is set back once, before the first case.
    back = second._replace(at=day - timedelta(days=99))
    assert Editions([first, back]).at(day) == back
