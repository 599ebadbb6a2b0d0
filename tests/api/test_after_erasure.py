"""Everywhere that showed somebody, once they were erased; and the log that held it is as it was."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest

from api.http.app import create_app
from domain.settings import Settings
from domain.vault.fields import ERASED
from projections.models import read_models
from projections.rebuild import rebuild_models
from tests.api.conftest import DESK, DISTRICT, REFERENT, TERRITORY, People, holder, serving
from tests.canary import marks
from tests.canary.playing import person
from tests.cli.conftest import Installation, Run, installation, run

__all__ = ["installation", "run"]

ASKS, OFFICER = holder("coordinator", "joint_office"), holder("protection_officer", "audit")
AUDITOR = holder("auditor", "audit")
DECIDES = next(
    one
    for one, _ in TERRITORY.holders("management", "management", datetime.now(UTC).date())
    if one != ASKS
)


@pytest.fixture
def people(installation: Installation) -> Iterator[People]:
    settings = Settings(installation.url, home=installation.home, training=True)
    app = create_app(settings, installation.service)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield People(app, http)


def _done(answer: Any) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def _told(people: People) -> tuple[str, str, str]:
    """A case in which everything personal was said that there is, its person and a document."""
    said = {"protocol": "presa-in-carico", "person": person(231)}
    case = people.case(**said)
    path, why = f"/api/v1/cases/{case}", marks.text(1)
    _done(people.complete(DESK, case, "register_referral", "complete", {"needs": ["work"]}))
    _done(people.post(REFERENT, f"{path}/notes", {"text": why}))
    headers = people.headers(
        REFERENT, Idempotency_Key=str(uuid4()), Document_Name=quote(f"{marks.TEXT}.txt"),
        Document_Title=quote(marks.TEXT),
    )  # fmt: skip
    added = people.http.post(f"{path}/documents", content=why.encode(), headers=headers)
    document = _done(added)["document"]
    emergency = {"reason": why, "categories": ["social"]}
    opened = _done(people.post(REFERENT, f"{path}/emergency-access", emergency))
    review = {"justified": True, "note": why}
    _done(people.post(OFFICER, f"{path}/emergency-access/{opened['access']}/review", review))
    skip = {"kind": "skip", "step": "triage", "reason": why}
    _done(people.post(DISTRICT, f"{path}/exceptions", skip))
    _done(people.post(REFERENT, f"{path}/events/death", {}))
    return case, people.service.state(UUID(case)).attributes["person"], document


def test_nothing_shows_who_was_erased_and_every_proof_holds(
    people: People, installation: Installation, run: Run
) -> None:
    service, out = installation.service, installation.home / "made"
    out.mkdir()
    case, about, document = _told(people)
    path, files = f"/api/v1/cases/{case}", f"/api/v1/cases/{case}/documents"
    assert marks.seen_in(people.get(REFERENT, path).content)
    assert people.app.state.parts.reads.flush()
    position = service.recorder.last_position() - 1
    proof, event, keys = out / "e.tlog-proof", out / "event.bin", out / "keys"
    assert run("checkpoint", "make").status == 0
    assert run("proof", "make", position, "-o", proof, "--event", event).status == 0
    keys.write_text(run("checkpoint", "keys").out)

    erasure = {"ground": "unlawful", "why": marks.text(2)}
    _done(people.post(ASKS, f"/api/v1/persons/{about}/erasure", erasure))
    _done(people.post(DECIDES, f"/api/v1/persons/{about}/erasure/decision", {"approve": True}))
    models = read_models(service.registry, TERRITORY)
    rebuild_models(installation.url, service.recorder, models)

    for reader in (REFERENT, DESK, AUDITOR, OFFICER, ASKS):
        for address in (
            path, f"{path}/history", f"{path}/state", f"{path}/timeline", f"{path}/replay",
            f"{path}/notes", files, f"{path}/emergency-accesses", f"{path}/disclosures",
            f"/api/v1/persons/{about}", f"/api/v1/persons/{about}/readers", "/api/v1/tasks",
            "/api/v1/cases", "/api/v1/questions", "/api/v1/emergency-accesses", "/api/v1/erasures",

        ):  # fmt: skip
            answer = people.get(reader, address)
            assert answer.status_code in (200, 403, 404), (address, answer.text)
            assert not marks.seen_in(answer.content), (reader, address)
    late = people.get(AUDITOR, "/api/v1/audit/late", step="triage")
    assert (late.status_code, marks.seen_in(late.content)) == (200, False)
    shown = people.get(REFERENT, path).json()["person"]["particulars"]
    assert set(shown.values()) == {ERASED}
    page = people.get(REFERENT, f"/api/v1/persons/{about}").json()
    assert (page["erased"], page["pseudonym"]) == (True, ERASED)
    (note,) = people.get(REFERENT, f"{path}/notes").json()["notes"]
    assert note["text"] == ERASED
    (line,) = people.get(REFERENT, files).json()["documents"]
    assert (line["state"], line["name"], line["title"]) == ("erased", ERASED, ERASED)
    gone = people.get(REFERENT, f"{files}/{document}")
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:cantiere:problem:person_erased")

    # Neither found, nor written about, any more.
    sought = {"tax_code": marks.tax_code(231)}
    assert _done(people.post(REFERENT, "/api/v1/cases/search", sought))["cases"] == []
    alike = {k: person(231)[k] for k in ("first_name", "last_name", "birth_date", "tax_code")}
    assert about not in people.post(REFERENT, "/api/v1/persons/search", alike).text
    correction = {"fields": {"phone": marks.PHONE}, "why": "Era giusto."}
    for address, body in (
        (f"{path}/notes", {"text": "Ancora una nota."}),
        (f"/api/v1/persons/{about}/correction", correction),
        (f"/api/v1/persons/{about}/restriction", {"ground": "a", "why": "Contestata."}),
        (f"/api/v1/persons/{about}/erasure", erasure),
    ):
        by = ASKS if address.endswith("erasure") else REFERENT
        refused = people.post(OFFICER if "restriction" in address else by, address, body)
        assert refused.status_code == 409, (address, refused.text)
        assert refused.json()["type"].endswith((":person_erased", ":case_ended"))

    for full in (False, True):
        body = {"full": full, "reason": "Lo chiede il tribunale." if full else ""}
        answer = people.post(AUDITOR, f"{path}/evidence", body)
        if full and answer.status_code >= 400:
            assert (answer.status_code, answer.json()["type"]) == (
                409, "urn:cantiere:problem:person_erased",
            )  # fmt: skip
            continue
        assert answer.status_code == 200, answer.text
        packed = out / f"{full}.zip"
        packed.write_bytes(answer.content)
        assert marks.found_in_files(out) == []
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert ERASED in archive.read("eventi.json").decode() or not full

    # What was proved before is proved still, and the log and all that is made of it agree.
    checked = run("proof", "check", proof, "--event", event, "--keys", keys)
    assert checked.status == 0, checked.err
    assert people.app.state.parts.reads.flush()
    rebuild_models(installation.url, service.recorder, models)
    verified = run("verify", "--log-only", "--documents")
    assert verified.status == 0, verified.out + verified.err
    for words in (("replay", case), ("case", "show", case), ("audit", "reads", "--person", about)):
        said = run(*words, "--json")
        assert said.status == 0, said.err
        assert not marks.seen_in((said.out + said.err).encode())
