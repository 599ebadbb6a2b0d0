"""As it stood, as it was known, and what differs: over the API, with the readers' rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.answers.said import said_at
from domain.case.hindsight import in_hindsight
from domain.log.topics import topic_of
from tests.api.conftest import DESK, REFERENT, holder
from tests.replay.conftest import AUDITOR, Told


def tasks(steps: list[dict[str, Any]]) -> set[str]:
    return {step["task"] for step in steps}


def test_as_it_was_known_a_step_stays_open_until_somebody_recorded_it(told: Told) -> None:
    found = told.replay(at=told.between)["replay"]
    assert "triage" in tasks(found["open_steps"])
    assert found["facts"] == []
    assert found["stood"] is None
    later = told.replay(at=told.recorded)["replay"]
    assert "triage" not in tasks(later["open_steps"])


def test_as_it_stood_by_what_is_known_now_the_late_fact_is_folded_at_its_time(told: Told) -> None:
    now = told.people.service.clock.now()
    found = told.replay(at=told.between, known_at=now)["replay"]
    # What was known then is told beside it, unchanged.
    assert "triage" in tasks(found["open_steps"])
    stood = found["stood"]
    assert "triage" not in tasks(stood["open_steps"])
    assert "team" in tasks(stood["open_steps"])
    assert stood["done"] == ["triage"]
    assert [fact["fact"] for fact in stood["facts"]] == ["TriageRecorded"]
    assert stood["unplaced"] == []
    late = found["known_later"][0]
    assert late["occurred_at"] < late["at"]
    before = told.replay(at=told.happened - timedelta(hours=1), known_at=now)["replay"]
    assert "triage" in tasks(before["stood"]["open_steps"])


def test_what_was_not_known_yet_at_the_other_instant_is_not_told(told: Told) -> None:
    then = told.recorded - timedelta(seconds=1)
    found = told.replay(at=told.between, known_at=then)["replay"]
    assert "triage" in tasks(found["stood"]["open_steps"])
    assert found["known_later"] == []
    # Known earlier than the moment asked for: as the record was by then.
    early = told.replay(at=told.recorded + timedelta(days=1), known_at=told.between)["replay"]
    assert "triage" in tasks(early["open_steps"])


def test_an_answer_that_came_before_its_question_is_named_and_not_folded(told: Told) -> None:
    service = told.people.service
    history = service.history(told.case)
    # Without the opening of the triage there is nothing that its completion could complete.
    rest = [event for event in history if getattr(event.body, "task", "") != "triage"]
    done = [event for event in history if type(event.body).__name__ == "StepCompleted"]
    mixed = sorted([*rest, *done], key=lambda event: event.position)
    found = in_hindsight(told.case, mixed, told.between, service.registry)
    assert done[0] in found.unplaced
    assert "team" not in found.state.tasks


def test_the_difference_of_two_moments_and_the_version_are_asked_alike(told: Told) -> None:
    found = told.replay(from_=told.opened, to=told.recorded)["between"]
    steps = {step["step"]: (step["was"], step["now"]) for step in found["difference"]["steps"]}
    assert steps["triage"] == ("open", "done")
    assert told.replay(version=1)["replay"]["version"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"at": "2026-01-01T00:00:00Z", "version": 1},
        {"from": "2026-01-01T00:00:00Z", "at": "2026-01-01T00:00:00Z"},
        {"known_at": "2026-01-01T00:00:00Z"},
    ],
    ids=["at-version", "from-at", "known-alone"],
)
def test_one_thing_is_asked_at_a_time(told: Told, asked: dict[str, Any]) -> None:
    answer = told.people.get(AUDITOR, f"/api/v1/cases/{told.case}/replay", **asked)
    assert answer.status_code == 422
    assert "una cosa per volta" in answer.json()["errors"][0]["message"]
    assert told.people.get(
        AUDITOR, f"/api/v1/cases/{told.case}/replay", at="1999-01-01T00:00:00Z"
    ).status_code == 404  # fmt: skip


def test_the_past_is_shown_to_who_may_see_the_present_and_the_reading_is_logged(
    told: Told,
) -> None:
    path = f"/api/v1/cases/{told.case}/replay"
    other = holder("municipal_referent", "comune:015221")
    assert told.people.get(other, path).status_code == 404
    management = holder("management", "management")
    assert told.people.get(management, path).status_code == 403
    assert told.people.get(REFERENT, path).status_code == 200
    told.people.last_position()
    told.people.project()
    with told.people.app.state.parts.pool.connection() as connection:
        rows = connection.execute(
            "SELECT reader, refused FROM reads.reads WHERE case_id = %s AND door LIKE %s",
            (told.case, "%/replay"),
        ).fetchall()
    assert {(other, True), (management, True), (REFERENT, False)} <= set(rows)


def test_who_could_see_a_case_is_asked_by_those_who_audit(told: Told) -> None:
    path = f"/api/v1/cases/{told.case}/could-see"
    day = told.recorded.date().isoformat()
    found = told.people.get(AUDITOR, path, on=day)
    assert found.status_code == 200, found.text
    people = {one["person"]: one for one in found.json()["people"]}
    assert "comune" in people[REFERENT]["relations"]
    assert told.people.get(REFERENT, path, on=day).status_code == 403
    assert told.people.get(AUDITOR, path, on="1999-12-31").status_code == 404
    clinical = told.people.get(AUDITOR, path, on=day, category="clinical").json()["people"]
    assert 0 < len(clinical) < len(people)


def test_what_somebody_did_is_paged_without_a_gap(told: Told) -> None:
    def asked(**more: Any) -> Any:
        headers = told.people.headers(AUDITOR)
        asked = {"person": DESK, **more}
        answer = told.people.http.get("/api/v1/audit/did", params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    # A second case, so that there is a second page.
    told.people.case()
    told.people.project()
    whole = asked()["acts"]
    assert len(whole) >= 2
    paged, cursor = [], ""
    while True:
        page = asked(limit=1, cursor=cursor)
        paged += page["acts"]
        cursor = page["cursor"]
        if not cursor:
            break
    assert paged == whole
    assert asked(to="1999-12-31T00:00:00Z")["acts"] == []
    address = f"/api/v1/audit/did?person={DESK}"
    refused = told.people.http.get(address, headers=told.people.headers(REFERENT))
    assert refused.status_code == 403


def test_what_is_read_of_many_acts_at_once_is_what_their_events_say(told: Told) -> None:
    service = told.people.service
    history = service.history(told.case)
    with told.people.app.state.parts.pool.connection() as connection:
        found = list(said_at(service.mapper, connection, [event.position for event in history]))
    assert [
        (s.position, s.actor, s.at, s.occurred_at, s.command, s.kind, s.role) for s in found
    ] == [
        (e.position, e.actor, e.at, e.occurred_at, e.command_id, topic_of(type(e.body)), e.role)
        for e in history
    ]
    assert [s.step for s in found if s.kind == "case.step-completed"] == ["triage"]


def test_where_a_step_was_left_out_is_told_with_the_reason_that_was_written(told: Told) -> None:
    path = "/api/v1/audit/late"
    [found] = told.people.get(AUDITOR, path, step="team").json()["cases"]
    assert (found["kind"], found["reason"]) == ("skipped", "Valutato altrove.")
    assert UUID(found["case"]) == told.case
    assert told.people.get(AUDITOR, path, step="assess").json()["cases"] == []
    assert told.people.get(REFERENT, path, step="team").status_code == 403
    assert told.people.get(AUDITOR, path, step="team", cursor="x").status_code == 422
