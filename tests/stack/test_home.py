"""A home is one supervisor's at a time, and is refused where it could not be kept."""

from __future__ import annotations

import errno
import os

import pytest

from api.stack.failure import StackError, cannot_write
from api.stack.home import Home, default_home


def test_a_home_is_made_where_there_is_none(tmp_path):
    home = Home(tmp_path / "a" / "b")
    home.prepare()
    assert home.log.is_dir()
    assert home.temporal.is_dir()
    home.release()


def test_a_held_home_is_refused_until_it_is_released(tmp_path):
    first, second = Home(tmp_path), Home(tmp_path)
    first.prepare()
    assert second.holder() == os.getpid()
    with pytest.raises(StackError, match=f"pid {os.getpid()}"):
        second.prepare()
    first.release()
    assert second.holder() is None
    second.prepare()
    second.release()


def test_too_little_room_is_refused_with_what_is_needed(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(StackError, match=f"almeno {2**40}"):
        home.prepare(minimum_free=2**60)
    assert Home(tmp_path).holder() is None


def test_a_home_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="c'è un file"):
        Home(tmp_path / "file" / "home").prepare()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "è pieno"),
        (errno.EROFS, "sola lettura"),
        (errno.EACCES, "non è permesso"),
        (errno.EPERM, "non è permesso"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_every_refusal_of_the_disk_has_its_sentence_and_a_remedy(tmp_path, number, words):
    message = cannot_write(tmp_path, OSError(number, os.strerror(number))).message
    assert words in message.it
    assert str(tmp_path) in message.en
    assert "--home" in message.it
    assert "--home" in message.en


def test_what_is_remembered_is_read_back_and_is_the_owners_only(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    home.remember({"ports": {"api": 1}})
    assert home.remembered() == {"ports": {"api": 1}}
    assert (home.run / "stack.json").stat().st_mode & 0o077 == 0
    home.release()


def test_a_damaged_memory_is_no_memory(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    (home.run / "stack.json").write_text("{")
    assert home.remembered() == {}
    home.release()


def test_the_home_is_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path))
    assert default_home() == tmp_path
