"""Every look at a case is written down: who, by what right, through which door, what was shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute

from api.http.app import ROUTERS
from api.http.looks import ReadRoute
from domain.log.errors import LogUnavailable
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.proof.audit import audit
from domain.proof.keys import read_verifiers
from domain.proof.place import archive_of
from domain.reads.events import Read, ReadsRecorded
from domain.verify import verify_log
from projections.verify import compare
from protocols.registry import Registry
from tests.api.conftest import DESK, DISTRICT, MELZO, REFERENT, TERRITORY, People, holder
from tests.api.conftest import _application as application

AUDITOR = holder("auditor", "audit")
ELSEWHERE = holder("municipal_referent", "comune:015205")
MANAGER = holder("management", "management")
DESIGNER = holder("designer", "design")


def logged(people: People) -> list[Read]:
    """The read log, oldest first, as the case log holds it."""
    assert people.app.state.parts.reads.flush()
    service = people.service
    events = service.mapper.read_all(service.recorder.read_from(0, 10_000))
    found = [event.body for event in events if isinstance(event.body, ReadsRecorded)]
    return [read for body in found for read in body.reads]


def person_of(people: People, case: str) -> UUID:
    return UUID(people.service.state(UUID(case)).opened.person)


def test_a_read_says_who_by_what_right_which_door_and_which_categories(people: People) -> None:
    case = people.case()
    data = {"need": "work", "notes": "dorme poco"}
    assert people.complete(REFERENT, case, "triage", "complex", data).status_code == 200
    for person in (REFERENT, AUDITOR):
        assert people.get(person, f"/api/v1/cases/{case}/history").status_code == 200
    mine, auditors = logged(people)
    assert (mine.by, mine.case, mine.person) == (REFERENT, UUID(case), person_of(people, case))
    assert mine.door == "/api/v1/cases/{case}/history"
    assert "comune" in mine.grounds
    assert f"municipal_referent@comune:{MELZO}" in mine.roles
    assert "clinical" in mine.shown
    assert not mine.withheld
    assert auditors.grounds == ("audit",)
    assert "clinical" in auditors.withheld
    assert "clinical" not in auditors.shown


@pytest.mark.parametrize("path", ["", "/history", "/state", "/timeline", "/events"])
def test_each_door_to_a_case_is_logged_and_so_is_each_refusal(people: People, path: str) -> None:
    case = people.case()
    assert people.get(REFERENT, f"/api/v1/cases/{case}{path}").status_code == 200
    assert people.get(ELSEWHERE, f"/api/v1/cases/{case}{path}").status_code == 404
    seen, refused = logged(people)
    assert (seen.refused, refused.refused) == (False, True)
    assert (refused.by, refused.case, refused.shown) == (ELSEWHERE, UUID(case), ())
    assert seen.door == refused.door == f"/api/v1/cases/{{case}}{path}"


def test_a_task_and_what_management_may_not_see_are_logged(people: People) -> None:
    case = people.case()
    assert people.get(DISTRICT, f"/api/v1/tasks/{case}:triage").status_code == 200
    assert people.get(MANAGER, f"/api/v1/cases/{case}/history").status_code == 403
    assert [(read.by, read.refused) for read in logged(people)] == [
        (DISTRICT, False),
        (MANAGER, True),
    ]


def test_what_answers_nothing_of_a_case_is_no_read_of_it(people: People) -> None:
    case = people.case()
    assert people.get(REFERENT, f"/api/v1/cases/{uuid4()}").status_code == 404
    assert people.get(None, f"/api/v1/cases/{case}").status_code == 401
    assert people.get(REFERENT, f"/api/v1/tasks/{case}:nowhere").status_code == 404
    assert people.get(REFERENT, "/api/v1/cases").status_code == 200
    assert people.triage(case).status_code == 200
    assert logged(people) == []


def test_the_name_is_shown_or_withheld_and_the_log_says_which(people: People) -> None:
    case = people.case()
    for person in (REFERENT, AUDITOR, DISTRICT):
        people.get(person, f"/api/v1/cases/{case}")
    assert [(read.shown, read.withheld) for read in logged(people)] == [
        (("identity",), ()),
        ((), ("identity",)),
        ((), ("identity",)),
    ]


def test_where_a_sealed_case_lives_counts_as_identity(people: People) -> None:
    case = people.case(person={"first_name": "Nadia", "last_name": "Rossi", "sealed": True})
    for person in (REFERENT, AUDITOR):
        people.get(person, f"/api/v1/cases/{case}/state")
    shown, hidden = logged(people)
    assert ("identity" in shown.shown, "identity" in hidden.withheld) == (True, True)


def test_every_door_that_names_a_case_or_a_person_is_of_the_kind_that_logs() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    doors = [
        route
        for route in routes
        if isinstance(route, APIRoute)
        and "GET" in route.methods
        and any(part in route.path for part in ("{case}", "{task_id}", "{person}"))
    ]
    assert len(doors) >= 8
    assert [route.path for route in doors if not isinstance(route, ReadRoute)] == []


def test_nothing_is_shown_that_cannot_be_written_down(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = people.case()
    journal = people.app.state.parts.reads
    append = people.service.recorder.append

    def away(*_: Any, **__: Any) -> Any:
        raise LogUnavailable

    monkeypatch.setattr(people.service.recorder, "append", away)
    monkeypatch.setattr(journal, "_most", 2)
    assert people.get(REFERENT, f"/api/v1/cases/{case}").status_code == 200
    assert people.get(REFERENT, f"/api/v1/cases/{case}").status_code == 200
    for person in (REFERENT, ELSEWHERE):
        answer = people.get(person, f"/api/v1/cases/{case}")
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"]
        assert "D'Adda" not in answer.text
    monkeypatch.setattr(people.service.recorder, "append", append)
    assert len(logged(people)) == 2
    assert people.get(REFERENT, f"/api/v1/cases/{case}").status_code == 200
    assert len(logged(people)) == 3


def test_the_log_with_its_reads_is_verified_and_sealed_like_any_other(people: People) -> None:
    case = people.case()
    for _ in range(3):
        people.get(REFERENT, f"/api/v1/cases/{case}")
        assert people.app.state.parts.reads.flush()
    settings = people.app.state.parts.settings
    assert [f for f in verify_log(settings.database_url).findings if "read" in f.code] == []
    people.project()
    projector = people.projector
    models = [projector.models["reads"]]
    assert compare(settings.database_url, people.service.recorder, models).differences == []
    archive = archive_of(settings.home)
    assert not audit(people.service.recorder, archive, read_verifiers(archive.keys)).flaws


def test_the_auditor_asks_who_read_and_that_is_logged_too(people: People) -> None:
    case = people.case()
    person = person_of(people, case)
    people.get(REFERENT, f"/api/v1/cases/{case}")
    people.get(ELSEWHERE, f"/api/v1/cases/{case}")
    logged(people)
    people.project()
    path = f"/api/v1/persons/{person}/reads"
    after = people.last_position()
    found = people.get(AUDITOR, path, after=after).json()["reads"]
    assert [(row["reader"], row["refused"]) for row in found] == [
        (ELSEWHERE, True),
        (REFERENT, False),
    ]
    assert found[1]["shown"] == ["identity"]
    assert [row["reader"] for row in people.get(AUDITOR, path, by=REFERENT).json()["reads"]] == [
        REFERENT
    ]
    page = people.get(AUDITOR, path, limit=1).json()
    following = people.get(AUDITOR, path, limit=1, cursor=page["cursor"]).json()
    assert [page["reads"][0], following["reads"][0]] == found
    assert people.get(DESIGNER, path).status_code == 403
    last = logged(people)[-2:]
    assert [(read.by, read.person, read.refused) for read in last] == [
        (AUDITOR, person, False),
        (DESIGNER, person, True),
    ]


def test_the_person_is_told_who_looked_day_by_day_by_those_in_charge(people: People) -> None:
    case = people.case()
    person = person_of(people, case)
    for _ in range(2):
        people.get(REFERENT, f"/api/v1/cases/{case}")
    people.get(ELSEWHERE, f"/api/v1/cases/{case}")
    logged(people)
    people.project()
    path = f"/api/v1/persons/{person}/readers"
    answer = people.get(REFERENT, path)
    assert answer.status_code == 200, answer.text
    rows = {row["reader"]: row for row in answer.json()["readers"]}
    assert rows[REFERENT]["times"] == 2
    assert rows[REFERENT]["categories"] == ["identity"]
    assert f"comune:{MELZO}" in rows[REFERENT]["organisations"]
    assert (rows[ELSEWHERE]["times"], rows[ELSEWHERE]["refused"]) == (0, 1)
    today = people.service.clock.now().astimezone(TERRITORY.timezone).date()
    assert rows[REFERENT]["day"] == today.isoformat()
    assert people.get(MANAGER, path).status_code == 200
    for stranger in (ELSEWHERE, DESIGNER):
        assert people.get(stranger, path).status_code == 403
    assert "D'Adda" not in answer.text


def test_an_unknown_person_is_refused_alike(people: People) -> None:
    assert people.get(REFERENT, f"/api/v1/persons/{uuid4()}/readers").status_code == 403
    assert people.get(AUDITOR, f"/api/v1/persons/{uuid4()}/readers").status_code == 404
    assert people.get(DESK, f"/api/v1/persons/{uuid4()}/reads").status_code == 403


def test_an_application_that_ends_in_good_order_leaves_no_read_unwritten(
    database_url: str, tmp_path: Path, registry: Registry
) -> None:
    with application(database_url, tmp_path / "home", registry) as people:
        case = people.case()
        for _ in range(3):
            assert people.get(REFERENT, f"/api/v1/cases/{case}").status_code == 200
    with CaseLogRecorder.connect(database_url) as recorder:
        stored = CaseLogMapper().read_all(recorder.read_from(0, 1_000))
        batches = [event.body.reads for event in stored if isinstance(event.body, ReadsRecorded)]
    assert [read.by for batch in batches for read in batch] == [REFERENT] * 3
