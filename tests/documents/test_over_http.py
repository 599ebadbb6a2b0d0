"""Documents through the door: attached, given out to who may, withdrawn, erased."""

from __future__ import annotations

import errno
import hashlib
import secrets
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from domain.documents.consistency import document_flaws
from domain.documents.store import FolderStore
from domain.documents.sweeping import YOUNG, sweep
from domain.person.forgetting import forget
from domain.refusal import Refused
from domain.verify import verify_log
from protocols.language.answers import check
from protocols.language.forms import Form, FormField
from protocols.text import Text
from tests.api.conftest import DESK, REFERENT, People, holder
from tests.documents import made

NAME = "Relazione dell'équipe (Cassina de' Pecchi).pdf"
CLINICIAN = holder("clinical_referent", "service:cps-melzo")
AUDITOR = holder("auditor", "audit")
ELSEWHERE = holder("municipal_referent", "comune:015205")


@pytest.fixture(scope="module")
def people(shared_people: People) -> People:
    return shared_people


@pytest.fixture
def case(people: People) -> str:
    return people.case()


@pytest.fixture
def store(people: People) -> FolderStore:
    store: FolderStore = people.service.documents.store
    return store


def attach(
    people: People, by: str, case: str, content: Any = made.PDF, name: str = NAME, **more: Any
) -> Any:
    key = more.pop("key", None) or str(uuid4())
    headers = people.headers(by, Idempotency_Key=key, Document_Name=quote(name))
    if title := more.pop("title", ""):
        headers["Document-Title"] = quote(title)
    if declared := more.pop("declared", ""):
        headers["Content-Type"] = declared
    path = f"/api/v1/cases/{case}/documents"
    return people.http.post(path, params=more, content=content, headers=headers)


def files(store: FolderStore) -> set[str]:
    return {file.name for file in store.stored()}


def listed(people: People, by: str, case: str) -> list[Any]:
    found: list[Any] = people.get(by, f"/api/v1/cases/{case}/documents").json()["documents"]
    return found


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


def _pieces(megabytes: int, piece: bytes) -> Iterator[bytes]:
    yield b"\x89PNG\r\n\x1a\n" + piece[8:]
    for _ in range(megabytes - 1):
        yield piece


def test_fifty_megabytes_go_in_and_come_out_and_more_do_not(
    people: People, case: str, store: FolderStore
) -> None:
    piece = secrets.token_bytes(2**20)
    before = files(store)
    answer = attach(people, REFERENT, case, _pieces(50, piece), "foto.png")
    assert answer.status_code == 201, answer.text
    wanted = hashlib.sha256(b"".join(_pieces(50, piece))).digest()
    found = hashlib.sha256()
    path = f"/api/v1/cases/{case}/documents/{answer.json()['document']}"
    with people.http.stream("GET", path, headers=people.headers(REFERENT)) as got:
        for part in got.iter_bytes():
            found.update(part)
    assert found.digest() == wanted
    too_large = attach(people, REFERENT, case, _pieces(51, piece), "foto.png")
    assert too_large.status_code == 413
    assert "50 MB" in too_large.json()["detail"]
    assert files(store) - before == {answer.json()["sha256"]}


def test_a_withdrawn_document_is_destroyed_and_its_reason_stays(
    people: People, case: str, store: FolderStore
) -> None:
    added = attach(people, DESK, case).json()
    path = f"/api/v1/cases/{case}/documents/{added['document']}"
    assert people.post(CLINICIAN, f"{path}/withdraw", {"reason": "Non mio."}).status_code == 403
    done = people.post(DESK, f"{path}/withdraw", {"reason": "È di un'altra."}, key=path[:200])
    assert done.status_code == 200, done.text
    assert not store.path_of(added["sha256"]).exists()
    assert people.get(REFERENT, path).status_code == 410
    (line,) = listed(people, REFERENT, case)
    assert (line["state"], line["reason"]) == ("withdrawn", "È di un'altra.")
    again = people.post(DESK, f"{path}/withdraw", {"reason": "Ancora."})
    assert again.status_code == 404
    stored = b"".join(entry.state for entry in people.service.recorder.read(UUID(case)))
    assert b"altra" not in stored


def test_a_file_that_was_altered_is_not_shown_and_is_found(
    people: People, case: str, store: FolderStore
) -> None:
    one, two = (attach(people, REFERENT, case).json() for _ in range(2))
    first, second = store.path_of(one["sha256"]), store.path_of(two["sha256"])
    path = f"/api/v1/cases/{case}/documents/{one['document']}"
    sealed, other = first.read_bytes(), second.read_bytes()

    def flaws() -> set[tuple[str, str]]:
        found = document_flaws(people.service.recorder, store)
        return {(flaw.code, flaw.document) for flaw in found if flaw.case == UUID(case)}

    assert flaws() == set()
    for altered in (other, sealed[:-1], sealed + b"x", b""):
        first.write_bytes(altered)
        answer = people.get(REFERENT, path)
        assert (answer.status_code, answer.json()["type"]) == (
            500, "urn:cantiere:problem:document_unusable",
        )  # fmt: skip
        assert flaws() == {("document_altered", one["document"])}
    first.unlink()
    assert people.get(REFERENT, path).status_code == 500
    assert flaws() == {("document_missing", one["document"])}
    first.write_bytes(sealed)
    assert people.get(REFERENT, path).content == made.PDF


def test_what_nothing_refers_to_is_swept_after_a_day(
    people: People, case: str, store: FolderStore
) -> None:
    kept = attach(people, REFERENT, case).json()["sha256"]
    # As a process leaves it that dies before, and after, the file is whole.
    unfinished, orphan = store.begin(), store.begin()
    unfinished.write(b"half")
    orphan.write(secrets.token_bytes(40))
    digest = orphan.keep()
    recorder, now = people.service.recorder, datetime.now(UTC)
    early = sweep(recorder, store, now, sealed=0)
    assert (early.removed, early.young) == (0, 2)
    with pytest.raises(Refused) as refused:
        sweep(recorder, store, now + YOUNG, sealed=recorder.last_position() + 1)
    assert refused.value.code == "log_shorter"
    assert digest in files(store)
    late = sweep(recorder, store, now + YOUNG, sealed=0)
    assert (late.removed, late.young) == (2, 0)
    assert kept in files(store)
    assert digest not in files(store)
    assert all(file.sha256 for file in store.stored())


def test_a_line_that_drops_leaves_nothing(people: People, case: str, store: FolderStore) -> None:
    before = files(store)
    headers = people.headers(
        REFERENT, Idempotency_Key=str(uuid4()), Document_Name="a.pdf", Content_Length="1000000",
    )  # fmt: skip
    lines = [f"POST /api/v1/cases/{case}/documents HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    address = (str(people.http.base_url.host), int(people.http.base_url.port or 0))
    with socket.create_connection(address) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + made.PDF)
        wait_until(lambda: files(store) - before)
    wait_until(lambda: files(store) == before)
    assert listed(people, REFERENT, case) == []


def wait_until(happened: Callable[[], Any]) -> None:
    deadline = monotonic() + 20
    while not happened():
        assert monotonic() < deadline
        sleep(0.01)


class _Full:
    """A disk that is full after the first segment."""

    def __init__(self, incoming: Any) -> None:
        self._incoming = incoming
        self._file, self._left = incoming._file, 300_000

    def write(self, data: Any) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_full_disk_is_said_and_leaves_nothing(
    people: People, case: str, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, begin = files(store), FolderStore.begin

    def full(self: FolderStore, expected: int = 0) -> Any:
        incoming: Any = begin(self, expected)
        incoming._file = _Full(incoming)
        return incoming

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "begin", full)
        answer = attach(people, REFERENT, case, b"a" * 2**20, "a.txt")
        assert (answer.status_code, answer.json()["type"]) == (507, "urn:cantiere:problem:no_room")
    with monkeypatch.context() as patched:
        patched.setattr(store, "_reserve", 2**60)
        assert attach(people, REFERENT, case).status_code == 507
    assert files(store) == before
    assert listed(people, REFERENT, case) == []


def test_after_erasure_nothing_can_be_read_and_the_log_is_sound(
    people: People, case: str, store: FolderStore
) -> None:
    added = attach(people, REFERENT, case, title="Un titolo").json()
    sealed = store.path_of(added["sha256"]).read_bytes()
    person = UUID(people.service.state(UUID(case)).attributes["person"])
    forget(people.service, [person])
    assert not store.path_of(added["sha256"]).exists()
    path = f"/api/v1/cases/{case}/documents/{added['document']}"
    # Even if the file came back from a backup.
    store.path_of(added["sha256"]).write_bytes(sealed)
    gone = people.get(REFERENT, path)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:cantiere:problem:person_erased")
    assert "[cancellato]" in gone.json()["detail"]
    (line,) = listed(people, REFERENT, case)
    assert (line["state"], line["name"], line["title"]) == (
        "erased",
        "[cancellato]",
        "[cancellato]",
    )
    assert attach(people, REFERENT, case).status_code == 409
    found = document_flaws(people.service.recorder, store)
    assert [flaw.code for flaw in found if flaw.case == UUID(case)] == ["document_not_destroyed"]
    assert sweep(people.service.recorder, store, datetime.now(UTC), sealed=0).removed == 1


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


def test_without_a_place_for_documents_it_is_said(
    people: People, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people.service, "documents", None)
    answer = attach(people, REFERENT, case)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
