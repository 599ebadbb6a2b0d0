"""What is personal is sealed in the log, opened for who may read, and truly forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.log.recorder import CaseLogRecorder
from domain.vault.fields import ERASED, FieldAltered, Place, is_sealed, seal, unseal
from domain.vault.vault import Erased, Vault
from domain.vault.wrapping import KeyRing, VaultProblem, add_key, key_ring

PERSON, CASE = uuid4(), uuid4()
PLACE = Place(PERSON, CASE, 3)


@pytest.fixture
def recorder(database_url: str) -> Iterator[CaseLogRecorder]:
    with CaseLogRecorder.connect(database_url) as opened:
        yield opened


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "vault.keys"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(min_size=1), _JSON, max_size=4), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_is_opened_where_it_stands_and_nowhere_else(
    personal: dict[str, Any], key: bytes
) -> None:
    closed = seal(personal, key, PLACE)
    assert all(map(is_sealed, closed.values()))
    assert {name: unseal(name, value, key, PLACE) for name, value in closed.items()} == personal
    for name, value in closed.items():
        assert unseal(name, value, None, PLACE) == ERASED
        for elsewhere in (
            PLACE._replace(person=uuid4()),
            PLACE._replace(originator=uuid4()),
            PLACE._replace(version=4),
        ):
            with pytest.raises(FieldAltered):
                unseal(name, value, key, elsewhere)
        with pytest.raises(FieldAltered):
            unseal(f"{name}x", value, key, PLACE)
        with pytest.raises(FieldAltered):
            unseal(name, value, bytes(b ^ 1 for b in key), PLACE)
        with pytest.raises(FieldAltered):
            unseal(name, value[:-6] + "AAAAA=", key, PLACE)


def test_a_short_answer_looks_like_another() -> None:
    closed = seal({"a": "sì", "b": "no, mai"}, bytes(32), PLACE)
    assert len(closed["a"]) == len(closed["b"])


def test_every_process_gets_the_same_key_and_none_after_erasure(
    recorder: CaseLogRecorder, keys: Path
) -> None:
    one, two = Vault(recorder, key_ring(keys)), Vault(recorder, key_ring(keys))
    key = one.key_to_write(PERSON)
    assert two.key_to_write(PERSON) == key == one.key_to_read(PERSON)
    assert one.key_to_write(CASE) != key
    two.destroy(PERSON)
    assert one.key_to_read(PERSON) is None
    with pytest.raises(Erased):
        two.key_to_write(PERSON)
    two.destroy(PERSON)
    two.destroy(uuid4())
    with pytest.raises(Erased):
        Vault(recorder, key_ring(keys)).key_to_write(PERSON)


def test_a_destroyed_key_cannot_be_put_back(recorder: CaseLogRecorder, database_url: str) -> None:
    vault = Vault(recorder, KeyRing({"a": bytes(32)}))
    vault.key_to_write(PERSON)
    vault.destroy(PERSON)
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.IntegrityError):
        connection.execute(
            "UPDATE vault_keys SET wrapped = 'x', destroyed_at = NULL WHERE person = %s", (PERSON,)
        )


def test_keys_are_wrapped_anew_without_touching_events(
    recorder: CaseLogRecorder, keys: Path
) -> None:
    before = Vault(recorder, key_ring(keys))
    persons = [uuid4() for _ in range(5)]
    made = [before.key_to_write(person) for person in persons]
    before.destroy(persons[4])
    after = Vault(recorder, add_key(keys))
    assert after.rewrap() == 4
    assert after.rewrap() == 0
    # Who was running meanwhile finds the new one in the file.
    assert before.key_to_read(persons[0]) == made[0]
    # The old key-encryption key is not needed any more.
    lines = keys.read_text().splitlines()
    keys.write_text(lines[1] + "\n")
    alone = Vault(recorder, key_ring(keys))
    assert [alone.key_to_read(person) for person in persons] == [*made[:4], None]


def test_another_installations_keys_open_nothing(
    recorder: CaseLogRecorder, keys: Path, tmp_path: Path
) -> None:
    Vault(recorder, key_ring(keys)).key_to_write(PERSON)
    with pytest.raises(VaultProblem, match="copia di sicurezza"):
        Vault(recorder, key_ring(tmp_path / "others.keys")).key_to_read(PERSON)
    name = key_ring(keys).current
    with pytest.raises(VaultProblem, match="altra installazione"):
        Vault(recorder, KeyRing({name: bytes(32)})).key_to_read(PERSON)


@pytest.mark.parametrize("content", ["", "k1\n", "k1 AAAA\n", "k1 !!!\n", "\x00\n"])
def test_a_broken_key_file_says_what_to_do(keys: Path, content: str) -> None:
    keys.write_text(content)
    keys.chmod(0o600)
    with pytest.raises(VaultProblem, match="ripristinarlo"):
        key_ring(keys)


def test_a_key_file_that_others_can_read_is_refused(keys: Path) -> None:
    key_ring(keys)
    assert keys.stat().st_mode & 0o777 == 0o600
    keys.chmod(0o640)
    with pytest.raises(VaultProblem, match="chmod 600"):
        key_ring(keys)


def test_ids_are_bound_as_bytes() -> None:
    assert Place(UUID(int=1), UUID(int=2), 3).bound("x") != Place(
        UUID(int=1), UUID(int=2), 3
    ).bound("y")
