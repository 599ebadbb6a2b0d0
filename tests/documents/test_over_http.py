"""Documents through the door: attached once, given out to who may, named in forms."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from domain.documents.store import FolderStore
from domain.verify import verify_log
from protocols.language.answers import check
from protocols.language.forms import Form, FormField
from protocols.text import Text
from tests.api.conftest import REFERENT, People, holder
from tests.documents import made
from tests.documents.attaching import NAME, attach, files, listed

CLINICIAN = holder("clinical_referent", "service:cps-melzo")
AUDITOR = holder("auditor", "audit")
ELSEWHERE = holder("municipal_referent", "comune:015205")


def test_what_was_attached_is_given_out_as_it_was(
    people: People, case: str, store: FolderStore
) -> None:
    answer = attach(people, REFERENT, case, title="Relazione", task="triage")
    assert answer.status_code == 201, answer.text
    added = answer.json()
    assert (added["media_type"], added["size"]) == ("application/pdf", len(made.PDF))
    sealed = store.path_of(added["sha256"]).read_bytes()
    assert hashlib.sha256(sealed).hexdigest() == added["sha256"]
    assert made.PDF[:20] not in sealed
    assert store.path_of(added["sha256"]).stat().st_mode & 0o777 == 0o600
    (line,) = listed(people, REFERENT, case)
    assert (line["name"], line["title"], line["state"]) == (NAME, "Relazione", "attached")
    got = people.get(REFERENT, f"/api/v1/cases/{case}/documents/{added['document']}")
    assert (got.status_code, got.content) == (200, made.PDF)
    assert got.headers["content-type"] == "application/pdf"
    disposition = got.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert f"filename*=UTF-8''{quote(NAME, safe='')}" in disposition
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "no-store" in got.headers["cache-control"]


def test_nothing_personal_of_a_document_stands_readable_in_the_log(
    people: People, case: str
) -> None:
    document = attach(people, REFERENT, case, title="Segretissimo").json()["document"]
    stored = b"".join(entry.state for entry in people.service.recorder.read(UUID(case)))
    assert document.encode() in stored
    plain = hashlib.sha256(made.PDF).hexdigest()
    for secret in ("Segretissimo", NAME, "Pecchi", plain):
        assert secret.encode() not in stored


def test_a_category_is_shown_to_who_may_read_it_and_the_look_is_recorded(
    people: People, case: str
) -> None:
    document = attach(people, CLINICIAN, case, category="clinical").json()["document"]
    path = f"/api/v1/cases/{case}/documents/{document}"
    assert people.get(CLINICIAN, path).content == made.PDF
    refused = people.get(REFERENT, path)
    assert (refused.status_code, refused.json()["type"]) == (
        403, "urn:cantiere:problem:not_for_this_role",
    )  # fmt: skip
    (line,) = listed(people, REFERENT, case)
    assert line["name"] == {"withheld": "clinical"}
    assert people.get(ELSEWHERE, path).status_code == 404
    history = people.get(REFERENT, f"/api/v1/cases/{case}/history").json()["events"]
    body = next(e["body"] for e in history if e["kind"] == "case.document-attached")
    assert body["personal"]["name"] == {"withheld": "clinical"}
    people.last_position()
    people.project()
    person = people.service.state(UUID(case)).attributes["person"]
    reads = people.get(AUDITOR, f"/api/v1/persons/{person}/reads", by=CLINICIAN).json()["reads"]
    assert ["clinical"] in [r["shown"] for r in reads if r["door"].endswith("{document}")]


@pytest.mark.parametrize(
    ("content", "name", "declared", "status", "code"),
    [
        (b"", "a.txt", "", 422, "document_empty"),
        (b"MZ\x90\x00", "a.pdf", "application/pdf", 422, "type_unknown"),
        (made.PNG, "a.pdf", "", 422, "name_lies"),
        (made.TEXT, "a.txt", "application/pdf", 422, "type_lies"),
        (made.pdf_with(b"<< /S /JavaScript >>"), "a.pdf", "", 422, "active_content"),
        (made.TEXT, "a\0.txt", "", 422, "document_invalid"),
        (made.TEXT, "a" * 300, "", 422, "document_invalid"),
        (made.TEXT, "fdp.\u202etxt", "", 422, "document_invalid"),
        (made.TEXT, "../a.txt", "", 422, "document_invalid"),
    ],
)
def test_what_may_not_be_attached_leaves_nothing(
    people: People, case: str, store: FolderStore, content: bytes, name: str, declared: str,
    status: int, code: str,
) -> None:  # fmt: skip
    before, version = files(store), people.service.state(UUID(case)).version
    answer = attach(people, REFERENT, case, content, name, declared=declared)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:cantiere:problem:{code}")
    assert (files(store), people.service.state(UUID(case)).version) == (before, version)


def test_who_has_no_hand_in_the_case_attaches_nothing(people: People, case: str) -> None:
    assert attach(people, ELSEWHERE, case).status_code == 404
    assert attach(people, AUDITOR, case).status_code == 403
    assert attach(people, REFERENT, str(uuid4())).status_code == 404
    answer = attach(people, REFERENT, case, task="nowhere")
    assert answer.json()["errors"][0]["field"] == "task"


def test_a_repeated_request_attaches_once(people: People, case: str, store: FolderStore) -> None:
    before = files(store)
    once = attach(people, REFERENT, case, key=f"{case}-once").json()
    again = attach(people, REFERENT, case, key=f"{case}-once")
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == {**once, "replayed": True}
    other = attach(people, REFERENT, case, made.TEXT, "a.txt", key=f"{case}-once")
    assert (other.status_code, other.json()["type"]) == (409, "urn:cantiere:problem:command_reused")
    assert files(store) - before == {once["sha256"]}
    # The same content by another request is another document.
    answer = attach(people, REFERENT, case)
    assert answer.status_code == 201, answer.text
    other = answer.json()
    assert other["sha256"] != once["sha256"]
    assert len(listed(people, REFERENT, case)) == 2


def test_many_at_once_are_all_attached_and_one_request_once(
    people: People, case: str, store: FolderStore
) -> None:
    before = files(store)
    keys = [f"{case}-{n // 2}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda key: attach(people, REFERENT, case, key=key), keys))
    assert {answer.status_code for answer in answers} == {201}
    lines = listed(people, REFERENT, case)
    assert len(lines) == 4
    assert files(store) - before == {line["sha256"] for line in lines}


def test_the_log_with_documents_in_it_is_as_it_should_be(people: People, case: str) -> None:
    document = attach(people, REFERENT, case).json()["document"]
    path = f"/api/v1/cases/{case}/documents/{document}/withdraw"
    assert people.post(REFERENT, path, {"reason": "Per errore."}).status_code == 200
    url = people.app.state.parts.settings.database_url
    codes = {finding.code for finding in verify_log(url).findings}
    # The shipped pack does not know this test's protocol.
    assert codes <= {"unknown_protocol"}


def test_a_form_may_name_what_is_attached_to_its_own_case(people: People, case: str) -> None:
    other = people.case()
    mine, others = (attach(people, REFERENT, of).json()["document"] for of in (case, other))
    form = Form(title=Text("Atto"), fields={"act": FormField(type="document", title=Text("Atto"))})
    service = people.service

    def wrong(document: str) -> bool:
        known = service.ground(service.state(UUID(case))).known
        return bool(check(form, {"act": document}, known)[2])

    assert not wrong(mine)
    assert wrong(others)
    path = f"/api/v1/cases/{case}/documents/{mine}/withdraw"
    assert people.post(REFERENT, path, {"reason": "Per errore."}).status_code == 200
    assert wrong(mine)
