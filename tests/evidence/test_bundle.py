"""A bundle is checked by its own instructions, in an empty place and with others' programs."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from domain.case.commands import Actor
from domain.evidence.archive import MANIFEST, manifest
from domain.evidence.events import stream_of
from domain.person.erasing import (
    DecideErasure,
    RequestErasure,
    decide_erasure,
    request_erasure,
)
from domain.proof.keys import new_signer
from domain.proof.note import Verifier
from domain.proof.place import archive_of, signer_of
from tests.api.conftest import REFERENT
from tests.evidence.conftest import AUDITOR, NAME, REASON, SURNAME, Told

_STEP = re.compile(r"^    \$ (.*)$", re.M)
_PROBLEM = "urn:cantiere:problem:"
_SNIPPET = re.compile(r"^    >>> (.*)$", re.M)


def asked(told: Told, by: str = AUDITOR, key: str | None = None, **body: object) -> bytes:
    answer = told.people.post(by, f"/api/v1/cases/{told.case}/evidence", body, key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    content: bytes = answer.content
    return content


@pytest.fixture(scope="module")
def archive(told: Told) -> bytes:
    return asked(told)


@pytest.fixture(scope="module")
def full(told: Told) -> bytes:
    return asked(told, full=True, reason="Richiesta del tribunale.")


def unpacked(archive: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    return folder


def controlled(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """With nothing but Python itself."""
    words = [sys.executable, "-I", "-S", "controlla.py", *more]
    return subprocess.run(words, cwd=folder, env={}, capture_output=True, text=True)


def test_every_step_of_the_instructions_is_right_where_there_is_no_cantiere(
    archive: bytes, tmp_path: Path
) -> None:
    folder = unpacked(archive, tmp_path / "fascicolo")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    for name in ("LEGGIMI.txt", "README.txt"):
        steps = _STEP.findall((folder / name).read_text())
        assert len(steps) >= 5
        said = subprocess.run(
            ["sh", "-ec", "\n".join(steps)],
            cwd=folder,
            env={"PATH": f"{tools}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
        assert said.returncode == 0, said.stdout + said.stderr
        assert "È INTEGRO." in said.stdout
        assert said.stdout.count("Signature Verified Successfully") >= 1


def test_another_program_accepts_the_proof_as_the_instructions_show(
    archive: bytes, tmp_path: Path
) -> None:
    folder = unpacked(archive, tmp_path)
    lines = _SNIPPET.findall((folder / "LEGGIMI.txt").read_text())
    subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=folder, check=True)
    path = folder / re.findall(r'open\("([^"]*bin)"', "\n".join(lines))[0]
    path.write_bytes(path.read_bytes() + b" ")
    altered = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True
    )
    assert altered.returncode
    assert "VerificationError" in altered.stderr


def test_each_file_that_is_altered_added_or_taken_away_is_named(
    archive: bytes, tmp_path: Path
) -> None:
    folder = unpacked(archive, tmp_path)
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    # One event and its proof stand for all.
    events = [name for name in names if name.startswith("eventi/")]
    for name in [name for name in names if name not in events[2:]]:
        path = folder / name
        was = path.read_bytes()
        # In the program itself, a comment: it must still run to be found out.
        path.write_bytes(was + b"#" if name.endswith(".py") else bytes([was[0] ^ 1]) + was[1:])
        said = controlled(folder)
        assert said.returncode == 1, name
        assert name in said.stdout.splitlines()[-1], said.stdout
        path.write_bytes(was)
    (folder / "eventi/0000000009.bin").write_bytes(b"x")
    assert "eventi/0000000009.bin" in controlled(folder).stdout
    (folder / "eventi/0000000009.bin").unlink(missing_ok=True)
    unpacked(archive, folder)
    (folder / "letture.json").unlink()
    assert "letture.json" in controlled(folder).stdout.splitlines()[-1]


def test_a_bundle_signed_anew_by_somebody_else_is_refused_by_the_published_key(
    told: Told, archive: bytes, tmp_path: Path
) -> None:
    folder = unpacked(archive, tmp_path)
    true = Verifier.parse((folder / "chiavi.txt").read_text().splitlines()[0])
    forger = new_signer(true.name)
    (folder / "chiavi.txt").write_text(f"{forger.verifier()}\n")
    (folder / "letture.json").write_text('{"reads": []}')
    (folder / MANIFEST).unlink()
    files = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
    (folder / MANIFEST).write_text(str(manifest(told.case, False, files, forger)))
    assert controlled(folder, "--chiave", str(true)).returncode == 1
    # Its own keys would let the manifest pass; the checkpoint they have not signed.
    own = controlled(folder)
    assert own.returncode == 1
    assert "sigillo.txt" in own.stdout.splitlines()[-1]


def test_events_left_out_swapped_or_changed_are_found_also_under_a_manifest_made_anew(
    told: Told, archive: bytes, tmp_path: Path
) -> None:
    settings = told.people.app.state.parts.settings
    signer = signer_of(settings.home, "x", archive=archive_of(settings.home))

    def attacked(change: str) -> str:
        folder = unpacked(archive, tmp_path / change)
        events = sorted((folder / "eventi").glob("*.bin"))
        if change == "middle":
            events[2].unlink()
            events[2].with_suffix(".tlog-proof").unlink()
        elif change == "changed":
            events[2].write_bytes(events[2].read_bytes().replace(b"mini", b"maxi", 1) + b" ")
        elif change == "protocol":
            text = next((folder / "protocolli").rglob("*.yaml"))
            text.write_text(text.read_text().replace("20 working days", "90 working days"))
        elif change == "transcript":
            told_ = folder / "eventi.json"
            told_.write_text(told_.read_text().replace("case.step-completed", "case.step-skipped"))
        (folder / MANIFEST).unlink()
        files = {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in folder.rglob("*")
            if p.is_file()
        }
        (folder / MANIFEST).write_text(str(manifest(told.case, False, files, signer)))
        said = controlled(folder)
        assert said.returncode == 1, change
        return said.stdout.splitlines()[-1]

    assert "eventi/" in attacked("middle")
    assert "eventi/" in attacked("changed")
    assert "protocolli/" in attacked("protocol")
    assert "eventi.json" in attacked("transcript")


def test_a_pseudonymised_bundle_names_nobody_and_opens_nothing(
    archive: bytes, tmp_path: Path
) -> None:
    folder = unpacked(archive, tmp_path)
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (NAME.encode() + b'"', b"D'Adda #", b"Segreto clinico", b"tribunale"):
                assert secret not in content, (path, secret)
    told = (folder / "eventi.json").read_text()
    assert REFERENT not in told
    assert "Operatore 1" in told
    assert REFERENT not in (folder / "letture.json").read_text()
    reasons = [e["body"]["reason"] for e in json.loads(told)["events"] if "reason" in e["body"]]
    assert set(reasons) <= {"[sigillato]"}


def test_a_full_bundle_opens_what_is_personal_and_is_as_whole(full: bytes, tmp_path: Path) -> None:
    folder = unpacked(full, tmp_path)
    said = controlled(folder)
    assert said.returncode == 0, said.stdout
    events = json.loads((folder / "eventi.json").read_text())["events"]
    [registered] = [e for e in events if e["kind"] == "person.person-registered"]
    assert registered["body"]["personal"]["last_name"] == SURNAME.strip()
    [triage] = [e for e in events if e["kind"] == "case.step-completed"]
    assert triage["body"]["personal"]["notes"] == "Segreto clinico."
    [skipped] = [e for e in events if e["kind"] == "case.step-skipped"]
    assert skipped["body"]["reason"] == REASON
    assert json.loads((folder / "fascicolo.json").read_text())["asked"]["reason"].startswith("Rich")


def test_who_read_the_case_is_in_the_bundle(archive: bytes, tmp_path: Path) -> None:
    folder = unpacked(archive, tmp_path)
    reads = json.loads((folder / "letture.json").read_text())["reads"]
    assert "/api/v1/cases/{case}" in {read["door"] for read in reads}
    assert all(read["reader"].startswith("Operatore") for read in reads)


def test_the_same_request_gives_the_same_bytes_and_is_written_down_once(told: Told) -> None:
    first = asked(told, key="una-richiesta")
    assert asked(told, key="una-richiesta") == first
    service = told.people.service
    issues = service.history(stream_of(told.case))
    digest = hashlib.sha256(first).hexdigest()
    assert [event.body.sha256 for event in issues].count(digest) == 1
    answer = told.people.post(
        AUDITOR, f"/api/v1/cases/{told.case}/evidence",
        {"full": True, "reason": "Un'altra richiesta."}, "una-richiesta",
    )  # fmt: skip
    assert answer.status_code == 409


def test_two_that_ask_the_same_at_once_get_the_same_bytes(told: Told) -> None:
    before = len(told.people.service.history(stream_of(told.case)))
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: asked(told, key="insieme"), range(3)))
    assert found[0] == found[1] == found[2]
    assert len(told.people.service.history(stream_of(told.case))) == before + 1


def test_the_reason_for_unmasking_is_sealed_in_the_log_and_the_read_is_logged(
    told: Told, archive: bytes, full: bytes
) -> None:
    people = told.people
    [event] = [e for e in people.service.history(stream_of(told.case)) if e.body.full]
    assert event.body.reason.startswith("sealed:")
    reader = people.service.personal_reader(event.body.person)
    assert reader.typed(event, "reason") == "Richiesta del tribunale."
    people.last_position()
    people.project()
    person = event.body.person
    lines = people.get(AUDITOR, f"/api/v1/persons/{person}/reads").json()["reads"]
    mine = [line for line in lines if line["door"].endswith("/evidence")]
    assert any({"clinical", "identity"} <= set(line["shown"]) for line in mine)
    assert any("clinical" in line["withheld"] for line in mine)


@pytest.mark.parametrize("body", [{}, {"full": True, "reason": "Per curiosità."}])
def test_staff_are_refused_clearly_and_the_refusal_is_logged(
    told: Told, body: dict[str, object]
) -> None:
    people = told.people
    answer = people.post(REFERENT, f"/api/v1/cases/{told.case}/evidence", body)
    assert answer.status_code == 403
    assert "chi verifica" in answer.json()["detail"]
    assert people.app.state.parts.reads.flush()
    people.project()
    with people.app.state.parts.pool.connection() as connection:
        refused = connection.execute(
            "SELECT count(*) FROM reads.reads WHERE refused AND case_id = %s AND reader = %s",
            (told.case, REFERENT),
        ).fetchone()
    assert refused[0] >= 1


def test_a_full_bundle_asks_for_a_reason_and_an_unknown_case_is_not_found(told: Told) -> None:
    path = f"/api/v1/cases/{told.case}/evidence"
    answer = told.people.post(AUDITOR, path, {"full": True})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("reason_invalid")
    missing = "/api/v1/cases/6f1c0a52-8f0e-5a63-9a43-7f6a5d0c9a10/evidence"
    assert told.people.post(AUDITOR, missing, {}).status_code == 404


def test_after_an_erasure_nothing_opens_and_what_was_handed_out_is_not_made_again(
    told: Told, tmp_path: Path
) -> None:
    service = told.people.service
    key, why = "prima-della-cancellazione", "Richiesta del tribunale."
    before = asked(told, key=key, full=True, reason=why)
    told.people.post(REFERENT, f"/api/v1/cases/{told.case}/events/death", {})
    assert service.state(told.case).ended
    person = UUID(str(service.state(told.case).attributes["person"]))
    rules = service.territory.records.erasure
    asking, deciding = (
        Actor(role, ((role, "", False),)) for role in (rules.asked_by[0], rules.approved_by[0])
    )
    request_erasure(
        service,
        RequestErasure(
            command_id=uuid4(), actor=asking, case=person, ground="court_order", why="Sentenza."
        ),
    )
    decide_erasure(
        service,
        DecideErasure(
            command_id=uuid4(), actor=msgspec.structs.replace(deciding, id="other"), case=person,
            approve=True,
        ),
    )  # fmt: skip
    path = f"/api/v1/cases/{told.case}/evidence"
    again = told.people.post(AUDITOR, path, {"full": True, "reason": why}, key)
    assert (again.status_code, again.json()["type"]) == (409, f"{_PROBLEM}evidence_changed")
    fresh = told.people.post(AUDITOR, path, {"full": True, "reason": why})
    assert (fresh.status_code, fresh.json()["type"]) == (409, f"{_PROBLEM}person_erased")
    folder = unpacked(asked(told), tmp_path)
    assert controlled(folder).returncode == 0
    everything = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert b"Segreto clinico" in b"".join(
        path.read_bytes() for path in unpacked(before, tmp_path / "before").glob("*.json")
    )
    assert b"Segreto clinico" not in everything
    assert SURNAME.encode() not in everything
