"""Documents that are withdrawn, altered, swept, erased, or never arrive whole."""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.documents.consistency import document_flaws
from domain.documents.store import FolderStore
from domain.documents.sweeping import YOUNG, sweep
from domain.person.forgetting import forget
from domain.refusal import Refused
from tests.api.conftest import DESK, REFERENT, People, holder
from tests.documents import made
from tests.documents.attaching import attach, files, listed

CLINICIAN = holder("clinical_referent", "service:cps-melzo")
AUDITOR = holder("auditor", "audit")
ELSEWHERE = holder("municipal_referent", "comune:015205")


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


def test_without_a_place_for_documents_it_is_said(
    people: People, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people.service, "documents", None)
    answer = attach(people, REFERENT, case)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
