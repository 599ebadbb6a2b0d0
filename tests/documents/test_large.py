"""Documents as large as they may be, and larger: never held in memory, clearly refused."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import pytest

from api.web.desk import COOKIE
from api.web.sessions import csrf_token
from domain.documents.store import FolderStore
from tests.api.conftest import REFERENT, People
from tests.documents import made
from tests.documents.attaching import attach, files

LARGEST = 50 * 2**20
# What the server, the client and the tests' own pieces may take together, in bytes: half a file.
ROOM = LARGEST // 2


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Just as large as it may be, on the disk; nothing in it can be packed."""
    path, piece = tmp_path / "foto.png", secrets.token_bytes(2**20)
    with path.open("wb") as file:
        file.write(made.PNG[:8] + piece[8:])
        for _ in range(LARGEST // 2**20 - 1):
            file.write(piece)
    return path


class Watermark:
    """How much more memory this process has held at its highest since then (Linux): the server and
    the client of these tests are both in it."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")
        self._before = self._now("VmRSS")

    def risen(self) -> int:
        return self._now("VmHWM") - self._before

    @staticmethod
    def _now(name: str) -> int:
        status = Path("/proc/self/status").read_text()
        return int(re.findall(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(2**18):
        yield piece


def digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def served(people: People, by: str, case: str, document: str) -> str:
    """The digest of what is given out."""
    found = hashlib.sha256()
    path = f"/api/v1/cases/{case}/documents/{document}"
    with people.http.stream("GET", path, headers=people.headers(by)) as answer:
        for part in answer.iter_bytes():
            found.update(part)
    return found.hexdigest()


def sent(people: People, by: str, case: str, file: IO[bytes]) -> Any:
    """By the page's form, as a browser without scripts does it."""
    sessions: Any = people.app.state.pages.state.sessions
    secret = sessions.begin(by)
    return people.http.post(
        f"/casi/{case}/documenti",
        data={"_csrf": csrf_token(secret), "_key": str(uuid4()), "title": "Foto"},
        files={"file": ("foto.png", file, "image/png")},
        headers={"cookie": f"{COOKIE}={secret}", "accept": "text/html"},
        timeout=60,
    )


def test_fifty_megabytes_go_in_and_come_out_of_the_api_without_being_held(
    people: People, case: str, store: FolderStore, photo: Path
) -> None:
    before, memory = files(store), Watermark()
    with photo.open("rb") as file:
        answer = attach(people, REFERENT, case, pieces(file), "foto.png")
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == LARGEST
    assert served(people, REFERENT, case, answer.json()["document"]) == digest_of(photo)
    assert memory.risen() < ROOM
    assert files(store) - before == {answer.json()["sha256"]}


def test_fifty_megabytes_go_in_by_the_page_without_being_held(
    people: People, case: str, store: FolderStore, photo: Path
) -> None:
    before, memory = files(store), Watermark()
    with photo.open("rb") as file, people.projecting():
        answer = sent(people, REFERENT, case, file)
    assert answer.status_code == 303, answer.text
    (line,) = people.get(REFERENT, f"/api/v1/cases/{case}/documents").json()["documents"]
    assert (line["size"], line["title"]) == (LARGEST, "Foto")
    assert served(people, REFERENT, case, line["document"]) == digest_of(photo)
    assert memory.risen() < ROOM
    assert files(store) - before == {line["sha256"]}


def test_a_byte_too_many_is_refused_by_page_and_api(
    people: People, case: str, store: FolderStore, photo: Path
) -> None:
    before, version = files(store), people.service.state(UUID(case)).version
    with photo.open("ab") as file:
        file.write(b".")
    with photo.open("rb") as file:
        answer = sent(people, REFERENT, case, file)
    assert answer.status_code == 413
    assert "al massimo 50 MB" in answer.text
    with photo.open("rb") as file:
        said = attach(people, REFERENT, case, pieces(file), "foto.png")
    assert (said.status_code, said.json()["type"]) == (
        413, "urn:cantiere:problem:document_too_large",
    )  # fmt: skip
    assert (files(store), people.service.state(UUID(case)).version) == (before, version)


def spoken(people: People, path: str, headers: dict[str, str], size: int) -> str:
    """The answer to whoever sends everything before they listen, as a browser does without scripts:
    raises OSError where the line is cut meanwhile."""
    address = (str(people.http.base_url.host), int(people.http.base_url.port or 0))
    given = {"Host": "x", "Content-Length": str(size), "Connection": "close", **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    piece = bytes(2**20)
    with socket.create_connection(address, timeout=30) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        for start in range(0, size, len(piece)):
            line.sendall(piece[: size - start])
        answer = b"".join(iter(lambda: line.recv(2**16), b""))
    return answer.decode()


def test_who_sends_far_too_much_is_heard_out_and_told_so(
    people: People, case: str, store: FolderStore
) -> None:
    before, size, memory = files(store), LARGEST + 12_000_000, Watermark()
    form = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
    by_page = spoken(people, f"/casi/{case}/documenti", form, size)
    assert by_page.startswith("HTTP/1.1 413 ")
    assert "al massimo 50 MB" in by_page
    headers = people.headers(
        REFERENT, Idempotency_Key=str(uuid4()), Document_Name="a.png", Content_Type="image/png"
    )
    by_program = spoken(people, f"/api/v1/cases/{case}/documents", headers, size)
    assert by_program.startswith("HTTP/1.1 413 ")
    assert "document_too_large" in by_program
    assert memory.risen() < ROOM
    assert files(store) == before
