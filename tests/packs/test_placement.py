"""The placement as a protocol of its own, inside the one that takes people in charge."""

from __future__ import annotations

from protocols.facts import (
    AttendanceValidated,
    PlacementEnded,
    PlacementStarted,
    PlaceReleased,
)
from tests.engine.gwt import Given, complete, event, pass_time
from tests.packs.shipped import (
    HOST,
    accepted,
    admitted,
    authorised,
    balanced,
    drafted,
    in_team,
    referred,
    registered,
    signed,
    triaged,
)

PLAN = {"starts_on": "2026-03-16", "ends_on": "2026-09-16", "hours_week": 20, "allowance": 500}
SHEET = {"month": "2026-03", "hours_planned": 40, "hours_attended": 38}


def matched(kind: str = "TRAINEESHIP") -> Given:
    case = authorised(triaged(registered(referred("desk-015205"))))
    return accepted(balanced(signed(drafted(admitted(in_team(case)), kind))))


def ready(kind: str = "TRAINEESHIP") -> Given:
    """On the first day, everything prepared."""
    case = matched(kind).did(complete("write_training_plan", "written", **PLAN))
    case = case.did(complete("train_safety", trained_on="2026-03-10", hours=4))
    agreement = "sign_community_agreement"
    if agreement in case.open:
        case = case.did(complete(agreement, "signed"))
    else:
        convention = {"signed_on": "2026-03-10", "inail": True, "liability": True}
        case = case.did(complete("sign_convention", "signed", **convention))
    if "communicate_start" in case.open:
        case = case.did(complete("communicate_start", "sent", sent_on="2026-03-13"))
    return case.on("2026-03-16").did(pass_time())


def running() -> Given:
    return ready().did(complete("start_placement", "started", starts_on="2026-03-16"))


def ended(case: Given, outcome: str, **data: str) -> Given:
    return case.did(complete("placement", outcome, ended_on="2026-04-01", **data))


def test_it_knows_the_host_and_the_kind_that_it_was_given() -> None:
    (started,) = (
        ready()
        .when(complete("start_placement", "started", starts_on="2026-03-16"))
        .of(PlacementStarted)
    )
    assert (started.host, started.kind) == (HOST, "TRAINEESHIP")


def test_only_what_is_compulsory_for_the_kind_is_asked() -> None:
    assert "sign_convention" in matched().open
    community = matched("COMMUNITY_PROJECT")
    assert "sign_community_agreement" in community.open
    assert community.status("sign_convention") == "out"
    assert ready("WORK_GRANT").status("communicate_start") == "out"


def test_it_is_over_with_the_last_attendance_sheet() -> None:
    case = ended(running(), "completed")
    assert case.status("inserimento") == "open"
    case = case.did(complete("close_attendance", "validated", **SHEET))
    assert case.status("inserimento") == "done"
    assert case.state.marks["inserimento"].outcome == "completed"
    concluded = case.did(complete("carry_out_project", "concluded"))
    assert "certify_skills" in concluded.open


def test_a_project_that_ends_does_not_break_off_a_placement() -> None:
    case = running().did(complete("carry_out_project", "concluded"))
    assert "placement" in case.open
    case = case.did(complete("reassess", "not_possible"))
    assert "close_case" not in case.open
    case = ended(case, "interrupted", reason="moved")
    case = case.did(complete("close_attendance", "nothing_due"))
    assert "close_case" in case.open


def test_a_host_that_withdraws_pays_what_is_due_and_the_search_begins_again() -> None:
    withdrawn = event("host_withdrawal", host=HOST, ended_on="2026-04-01")
    assert [f.outcome for f in running().when(withdrawn).of(PlacementEnded)] == ["host_withdrew"]
    case = running().did(withdrawn)
    assert case.open >= {"secure_allowance"}
    paid = case.when(complete("secure_allowance", "paid", **SHEET, paid=250))
    assert len(paid.of(AttendanceValidated)) == 1
    case = case.did(complete("secure_allowance", "paid", **SHEET, paid=250))
    case = case.did(complete("debrief_host", "rematch", heard_on="2026-04-02"))
    assert "rank_hosts" in case.open
    case = case.did(complete("rank_hosts"))
    assert {"choose_host", "secure_rematch"} <= case.open
    again = case.did(
        complete("choose_host", "chosen", host="host-2"),
        complete("person_accepts", "accepts"),
        complete("host_accepts", "accepts"),
    )
    assert {"write_training_plan", "secure_rematch"} <= again.open


def test_a_placement_called_off_before_it_begins_frees_the_place() -> None:
    decided = matched().when(complete("write_training_plan", "called_off"))
    assert [released.host for released in decided.of(PlaceReleased)] == [HOST]
    case = matched().did(complete("write_training_plan", "called_off"))
    assert case.state.marks["inserimento"].outcome == "called_off"
    assert "sign_convention" not in case.open


def test_a_placement_that_does_not_begin_is_sought_again() -> None:
    case = ready().did(complete("start_placement", "not_started"))
    assert "rank_hosts" in case.open
    assert not case.state.ended


def test_a_placement_suspended_is_resumed_and_its_end_waits() -> None:
    suspended = event("placement_suspended", suspended_on="2026-03-20", reason="illness")
    case = running().on("2026-03-20").did(suspended)
    assert case.state.pauses
    case = case.on("2026-04-20").did(complete("resume_placement", "resumed", ends_on="2026-10-16"))
    assert not case.state.pauses


def test_its_events_are_of_its_time_only() -> None:
    alarm = event("attendance_alarm", noticed_on="2026-03-10", sign="accident")
    assert matched().when(alarm).refusal is not None
    assert "check_attendance" in running().did(alarm).open
