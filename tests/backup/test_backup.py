"""Everything is destroyed, and comes back from two folders."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.backup.backup import BackupProblem, Manifest, back_up
from domain.backup.restore import Restored, restore
from domain.case import commands as c
from domain.installation import initialise
from domain.log.migrations import migrate
from domain.notices.schema import migrate as migrate_notices
from domain.proof.archive import Archive
from domain.proof.place import signer_of
from domain.proof.sealing import seal
from domain.service import CaseService
from domain.settings import Settings
from domain.vault.fields import ERASED
from domain.vault.vault import note_erased
from domain.verify import verify_log
from protocols.territory import default_pack, load_territory
from tests.domain.conftest import MELZO, holder, referral

TERRITORY = load_territory(default_pack())


class Installation(NamedTuple):
    url: str
    home: Path
    service: CaseService

    @property
    def archive(self) -> Archive:
        return Archive(self.home / "archive")

    def key_files(self) -> dict[str, Path]:
        return {name: self.home / name for name in ("log-signing.key", "vault.keys", "secret.key")}

    def refer(self) -> tuple[UUID, UUID]:
        """A case, and its person."""
        person = {"first_name": "Unica", "last_name": "Segreta"}
        case = self.service.handle(referral(protocol="presa-in-carico", person=person)).case
        return case, UUID(self.service.state(case).attributes["person"])

    def seal(self) -> None:
        signer = signer_of(self.home, "prova", archive=self.archive)
        seal(self.service.recorder, self.archive, signer)

    def name_of(self, person: UUID) -> str:
        registered = self.service.history(person)[0]
        return self.service.personal_reader(person).opened(registered)["last_name"]


def _installation(url: str, home: Path) -> Iterator[Installation]:
    initialise(url, "real")
    service = CaseService.connect(Settings(url, home=home))
    yield Installation(url, home, service)
    service.close()


@pytest.fixture
def lost(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """The installation that will be lost."""
    monkeypatch.setattr("domain.service.load_territory", lambda _: TERRITORY)
    yield from _installation(database_url, tmp_path / "lost")


@pytest.fixture
def new_url(empty_database_url: str) -> str:
    migrate(empty_database_url)
    initialise(empty_database_url, "real")
    return empty_database_url


def _back_up(lost: Installation, into: Path) -> Manifest:
    return back_up(lost.url, lost.archive, into / "data", into / "keys", lost.key_files())


def _restore(url: str, home: Path, backup: Path, erased: tuple[UUID, ...] = ()) -> Restored:
    names = ("log-signing.key", "vault.keys", "secret.key")
    return restore(
        url, backup / "data", backup / "keys", Archive(home / "archive"),
        {name: home / name for name in names}, erased,
    )  # fmt: skip


def test_all_is_lost_and_all_comes_back(lost: Installation, new_url: str, tmp_path: Path) -> None:
    case, person = lost.refer()
    lost.seal()
    lost.refer()
    events = lost.service.recorder.last_position()
    made = _back_up(lost, tmp_path / "backup")
    assert made.events == events
    shutil.rmtree(lost.home)
    with psycopg.connect(lost.url) as connection:
        connection.execute("DROP TABLE stored_events, commands, claims, vault_keys, checkpoints")
    migrate_notices(new_url)
    done = _restore(new_url, tmp_path / "new", tmp_path / "backup")
    assert (done.flaws, done.erased_again) == ([], 0)
    assert 0 < done.sealed < events
    with psycopg.connect(new_url) as connection:
        # Nobody is told again of what has come back.
        assert connection.execute("SELECT position FROM notices_position").fetchone() == (events,)
    for again in _installation(new_url, tmp_path / "new"):
        assert again.name_of(person) == "Segreta"
        assert verify_log(new_url).findings == []
        # Work goes on, in the same chain and under the same key.
        again.service.handle(
            c.CompleteTask(
                command_id=uuid4(), actor=holder("desk_operator", f"comune:{MELZO}"), case=case,
                task="register_referral", outcome="complete", data={"needs": ["work"]},
            )
        )  # fmt: skip
        again.seal()


def test_the_data_alone_tell_nothing_personal(lost: Installation, tmp_path: Path) -> None:
    lost.refer()
    _back_up(lost, tmp_path / "backup")
    for path in (tmp_path / "backup" / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            assert b"Segreta" not in content
    names = {path.name for path in (tmp_path / "backup" / "data").iterdir()}
    assert not names & {"vault_keys.copy.gz", "vault.keys", "secret.key", "log-signing.key"}


def test_who_was_erased_after_the_backup_stays_erased(
    lost: Installation, new_url: str, tmp_path: Path
) -> None:
    _, erased = lost.refer()
    _, other = lost.refer()
    _back_up(lost, tmp_path / "backup")
    register = tmp_path / "register"
    note_erased(register, erased)
    done = _restore(new_url, tmp_path / "new", tmp_path / "backup", (erased,))
    assert done.erased_again == 1
    for again in _installation(new_url, tmp_path / "new"):
        assert again.name_of(erased) == ERASED
        assert again.name_of(other) == "Segreta"


def test_a_backup_that_is_older_than_the_last_seal_says_so(
    lost: Installation, new_url: str, tmp_path: Path
) -> None:
    lost.refer()
    lost.seal()
    _back_up(lost, tmp_path / "backup")
    lost.refer()
    lost.seal()
    # The outside archive survived: it knows of events that the backup has not.
    shutil.copytree(lost.archive.folder, tmp_path / "new" / "archive")
    done = _restore(new_url, tmp_path / "new", tmp_path / "backup")
    assert "cut_short" in [flaw.code for flaw in done.flaws]


def test_it_is_brought_only_into_an_empty_installation(
    lost: Installation, new_url: str, tmp_path: Path
) -> None:
    lost.refer()
    _back_up(lost, tmp_path / "backup")
    with pytest.raises(BackupProblem, match="ha già degli eventi"):
        _restore(lost.url, lost.home, tmp_path / "backup")
    with pytest.raises(BackupProblem, match="non è vuota"):
        _back_up(lost, tmp_path / "backup")


@pytest.mark.parametrize("half", ["data", "keys"])
def test_a_spoilt_backup_changes_nothing(
    lost: Installation, new_url: str, tmp_path: Path, half: str
) -> None:
    lost.refer()
    _back_up(lost, tmp_path / "backup")
    path = next((tmp_path / "backup" / half).glob("*.copy.gz"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BackupProblem, match="manca o è cambiato"):
        _restore(new_url, tmp_path / "new", tmp_path / "backup")
    (tmp_path / "backup" / half / "manifest.json").unlink()
    with pytest.raises(BackupProblem, match="backup completo"):
        _restore(new_url, tmp_path / "new", tmp_path / "backup")
    with psycopg.connect(new_url) as connection:
        assert connection.execute("SELECT count(*) FROM stored_events").fetchone() == (0,)


def test_data_and_keys_are_not_taken_for_each_other(
    lost: Installation, new_url: str, tmp_path: Path
) -> None:
    lost.refer()
    _back_up(lost, tmp_path / "backup")
    backup = tmp_path / "backup"
    (backup / "data").rename(backup / "x")
    (backup / "keys").rename(backup / "data")
    (backup / "x").rename(backup / "keys")
    with pytest.raises(BackupProblem, match="altra metà"):
        _restore(new_url, tmp_path / "new", backup)
