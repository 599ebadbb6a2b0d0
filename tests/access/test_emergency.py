"""Emergency access through the door: opened, alerted, ended by time, reviewed, logged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from api.demo.story import Story
from tests.access.conftest import SECRET, Told

FAR, DPO, CAF, AUDIT = "cps-trezzo-1", "dpo-1", "caf-1", "audit-1"
WHY = "In pronto soccorso a Vizzolo, non risponde: serve il piano di crisi."


def opening(told: Told, who: str, story: Story, key: str | None = None, **changes: Any) -> Any:
    body = {"reason": WHY, "categories": ["identity", "clinical"], **changes}
    return told.people.post(who, f"/api/v1/cases/{story.case}/emergency-access", body, key)


def review(told: Told, who: str, story: Story, access: str, **changes: Any) -> Any:
    body = {"justified": True, "note": "Sentito il medico di turno.", **changes}
    return told.people.post(
        who, f"/api/v1/cases/{story.case}/emergency-access/{access}/review", body
    )


def code(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def pending(told: Told, who: str) -> list[str]:
    answer = told.people.get(who, "/api/v1/emergency-accesses")
    return [line["access"] for line in answer.json()["accesses"]]


def test_the_glass_opens_what_was_named_for_some_hours_and_no_more(told: Told) -> None:
    story = told.assessed()
    path = f"/api/v1/cases/{story.case}"
    assert told.people.get(FAR, path).status_code == 404
    answer = opening(told, FAR, story)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["categories"], found["replayed"]) == (["clinical", "identity"], False)
    # The case manager and the protection officer are to know.
    assert set(found["alerted"]) == {story.holder("municipal_referent"), DPO}
    assert told.people.get(FAR, path).json()["person"]["particulars"]["last_name"] == "D'Adda"
    assert SECRET in told.history(FAR, story)
    assert told.state(FAR, story)["triage"]["needs"] == {"withheld": "social"}
    told.later(hours=8)
    assert told.people.get(FAR, path).status_code == 404
    assert pending(told, DPO) == [found["access"]]
    told.conforms(story)


def test_every_read_under_it_is_logged_as_such(told: Told) -> None:
    story = told.assessed()
    assert opening(told, FAR, story).status_code == 201
    told.history(FAR, story)
    told.people.last_position()
    told.people.project()
    person = str(told.people.service.state(story._uuid()).attributes["person"])
    reads = told.people.get(AUDIT, f"/api/v1/persons/{person}/reads", by=FAR).json()["reads"]
    assert reads[0]["grounds"] == ["emergency"]
    assert "clinical" in reads[0]["shown"]


def test_a_repeated_request_opens_one_access_and_another_content_is_refused(told: Told) -> None:
    story, key = told.case(), str(uuid4())
    first, again = (opening(told, FAR, story, key) for _ in range(2))
    assert (again.status_code, again.json()["replayed"]) == (201, True)
    assert again.json()["access"] == first.json()["access"]
    assert code(opening(told, FAR, story, key, reason=WHY + " Subito.")) == "command_reused"
    assert code(opening(told, FAR, story)) == "emergency_open"
    # More may be asked for.
    assert opening(told, FAR, story, categories=["social"]).status_code == 201


def test_two_people_at_once_both_get_theirs(told: Told) -> None:
    story = told.case()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda who: opening(told, who, story), (FAR, "cps-pioltello-1")))
    assert [answer.status_code for answer in both] == [201, 201]
    assert len({answer.json()["access"] for answer in both}) == 2


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": ""}, 422),
        ({"reason": "perché  "}, 422),
        ({"reason": "x" * 2001}, 422),
        ({"reason": "un motivo con \u0000 dentro"}, 422),
        ({"categories": []}, 422),
        ({"categories": ["diagnosis"]}, 422),
        ({"categories": ["judicial"]}, 404),
        ({"until": "2099-01-01"}, 422),
    ],
    ids=["empty", "short", "long", "nul", "nothing", "unknown", "judicial", "until"],
)
def test_bad_requests_get_clear_answers(told: Told, changes: dict[str, Any], status: int) -> None:
    if not hasattr(told, "asked"):
        told.asked = told.case()  # type: ignore[attr-defined]
    answer = opening(told, FAR, told.asked, **changes)  # type: ignore[attr-defined]
    assert answer.status_code == status, answer.text
    assert "crisi" not in answer.text
    assert answer.json()["detail"]


def test_who_has_no_standing_to_care_gets_none_and_learns_nothing(told: Told) -> None:
    story = told.case()
    for who in (CAF, "design-1", "board-3"):
        missing = told.people.post(
            who, f"/api/v1/cases/{uuid4()}/emergency-access",
            {"reason": WHY, "categories": ["clinical"]},
        )  # fmt: skip
        hidden = opening(told, who, story)
        assert (hidden.status_code, code(hidden)) == (404, code(missing)), who
    assert code(opening(told, AUDIT, story)) == "no_emergency_for_this_role"
    # Each of them tried, and that is written down: who audits sees it, and the person may ask.
    told.people.last_position()
    told.people.project()
    person = str(told.people.service.state(story._uuid()).attributes["person"])
    reads = told.people.get(AUDIT, f"/api/v1/persons/{person}/reads").json()["reads"]
    tried = {read["reader"] for read in reads if read["refused"]}
    assert tried == {CAF, "design-1", "board-3", AUDIT}
    assert {read["door"] for read in reads if read["refused"]} == {
        "/api/v1/cases/{case}/emergency-access"
    }


def test_a_closed_case_opens_to_nobody(told: Told) -> None:
    story = told.case(recipients=None)
    referent = story.holder("municipal_referent")
    story.event("death", by=referent)
    assert story.state().ended
    assert code(opening(told, FAR, story)) == "case_ended"


def test_a_review_is_made_once_by_the_protection_officer_and_a_no_closes(told: Told) -> None:
    story = told.case()
    access = opening(told, FAR, story).json()["access"]
    manager = story.holder("municipal_referent")
    (line,) = told.people.get(manager, f"/api/v1/cases/{story.case}/emergency-accesses").json()[
        "accesses"
    ]
    assert (line["reason"], line["may_review"], line["open"]) == (WHY, False, True)
    (seen,) = [
        one
        for one in told.people.get(DPO, "/api/v1/emergency-accesses").json()["accesses"]
        if one["access"] == access
    ]
    assert (seen["reason"], seen["may_review"]) == (WHY, True)
    assert code(review(told, manager, story, access)) == "role_not_held"
    assert code(review(told, DPO, story, access, note=" ")) == "reason_invalid"
    assert code(review(told, DPO, story, str(uuid4()))) == "unknown_emergency"
    done = review(told, DPO, story, access, justified=False, note="Non era in pericolo.")
    assert (done.status_code, done.json()["accesses"][0]["justified"]) == (200, False)
    assert code(review(told, DPO, story, access)) == "reviewed_already"
    assert told.people.get(FAR, f"/api/v1/cases/{story.case}").status_code == 404
    assert access not in pending(told, DPO)
    told.conforms(story)


def test_of_a_case_of_violence_the_anti_violence_centre_is_told_too(told: Told) -> None:
    story = told.case(recipients=None, who={"sealed": True}, attributes={"violence": True})
    alerted = opening(told, FAR, story).json()["alerted"]
    assert {"cav-1", "cav-2", DPO} < set(alerted)
    assert told.people.get(FAR, f"/api/v1/cases/{story.case}").json()["comune"] == {
        "withheld": "identity"
    }


def test_what_was_typed_stands_readable_nowhere(told: Told) -> None:
    story = told.case()
    assert opening(told, FAR, story).status_code == 201
    service = told.people.service
    entries = list(service.recorder.read(story._uuid(), 0))
    assert not any(b"Vizzolo" in entry.state for entry in entries)
