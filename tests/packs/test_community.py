"""The community project: small, of the desk and the citizen, with facts like everybody else's."""

from __future__ import annotations

from datetime import date

from protocols.engine.plan import Plan
from protocols.facts import (
    CaseClosed,
    FollowUpDone,
    PlacementEnded,
    PlacementStarted,
    PlaceReleased,
    PlaceReserved,
    ProjectSigned,
)
from tests.engine.gwt import Given, complete, event, given, pass_time
from tests.packs.shipped import HOST, registry

TODAY = "2026-03-02"


def plan() -> Plan:
    return registry().valid_on("progetto-di-prossimita", date(2026, 3, 2))


def met() -> Given:
    case = given(plan(), on=TODAY, source="SELF", service="self")
    return case.did(
        complete("register_request", "complete", channel="in_person"),
        complete("meet", "goes_on", met_on=TODAY, likes=["green"]),
    )


def agreed() -> Given:
    return met().did(
        complete("find_place", "found", host=HOST),
        complete(
            "sign_agreement", "signed", signed_on=TODAY, starts_on="2026-03-16",
            ends_on="2026-09-16", hours_week=4,
        ),
    )  # fmt: skip


def taking_part() -> Given:
    case = agreed().did(complete("insure", insured_on=TODAY)).on("2026-03-16").did(pass_time())
    return case.did(complete("begin", "started", starts_on="2026-03-16"))


def test_the_place_is_held_and_the_agreement_is_a_project_like_others() -> None:
    decided = met().when(complete("find_place", "found", host=HOST))
    (reserved,) = decided.of(PlaceReserved)
    assert (reserved.host, reserved.kind) == (HOST, "COMMUNITY_PROJECT")
    case = met().did(complete("find_place", "found", host=HOST))
    signed = case.when(
        complete(
            "sign_agreement", "signed", signed_on=TODAY, starts_on="2026-03-16",
            ends_on="2026-09-16", hours_week=4,
        )
    )  # fmt: skip
    (project,) = signed.of(ProjectSigned)
    assert project.ends_on == date(2026, 9, 16)
    other = case.when(complete("sign_agreement", "other_place"))
    assert [released.host for released in other.of(PlaceReleased)] == [HOST]


def test_nobody_begins_uninsured_or_before_the_day() -> None:
    assert agreed().status("begin") == "waiting"
    insured = agreed().did(complete("insure", insured_on=TODAY))
    assert "begin" not in insured.open
    assert "begin" in insured.on("2026-03-16").did(pass_time()).open


def test_a_month_at_a_time_somebody_asks_how_it_goes() -> None:
    case = taking_part()
    assert not [key for key in case.open if key.startswith("keep_in_touch")]
    later = case.on("2026-04-17").did(pass_time())
    assert [key for key in later.open if key.startswith("keep_in_touch")]


def test_who_carries_on_alone_is_heard_of_again_after_six_months() -> None:
    case = taking_part()
    (started,) = (
        agreed()
        .did(complete("insure", insured_on=TODAY))
        .on("2026-03-16")
        .did(pass_time())
        .when(complete("begin", "started", starts_on="2026-03-16"))
        .of(PlacementStarted)
    )
    assert (started.kind, started.hours_week) == ("COMMUNITY_PROJECT", 4)
    ended = case.on("2026-09-16").when(complete("take_part", "completed", ended_on="2026-09-16"))
    assert [fact.outcome for fact in ended.of(PlacementEnded)] == ["completed"]
    case = case.on("2026-09-16").did(complete("take_part", "completed", ended_on="2026-09-16"))
    back = case.when(complete("look_back", "on_their_own", held_on="2026-09-18"))
    assert [fact.reason for fact in back.of(CaseClosed)] == ["on_their_own"]
    case = case.did(complete("look_back", "on_their_own", held_on="2026-09-18"))
    assert not case.state.ended
    later = case.on("2027-03-17").did(pass_time())
    heard = later.when(complete("six_months_later", "reached", employed=True))
    assert [fact.month for fact in heard.of(FollowUpDone)] == [6]
    assert later.did(complete("six_months_later", "not_reached")).state.ended == "autonomy"


def test_a_pause_stops_the_clock_and_another_agreement_is_possible() -> None:
    case = taking_part()
    due = case.task("take_part").due
    paused = (
        case.did(event("pause"))
        .on("2026-04-15")
        .did(complete("start_again", "back", heard_on=TODAY))
    )
    assert paused.task("take_part").due > due
    case = paused.did(complete("take_part", "interrupted", ended_on="2026-04-15"))
    case = case.did(complete("look_back", "another_agreement", held_on="2026-04-16"))
    assert "find_place" in case.open


def test_a_place_that_can_welcome_no_longer_ends_nothing_for_the_citizen() -> None:
    case = taking_part().did(event("place_withdraws", ended_on="2026-04-01"))
    assert case.status("take_part") == "done"
    assert "look_back" in case.open
