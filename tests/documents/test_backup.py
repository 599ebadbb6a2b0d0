"""Documents come back from a backup, and those of the erased do not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli.main import application
from domain.backup.backup import back_up
from domain.backup.restore import restore
from domain.documents.commands import WithdrawDocument
from domain.documents.consistency import document_flaws
from domain.documents.events import DocumentAttached
from domain.documents.reading import one_attached, opened, withdraw_document
from domain.documents.receiving import Offer, Upload
from domain.installation import initialise
from domain.log.migrations import migrate
from domain.proof.archive import Archive
from domain.service import CaseService
from domain.settings import Settings
from tests.documents import made
from tests.domain.conftest import MELZO, holder, referral

KEY_FILES = ("vault.keys", "secret.key")


def attach(service: CaseService, case: UUID) -> DocumentAttached:
    actor = holder("desk_operator", f"comune:{MELZO}")
    offer = Offer(command_id=uuid4(), actor=actor, case=case, name="atto.pdf")
    with Upload(service, offer) as upload:
        upload.add(made.PDF)
        return upload.finish().event


@pytest.fixture
def lost(database_url: str, tmp_path: Path) -> Iterator[CaseService]:
    initialise(database_url, "real")
    service = CaseService.connect(Settings(database_url, home=tmp_path / "lost"))
    yield service
    service.close()


def test_all_is_lost_and_comes_back_but_the_erased(
    lost: CaseService, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    cases = [lost.handle(referral(protocol="presa-in-carico")).case for _ in range(2)]
    kept, gone = (attach(lost, case) for case in cases)
    erased = UUID(lost.state(cases[1]).attributes["person"])
    assert lost.documents is not None
    home, backup = tmp_path / "lost", tmp_path / "backup"
    keys = {name: home / name for name in KEY_FILES}
    back_up(
        database_url, Archive(home / "archive"), backup / "data", backup / "keys", keys,
        documents=lost.documents.store,
    )  # fmt: skip
    assert made.PDF not in b"".join(
        path.read_bytes() for path in (backup / "data").rglob("*") if path.is_file()
    )
    shutil.rmtree(home)
    migrate(empty_database_url)
    initialise(empty_database_url, "real")
    new = tmp_path / "new"
    settings = Settings(empty_database_url, home=new)
    again = CaseService.connect(settings)
    assert again.documents is not None
    store = again.documents.store
    for name in KEY_FILES:
        (new / name).unlink()
    restore(
        empty_database_url, backup / "data", backup / "keys", Archive(new / "archive"),
        {name: new / name for name in KEY_FILES}, [erased], store,
    )  # fmt: skip
    again.close()
    again = CaseService.connect(settings)
    document = one_attached(again.history(cases[0]), UUID(kept.document))
    person = UUID(again.state(cases[0]).attributes["person"])
    with opened(again, person, document) as file:
        assert file.read() == made.PDF
    assert {file.sha256 for file in store.stored()} == {kept.sha256}
    assert gone.sha256 != kept.sha256
    assert list(document_flaws(again.recorder, store)) == []
    again.close()


def test_the_command_line_lists_sweeps_and_verifies(
    lost: CaseService, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = lost.handle(referral(protocol="presa-in-carico")).case
    event, mistaken = attach(lost, case), attach(lost, case)
    withdraw_document(
        lost,
        WithdrawDocument(
            command_id=uuid4(), actor=holder("desk_operator", f"comune:{MELZO}"), case=case,
            document=mistaken.document, reason="Per errore.",
        ),
    )  # fmt: skip
    assert lost.documents is not None
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CANTIERE_HOME", str(tmp_path / "lost"))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(application(), list(words))
        return done.exit_code, done.output

    status, said = run("document", "list", str(case), "--json")
    assert status == 0
    assert event.document in said
    assert "atto" not in said
    assert run("document", "sweep")[0] == 0
    status, said = run("verify", "--log-only", "--documents", "--json")
    assert status == 0, said
    lost.documents.store.remove(event.sha256)
    status, said = run("verify", "--log-only", "--documents", "--json")
    assert status == 1
    assert event.document in said
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE stored_events SET state = '{}' WHERE topic = 'case.document-attached'"
        )
        connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")
    status, said = run("verify", "--log-only", "--documents", "--json")
    parts = {difference["part"] for difference in json.loads(said)["differences"]}
    assert status == 1
    assert {"log", "seals", "documents"} <= parts


def test_a_limit_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.documents.place import documents_of
    from domain.settings import SettingsError

    for wrong in ("molti", "-1", "99999", "²"):
        monkeypatch.setenv("CANTIERE_DOCUMENT_MB", wrong)
        with pytest.raises(SettingsError, match="CANTIERE_DOCUMENT_MB"):
            documents_of(Path("home"))
    monkeypatch.setenv("CANTIERE_DOCUMENT_MB", "5")
    found = documents_of(Path("home"))
    assert found is not None
    assert found.largest == 5 * 2**20
