"""The automations of matching and placement, on hosts and cases folded from a real log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.workflows.conftest import MELZO, Town, holder

PROTOCOL = "prova-abbinamenti"


def _opinion(town: Town, case: UUID, **changes: Any) -> None:
    data = {"kind": "TRAINEESHIP", "target": "baker", "fitness": "fit", **changes}
    town.complete(case, "opinion", data=data)
    town.wait_for(lambda: "choose" in town.service.state(case).open)


def _ranked(town: Town, case: UUID) -> list[str]:
    return [one["host"] for one in town.service.state(case).data["rank_hosts"].get("ranking", [])]


def _excluded(town: Town, case: UUID) -> dict[str, str]:
    exclusions = town.service.state(case).data["rank_hosts"].get("exclusions", [])
    return {one["host"]: one["reason"]["it"] for one in exclusions}


def test_the_law_s_cap_the_opinion_and_distance_decide_the_list(town: Town) -> None:
    with town.machine():
        small = town.register_host(staff=5, places=3)
        night = town.register_host(flags=["night_work"])
        far = town.register_host(comune="015205")
        near = town.register_host()
        first = town.refer(PROTOCOL)
        _opinion(town, first)
        assert _ranked(town, first)[-1] == far
        starts = town.service.clock.now().date() + timedelta(days=30)
        chosen = {"host": small, "starts_on": starts.isoformat()}
        town.complete(first, "choose", "chosen", chosen)
        second = town.refer(PROTOCOL)
        _opinion(town, second, fitness="fit_with_limits", limits=["night_work"])
    assert _ranked(town, second) == [near, far]
    excluded = _excluded(town, second)
    assert "7763/2018" in excluded[small]
    assert "night_work" in excluded[night]


def test_a_host_that_must_never_be_proposed_is_not_and_nothing_says_why(town: Town) -> None:
    with town.machine():
        case = town.refer(PROTOCOL)
        person = town.service.state(case).attributes["person"]
        dangerous = town.register_host(excluded=[person])
        _opinion(town, case)
    assert dangerous not in _ranked(town, case)
    assert "scegliere un altro ospitante" in _excluded(town, case)[dangerous]


def test_who_is_followed_for_addiction_is_not_sent_where_tests_are_a_duty(town: Town) -> None:
    sert = next(s for s in town.service.territory.services if s.startswith("sert"))
    with town.machine():
        forklift = town.register_host(flags=["testing_duty"], jobs=["forklift"])
        packing = town.register_host(jobs=["packer"])
        case = town.refer(PROTOCOL, sert)
        _opinion(town, case, target="forklift")
    assert _ranked(town, case) == [packing]
    assert "309/1990" in _excluded(town, case)[forklift]


def test_a_host_already_declined_is_not_proposed_again(town: Town) -> None:
    with town.machine():
        first, other = town.register_host(), town.register_host(jobs=["packer"])
        case = town.refer(PROTOCOL)
        _opinion(town, case)
        assert _ranked(town, case) == [first, other]
        day = town.service.clock.now().date().isoformat()
        town.complete(case, "choose", "chosen", {"host": first, "starts_on": day})
        town.complete(case, "answer", "person_declines")
        town.wait_for(lambda: "choose" in town.service.state(case).open)
    assert _ranked(town, case) == [other]
    assert "già provato" in _excluded(town, case)[first]


def test_the_compulsory_communication_is_due_the_day_before_the_start(town: Town) -> None:
    with town.machine():
        host = town.register_host()
        case = town.refer(PROTOCOL)
        _opinion(town, case)
        town.complete(case, "choose", "chosen", {"host": host, "starts_on": "2027-03-01"})
        town.complete(case, "answer", "accepts")
        town.wait_for(lambda: "last" in town.service.state(case).open)
    reminder = town.service.state(case).data["remind"]
    assert (reminder["starts_on"], reminder["communicate_by"]) == ("2027-03-01", "2027-02-28")
    assert "608/1996 art. 9-bis" in reminder["text"]


def test_the_territory_s_own_protocol_acknowledges_a_referral_by_itself(town: Town) -> None:
    with town.machine():
        case = town.refer("presa-in-carico")
        desk = holder("desk_operator", f"comune:{MELZO}")
        town.complete(case, "register_referral", "complete", {"needs": ["work"]}, desk)
        town.wait_for(lambda: "acknowledge_referral" in town.service.state(case).data)
    letter = town.service.state(case).data["acknowledge_referral"]
    assert letter["addressee"] == "cps-melzo"
    assert case.hex[:8].upper() in letter["text"]
