"""Notes and questions between those who work on a case: who asks whom, reads, answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.conformance import check_case
from tests.api.conftest import DESK, DISTRICT, REFERENT, People, holder

OTHER = holder("municipal_referent", "comune:015175")
CANARY = "beve da quando ha perso il lavoro"


def _write(people: People, by: str, case: str, text: str = CANARY, **more: Any) -> Any:
    key = more.pop("key", None)
    return people.post(by, f"/api/v1/cases/{case}/notes", {"text": text, **more}, key)


def _notes(people: People, by: str, case: str) -> list[dict[str, Any]]:
    return people.get(by, f"/api/v1/cases/{case}/notes").json()["notes"]


def test_a_question_waits_for_whom_it_was_put_to_until_it_is_answered(people: People) -> None:
    case = people.case()
    asked = _write(people, REFERENT, case, to=DESK)
    assert asked.status_code == 200, asked.text
    with people.projecting():
        after = people.last_position()
        mine = people.get(DESK, "/api/v1/questions", after=after).json()["questions"]
        assert [(q["case"], q["asked_by"], q["mine"]) for q in mine] == [(case, REFERENT, False)]
        assert people.get(REFERENT, "/api/v1/questions").json()["questions"][0]["mine"]
        refused = _write(people, REFERENT, case, "rispondo da sola", answers=mine[0]["note"])
        assert refused.json()["type"].endswith(":question_to_others")
        answer = _write(people, DESK, case, "Lo so.", answers=mine[0]["note"])
        assert answer.status_code == 200, answer.text
        again = _write(people, DESK, case, "Di nuovo.", answers=mine[0]["note"])
        assert again.json()["type"].endswith(":no_open_question")
        after = people.last_position()
        assert people.get(DESK, "/api/v1/questions", after=after).json()["questions"] == []
    question, reply = _notes(people, REFERENT, case)
    assert (question["text"], question["waits"]) == (CANARY, False)
    assert (reply["to"], reply["answers"]) == (REFERENT, question["note"])


def test_what_is_written_stands_nowhere_readable(people: People) -> None:
    case = people.case()
    _write(people, REFERENT, case)
    people.project()
    with psycopg.connect(people.app.state.parts.settings.database_url) as connection:
        log = connection.execute("SELECT state FROM stored_events").fetchall()
    assert not any(CANARY.encode() in state for (state,) in log)
    shown = people.get(REFERENT, f"/api/v1/cases/{case}/history").text
    assert CANARY in shown
    service = people.service
    checked = check_case(
        UUID(case), service.history(UUID(case)), service.registry, service.territory
    )
    assert checked.findings == []


def test_only_those_at_work_on_the_case_write_and_are_asked(people: People) -> None:
    case = people.case()
    assert _write(people, OTHER, case).status_code == 404
    outsider = _write(people, REFERENT, case, to=OTHER)
    assert outsider.status_code == 422
    assert outsider.json()["errors"][0]["field"] == "to"
    assert _write(people, REFERENT, case, to=REFERENT).status_code == 422
    assert _write(people, REFERENT, case, task="nessuno").json()["errors"][0]["field"] == "task"
    listed = people.get(REFERENT, f"/api/v1/cases/{case}/notes").json()["addressees"]
    assert DESK in listed
    assert OTHER not in listed
    assert REFERENT not in listed


def test_clinical_words_pass_between_two_and_are_withheld_from_others(people: People) -> None:
    case = people.case()
    _write(people, REFERENT, case, category="clinical", to=DESK)
    assert _notes(people, DESK, case)[0]["text"] == CANARY
    others = _notes(people, DISTRICT, case)
    assert others[0]["text"] == {"withheld": "clinical"}
    history = people.get(DISTRICT, f"/api/v1/cases/{case}/history").json()["events"]
    assert history[-1]["body"]["personal"] == {"text": {"withheld": "clinical"}}


def test_a_note_is_written_once_however_often_it_is_sent(people: People) -> None:
    case = people.case()
    key = str(uuid4())
    first = _write(people, REFERENT, case, key=key).json()
    second = _write(people, REFERENT, case, key=key).json()
    assert (second["replayed"], second["version"]) == (True, first["version"])
    assert _write(people, REFERENT, case, "altro", key=key).status_code == 409
    assert len(_notes(people, REFERENT, case)) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "con\x00NUL", "\u202eal contrario"])
def test_a_bad_text_is_refused_at_its_field(people: People, text: str) -> None:
    case = people.case()
    answer = _write(people, REFERENT, case, text)
    assert answer.status_code == 422, answer.text
    assert "text" in answer.json()["errors"][0]["field"]
