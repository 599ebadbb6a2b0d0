"""A bundle at the command line, and what verify says of the log in which bundles are recorded."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

from domain.documents.commands import WithdrawDocument
from domain.documents.reading import withdraw_document
from domain.documents.receiving import Offer, Upload
from domain.evidence.conformance import check_evidence
from domain.evidence.events import EvidenceIssued, stream_of
from domain.log.recorded import Recorded
from domain.verify import verify_log
from projections.models import read_models
from projections.rebuild import rebuild_models
from tests.cli.conftest import MELZO, TERRITORY, Installation, Run, holder, installation, run

__all__ = ["installation", "run"]


def test_the_command_writes_an_archive_that_checks_itself_and_the_log_stays_whole(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    service, case = installation.service, installation.case
    rebuild_models(installation.url, service.recorder, read_models(service.registry, TERRITORY))
    out = tmp_path / "prova.zip"
    said = run("case", "export", case, "--evidence", "-o", out)
    assert said.status == 0, said.err
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    auditor = holder("auditor", "audit").id
    whole = tmp_path / "integrale.zip"
    words = ("case", "export", case, "--evidence", "-o", whole, "--full", "--as", auditor)
    assert run(*words).status == 1
    assert not whole.exists()
    said = run(*words, "--reason", "Lo chiede il tribunale.")
    assert said.status == 0, said.err
    for archive in (out, whole):
        folder = tmp_path / archive.stem
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        checked = subprocess.run(
            [sys.executable, "-I", "-S", "controlla.py"], cwd=folder, capture_output=True, text=True
        )
        assert checked.returncode == 0, checked.stdout
    assert b"Nomesegreto" in (tmp_path / "integrale/eventi.json").read_bytes()
    issues = [event.body for event in service.history(stream_of(case))]
    assert [issue.full for issue in issues] == [False, True]
    assert issues[1].sha256 == hashlib.sha256(whole.read_bytes()).hexdigest()
    assert verify_log(installation.url).findings == []
    # An erasure takes the reason with it, and leaves the rest.
    person = issues[1].person
    service.vault.destroy(person)
    event = service.history(stream_of(case))[1]
    assert service.personal_reader(person).typed(event, "reason") == "[cancellato]"


def test_documents_are_in_it_sealed_under_their_hash_and_opened_where_it_is_full(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    service, case = installation.service, installation.case
    rebuild_models(installation.url, service.recorder, read_models(service.registry, TERRITORY))
    desk = holder("desk_operator", f"comune:{MELZO}")
    content = "Verbale dell'équipe di Cassina de' Pecchi.\n".encode() * 20_000
    kept = []
    for name in ("verbale.txt", "sbagliato.txt"):
        offer = Offer(command_id=uuid4(), actor=desk, case=case, name=name)
        with Upload(service, offer) as upload:
            upload.add(content)
            kept.append(upload.finish().event)
    withdraw_document(
        service,
        WithdrawDocument(
            command_id=uuid4(), actor=desk, case=case, document=kept[1].document, reason="Altrui."
        ),
    )
    auditor = holder("auditor", "audit").id
    folders = []
    for name, more in (("p", ()), ("f", ("--full", "--reason", "Lo chiede il giudice."))):
        out = tmp_path / f"{name}.zip"
        said = run("case", "export", case, "--evidence", "-o", out, "--as", auditor, *more)
        assert said.status == 0, said.err
        with zipfile.ZipFile(out) as packed:
            packed.extractall(tmp_path / name)
        folders.append(tmp_path / name)
    sealed = f"{kept[0].sha256}.sigillato"
    assert [path.name for path in (folders[0] / "allegati").iterdir()] == [sealed]
    assert b"Cassina" not in (folders[0] / "allegati" / sealed).read_bytes()
    opened = folders[1] / "allegati" / f"{kept[0].document}.txt"
    assert opened.read_bytes() == content
    for folder in folders:
        words = [sys.executable, "-I", "-S", "controlla.py"]
        assert subprocess.run(words, cwd=folder, capture_output=True).returncode == 0
        path = folder / "allegati" / sealed
        path.write_bytes(path.read_bytes()[:-1])
        said_ = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        assert sealed in said_.stdout.splitlines()[-1]


def test_who_may_not_have_it_is_told_so_before_anything_is_made(
    installation: Installation, run: Run, tmp_path: Path
) -> None:
    out, case = tmp_path / "x.zip", installation.case
    desk = holder("desk_operator", "comune:015142").id
    asked: list[tuple[object, ...]] = [
        ("--evidence", "--as", desk),
        ("--evidence", "--full", "--reason", "Per curiosità."),
        ("--evidence", "--full", "--reason", "Per curiosità.", "--as", desk),
        (),
    ]
    for words in asked:
        assert run("case", "export", case, "-o", out, *words).status == 1, words
    assert not out.exists()
    assert installation.service.history(stream_of(case)) == []


def test_a_forged_record_of_an_issue_is_found(installation: Installation, run: Run) -> None:
    case, person = installation.case, UUID(int=1)
    stream = stream_of(case)

    def fault(body: object, originator: UUID = stream) -> list[str]:
        event = Recorded(
            originator_id=originator, originator_version=1, position=50,
            at=installation.service.clock.now(), actor="audit-1", command_id=UUID(int=2), body=body,
        )  # fmt: skip
        return [finding.code for finding in check_evidence(originator, [event])]

    good = EvidenceIssued(case, person, True, 40, "0" * 64, ("audit",), "sealed:1:x")
    assert fault(good) == []
    assert fault(good, UUID(int=3)) == ["evidence_wrong_originator"]
    wrong = {
        "evidence_groundless": EvidenceIssued(case, person, False, 40, "0" * 64, ()),
        "evidence_no_reason": EvidenceIssued(case, person, True, 40, "0" * 64, ("audit",)),
        "evidence_not_possible": EvidenceIssued(case, person, False, 51, "0" * 64, ("audit",)),
    }
    for code, body in wrong.items():
        assert fault(body) == [code]
