"""A sealed file opens whole and in its place, or not at all."""

from __future__ import annotations

import io
import secrets
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from domain.documents.sealing import SEGMENT, DocumentAltered, Opened, Place, Sealer

KEY = secrets.token_bytes(32)
PLACE = Place(uuid4(), uuid4(), uuid4())
HEAD, SEALED = 52, SEGMENT + 16


def sealed(content: bytes, key: bytes = KEY, place: Place = PLACE) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(key, place, out.write)
    for begin in range(0, len(content), 100_000):
        sealer.add(content[begin : begin + 100_000])
    sealer.finish()
    return out.getvalue()


def read(file: bytes, key: bytes = KEY, place: Place = PLACE) -> bytes:
    with Opened(key, place, io.BytesIO(file)) as opened:
        return b"".join(opened.segments())


@pytest.mark.parametrize(
    "size", [1, 15, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7]
)
def test_what_was_sealed_is_read_whole_and_from_any_place(size: int) -> None:
    content = secrets.token_bytes(size)
    file = sealed(content)
    assert read(file) == content
    assert content not in file or size < 16
    with Opened(KEY, PLACE, io.BytesIO(file)) as opened:
        assert opened.size == size
        opened.seek(-1, io.SEEK_END)
        assert opened.read(5) == content[-1:]
        opened.seek(size // 2)
        assert opened.read() == content[size // 2 :]


def test_two_sealings_of_one_content_have_nothing_in_common() -> None:
    assert sealed(b"x" * 100)[20:] != sealed(b"x" * 100)[20:]


THREE = secrets.token_bytes(3 * SEGMENT)
FILE = sealed(THREE)


def _parts() -> tuple[bytes, list[bytes]]:
    body = FILE[HEAD:]
    return FILE[:HEAD], [body[begin : begin + SEALED] for begin in range(0, len(body), SEALED)]


def _flipped(at: int) -> bytes:
    return FILE[:at] + bytes([FILE[at] ^ 1]) + FILE[at + 1 :]


def _altered() -> dict[str, bytes]:
    head, (one, two, three) = _parts()
    return {
        "cut in a segment": FILE[:-1],
        "cut after a segment": head + one + two,
        "cut to the head": head,
        "cut in the head": FILE[:30],
        "empty": b"",
        "no first segment": head + two + three,
        "no middle segment": head + one + three,
        "swapped": head + two + one + three,
        "last first": head + three + two + one,
        "repeated": head + one + two + two + three,
        "prolonged": FILE + b"x",
        "prolonged by a segment": FILE + three,
        "mark": _flipped(3),
        "salt": _flipped(25),
        "content": _flipped(HEAD + 5),
        "tag": _flipped(len(FILE) - 1),
        "another's head": sealed(THREE)[:HEAD] + FILE[HEAD:],
    }


@pytest.mark.parametrize("how", sorted(_altered()))
def test_an_altered_file_does_not_open(how: str) -> None:
    with pytest.raises(DocumentAltered):
        read(_altered()[how])


def test_a_file_opens_with_its_own_key_and_in_its_own_place_only() -> None:
    with pytest.raises(DocumentAltered):
        read(FILE, key=bytes(32))
    for other in (
        PLACE._replace(person=uuid4()),
        PLACE._replace(case=uuid4()),
        PLACE._replace(document=uuid4()),
    ):
        with pytest.raises(DocumentAltered):
            read(FILE, place=other)


def test_nothing_of_an_altered_segment_is_given_out() -> None:
    given = []
    with (
        Opened(KEY, PLACE, io.BytesIO(_flipped(HEAD + SEALED + 9))) as opened,
        pytest.raises(DocumentAltered),
    ):
        given.extend(opened.segments())
    assert given == [THREE[:SEGMENT]]


_FIFTY = """
import os, resource, sys
from pathlib import Path
from uuid import UUID
from domain.documents.sealing import Opened, Place, Sealer
from domain.documents.store import FolderStore

place, key, piece = Place(*[UUID(int=1)] * 3), bytes(32), os.urandom(2**20)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
store = FolderStore(Path(sys.argv[1]), reserve=0)

def pass_through(megabytes):
    incoming = store.begin()
    sealer = Sealer(key, place, incoming.write)
    for _ in range(megabytes):
        sealer.add(piece)
    sealer.finish()
    with Opened(key, place, store.open(incoming.keep())) as opened:
        return sum(map(len, opened.segments()))

assert pass_through(2) == 2 * 2**20
before = peak()
assert pass_through(50) == 50 * 2**20
print(peak() - before)
"""


def test_fifty_megabytes_pass_in_the_memory_of_two(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", _FIFTY, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 4_000, "kilobytes more than for two megabytes"
