"""Publishing through the door, and what the designer never sees there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from api.http.app import ROUTERS, create_app
from domain.clock import MovableClock
from domain.installation import initialise
from domain.publishing.installing import install_pack
from domain.service import CaseService
from domain.settings import Settings
from tests.api.conftest import MINI, People, referral, serving
from tests.publishing.conftest import (
    DESK,
    FASTER,
    MANAGER,
    TERRITORY,
    TODAY,
    connect,
    holder,
)

DRAFTS = "/api/v1/protocols/small/drafts"
DESIGNER = "design-1"


@pytest.fixture
def people(database_url: str, pack: Path, tmp_path: Path) -> Iterator[People]:
    initialise(database_url, "training")
    folder = tmp_path / "pack" / "protocols"
    for protocol in (pack / "protocols" / "small", MINI):
        (folder / protocol.name).mkdir(parents=True)
        text = (protocol / "1.0.0.yaml").read_text()
        (folder / protocol.name / "1.0.0.yaml").write_text(text)
    own = connect(database_url, tmp_path / "pack")
    install_pack(own.recorder, tmp_path / "pack")
    clock = MovableClock(own.recorder.datastore)  # type: ignore[arg-type]
    service = CaseService(own.recorder, own.registry, TERRITORY, clock, b"k" * 32)
    app = create_app(Settings(database_url, home=tmp_path / "home", training=True), service)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield People(app, http)


def posted(people: People, by: str, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = people.post(by, f"{DRAFTS}{path}", body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_version_is_drafted_proved_approved_and_published(people: People) -> None:
    body = {"text": FASTER, "reason": "tempi più stretti"}
    key = str(uuid4())
    first = people.post(DESIGNER, DRAFTS, body, key)
    assert first.status_code == 201, first.text
    again = people.post(DESIGNER, DRAFTS, body, key)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == {**first.json(), "replayed": True}
    digest = first.json()["edition"]["digest"]
    said = {"digest": digest[:12], "reason": "concordato"}
    assert posted(people, DESIGNER, "/1.1.0/approve", said, 403)["type"].endswith("role_not_held")
    assert posted(people, DESIGNER, "/1.1.0/propose", said)["edition"]["status"] == "proposed"
    assert posted(people, MANAGER.id, "/1.1.0/reject", said)["edition"]["status"] == "rejected"
    posted(people, DESIGNER, "", body, 201)
    posted(people, DESIGNER, "/1.1.0/propose", said)
    posted(people, MANAGER.id, "/1.1.0/approve", said)
    day = {"digest": digest, "valid_from": TODAY.isoformat()}
    published = posted(people, DESIGNER, "/1.1.0/publish", day)
    assert published["edition"]["valid_from"] == TODAY.isoformat()
    detail = people.get(MANAGER.id, f"{DRAFTS}/1.1.0").json()
    assert detail["text"] == FASTER
    assert [moment["kind"] for moment in detail["history"]] == [
        "drafted", "proposed", "rejected", "changed", "proposed", "approved", "published",
    ]  # fmt: skip
    assert detail["history"][1]["proof"]["states"] > 0
    case = people.case(protocol="small")
    assert people.get(DESK.id, f"/api/v1/cases/{case}").json()["protocol"] == "small"
    listed = people.get(DESK.id, "/api/v1/protocols").json()["protocols"]
    days = {f"{p['protocol']} {p['version']}": p["valid_from"] for p in listed}
    assert days["small 1.0.0"] == "2021-01-01"
    assert days["small 1.1.0"] == TODAY.isoformat()
    retired = {"until": TODAY.isoformat(), "reason": "superata"}
    posted(people, MANAGER.id, "/1.1.0/retire", retired)
    statuses = {e["label"]: e["status"] for e in people.get(DESIGNER, DRAFTS).json()["editions"]}
    assert statuses == {"1.0.0": "published", "1.1.0": "retired"}


def test_drafts_are_for_those_who_write_and_decide_them(people: People) -> None:
    posted(people, DESIGNER, "", {"text": FASTER, "reason": "prova"}, 201)
    for path in ("", "/1.1.0"):
        assert people.get(DESK.id, f"{DRAFTS}{path}").status_code == 403
        assert people.get(MANAGER.id, f"{DRAFTS}{path}").status_code == 200
    assert people.get(DESIGNER, f"{DRAFTS}/1.1.1").status_code == 404
    assert people.get(DESIGNER, "/api/v1/protocols/none/drafts").status_code == 404
    wrong = FASTER.replace("after: meet.complex", "after: meet.complexx")
    written = posted(people, DESIGNER, "", {"text": wrong, "reason": "prova"}, 201)
    said = {"digest": written["edition"]["digest"], "reason": "concordato"}
    problem = posted(people, DESIGNER, "/1.1.0/propose", said, 422)
    assert problem["errors"][0]["field"].startswith("text:")


PLANTED = {
    "first_name": "Nomesegreto",
    "last_name": "Cognomesegreto",
    "tax_code": "RSSMRA80A01F205X",
    "birth_date": "1980-01-01",
    "address": "Via Segreta 7",
    "phone": "3331234567",
    "email": "segreto@example.org",
    "sex": "F",
}
NOTES = "dorme poco e beve"


def test_the_designer_finds_nothing_personal_behind_any_address(people: People) -> None:
    made = people.refer(**referral(person=PLANTED))
    assert made.status_code == 201, made.text
    case = made.json()["case"]
    done = people.complete(
        holder("municipal_referent", "comune:015142").id,
        case,
        "triage",
        "complex",
        {"need": "work", "notes": NOTES},
    )
    assert done.status_code == 200, done.text
    keeper = holder("work_referent", "employment").id
    bakery = {"name": "Panificio", "comune": "Cassano d'Adda", "staff": 8, "places": 2}
    host = people.post(keeper, "/api/v1/hosts", bakery).json()["host"]
    people.project()
    known = {
        "case": case, "task_id": f"{case}:team", "host_id": host, "protocol": "small",
        "version": "1.0.0", "other": "1.0.0", "label": "1.0.0", "name": "referrals",
    }  # fmt: skip
    planted = [value for name, value in PLANTED.items() if name != "sex"] + [NOTES]
    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    seen, unknown = 0, str(uuid4())
    for route in routes:
        if "GET" not in route.methods:
            continue
        names = [field.alias for field in route.dependant.path_params]
        path = route.path.format(**{name: known.get(name, unknown) for name in names})
        asked: list[dict[str, Any]] = [{}]
        asked += [{"mine": "false"}] if route.path == "/api/v1/tasks" else []
        asked += [{"stage": case[:8]}] if route.path == "/api/v1/cases" else []
        asked = [{"on": "2026-03-12"}] if route.path.endswith("/could-see") else asked
        for parameters in asked:
            answer = people.get(DESIGNER, path, **parameters)
            seen += answer.status_code == 200
            assert answer.status_code < 500, path
            for value in planted:
                assert value not in answer.text, (path, value)
            if path == "/api/v1/tasks/counts":
                assert set(answer.json().values()) == {0}
            elif "/cases/" in path or "/tasks/" in path or "/hosts" in path:
                assert answer.status_code in (403, 404), path
            else:
                # Not even that there is such a case.
                assert case not in answer.text.replace(path, ""), path
    assert seen >= 8
    assert people.get(DESIGNER, "/api/v1/tasks", mine="false").json()["tasks"] == []
