"""What people write beside the steps of a case, and what they write in the wrong place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import psycopg
from psycopg_pool import ConnectionPool

from api.web.desk import COOKIE
from api.web.drafts import Drafts
from api.web.sessions import Sessions, csrf_token
from domain.person.events import PersonNamed
from domain.secret import derive, installation_secret
from tests.canary import marks
from tests.canary.playing import NEW, Played, Town, person
from tests.documents import made

# Of a person with a name, and of one who was referred by the addiction service without.
NAMED, NAMELESS = 231, 211


def say_everything(town: Town, database_url: str) -> list[Played]:
    """In cases that have just been opened: theirs, and one of somebody who was taken for another
    for a while."""
    named, nameless = town.refer(NAMED), town.refer(NAMELESS)
    _notes(town, named.case, NAMED)
    _documents(town, named.case, NAMED)
    _emergency(town, named.case, NAMED)
    _rights(town, named.person, referent_of(town, named.case), NAMED)
    _give_name(town, nameless, NAMELESS)
    _type_in_pages(town, database_url, named, NAMED)
    return [named, nameless, _mistaken(town, named, NAMED)]


def referent_of(town: Town, case: str) -> str:
    return town.holder("municipal_referent", f"comune:{town.state(case).attributes['comune']}")


def _done(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def _notes(town: Town, case: str, number: int) -> None:
    referent, path = referent_of(town, case), f"/cases/{case}/notes"
    desk = town.holder("desk_operator", f"comune:{town.state(case).attributes['comune']}")
    _done(town.post(referent, path, {"text": marks.text(number, "nota")}))
    _done(town.post(referent, path, {"text": marks.text(number, "domanda"), "to": desk}))
    question = town.state(case).questions[-1].note
    reply = {"text": marks.text(number, "risposta"), "answers": question}
    _done(town.post(desk, path, reply))


def _documents(town: Town, case: str, number: int) -> None:
    referent, path = referent_of(town, case), f"/cases/{case}/documents"
    text = marks.text(number, "allegato").encode() * 2_000
    for name, content in (("Relazione.txt", text), ("Lettera.pdf", made.PDF)):
        headers = {
            "Authorization": f"Bearer {town.issuer.token(referent)}",
            "Idempotency-Key": f"{marks.TEXT}-{number}-{name}",
            "Document-Name": quote(f"{marks.TEXT} {name}"),
            "Document-Title": quote(marks.text(number, "titolo").replace("\n", " ")),
        }
        added = _done(town.http.post(path, content=content, headers=headers))
        given = town.get(referent, f"{path}/{added['document']}")
        assert given.content == content
    why = {"reason": marks.text(number, "ritirato")}
    _done(town.post(referent, f"{path}/{added['document']}/withdraw", why))
    town.get(referent, path)


def _emergency(town: Town, case: str, number: int) -> None:
    referent, path = referent_of(town, case), f"/cases/{case}/emergency-access"
    said = {"reason": marks.text(number, "emergenza"), "categories": ["social"]}
    opened = _done(town.post(referent, path, said))
    officer = town.holder("protection_officer", "audit")
    review = {"justified": False, "note": marks.text(number, "verifica")}
    _done(town.post(officer, f"{path}/{opened['access']}/review", review))


def _rights(town: Town, person: str, referent: str, number: int) -> None:
    officer, path = town.holder("protection_officer", "audit"), f"/persons/{person}"
    why = marks.text(number, "perché")
    right = {"phone": marks.PHONE, "address": f"Corso {marks.TEXT} {number}"}
    _done(town.post(referent, f"{path}/correction", {"fields": right, "why": why}))
    refused = {"fields": ["birth_date"], "why": why}
    _done(town.post(referent, f"{path}/correction/refusal", refused))
    _done(town.post(officer, f"{path}/restriction", {"ground": "a", "why": why}))
    until = town.service.clock.now() + timedelta(days=9)
    eased = {"to": referent, "ground": "consent", "until": until.isoformat(), "why": why}
    _done(town.post(officer, f"{path}/restriction/exceptions", eased))
    _done(town.post(officer, f"{path}/restriction/lift", {"why": why}))
    decides = town.holder("management", "management")
    _done(town.post(decides, f"{path}/hold", {"why": why}))
    _done(town.post(decides, f"{path}/hold", {"why": why, "lift": True}))


def _mistaken(town: Town, played: Played, number: int) -> Played:
    """Somebody is registered a second time, joined, and parted again."""
    comune = town.state(played.case).attributes["comune"]
    desk = town.holder("desk_operator", f"comune:{comune}")
    who = person(0) | {"last_name": f"{marks.TEXT} Bis", "tax_code": marks.tax_code(700 + number)}
    said = {"service": "desk-015142", "comune": comune, "referred_on": NEW, "person": who}
    town.post(desk, "/persons/search", {k: who[k] for k in ("first_name", "last_name")})
    case = _done(town.post(desk, "/referrals", said))["case"]
    twin = Played(case, town.state(case).attributes["person"])
    town.close_case(twin)
    why = marks.text(number, "unione")
    path, coordinator = f"/persons/{played.person}", town.holder("coordinator", "joint_office")
    proposal = {"merged": twin.person, "why": why}
    _done(town.post(referent_of(town, played.case), f"{path}/merges", proposal))
    _done(town.post(coordinator, f"{path}/merges/{twin.person}/decision", {"approve": True}))
    _done(town.post(coordinator, f"{path}/merges/{twin.person}/undo", {"why": why}))
    return twin


def _give_name(town: Town, played: Played, number: int) -> None:
    """Who was anonymous says who they are: DPR 309/1990 art. 120."""
    state = town.state(played.case)
    assert state.attributes["anonymous"]
    allowed = town.service.plan(state).protocol.exceptions
    for step in ("carry_out_project", "give_name"):
        if town.state(played.case).marks[step].status != "open":
            said = {"kind": "force", "step": step, "reason": marks.text(number, "nome")}
            _done(
                town.post(town.by(state, allowed.force), f"/cases/{played.case}/exceptions", said)
            )
    state = town.state(played.case)
    task = next(task for task in state.open_tasks() if task.step == "give_name")
    data = {
        "first_name": f"{marks.TEXT}na", "last_name": f"D'{marks.TEXT}", "sex": "F",
        "birth_date": marks.BIRTH_DATE, "tax_code": marks.tax_code(number),
    }  # fmt: skip
    address = quote(f"{played.case}:{task.key}", safe="")
    done = {"outcome": "named", "data": data}
    _done(town.post(referent_of(town, played.case), f"/tasks/{address}/complete", done))
    about = town.service.history(UUID(played.person))
    assert any(isinstance(event.body, PersonNamed) for event in about)


def _type_in_pages(town: Town, database_url: str, played: Played, number: int) -> None:
    """In the pages, without sending it; and sending it when the session has just run out."""
    state, said = town.state(played.case), marks.text(number, "bozza")
    task = next(task for task in state.open_tasks() if not task.automation)
    writer = town.holders(state, task)[0]
    with ConnectionPool(database_url, min_size=1, max_size=1) as pool:
        secret = Sessions(pool).begin(writer)
        drafts = Drafts(pool, town.service.vault, derive(_secret(town), "drafts"))
        drafts.save(writer, f"referral {uuid4()}", [("last_name", said)])
    server = str(town.http.base_url).removesuffix("/api/v1/")
    path = f"{server}/attivita/{played.case}/{quote(task.key, safe='')}"
    headers = {"Cookie": f"{COOKIE}={secret}", "Origin": server}
    form = {"_csrf": csrf_token(secret), "_giro": "1", "notes": said, "x": said}
    assert town.http.post(f"{path}/bozza", data=form, headers=headers).status_code < 300
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE web_sessions SET seen_at = seen_at - interval '1 hour'")
        late = town.http.post(path, data=form, headers=headers)
        assert "/riprendi/" in late.headers["Location"] or "riprendi" in late.text
        rows = connection.execute(
            "SELECT split_part(about, ' ', 1) FROM web_drafts WHERE subject = %s",
            (UUID(played.person),),
        ).fetchall()
    assert {row[0] for row in rows} >= {"task", "sent"}


def _secret(town: Town) -> bytes:
    return installation_secret(town.home)


def stumble(town: Town, case: str, number: int) -> None:
    """Everything that people type in the wrong place; what is answered repeats none of it."""
    said = marks.text(number, "sbaglio")
    comune = town.state(case).attributes["comune"]
    desk = town.holder("desk_operator", f"comune:{comune}")
    right = {
        "service": "desk-015142", "comune": comune, "referred_on": NEW,
        "person": person(number) | {"tax_code": marks.tax_code(900)},
    }  # fmt: skip
    task = quote(f"{case}:{marks.TEXT}", safe="")
    for path, body in (
        ("/referrals", right | {"person": {"first_name": said, "birth_date": said}}),
        ("/referrals", right | {"person": right["person"] | {"sex": said, "email": [said]}}),
        ("/referrals", right | {"comune": said}),
        ("/referrals", right | {"service": said}),
        ("/referrals", right | {"referred_on": said}),
        ("/referrals", right | {"attributes": {said: said}}),
        ("/referrals", right | {"person": right["person"] | {"last_name": said + "\x00"}}),
        ("/referrals", right | {said[:20]: said}),
        ("/referrals", [said]),
        (f"/tasks/{task}/complete", {"outcome": said, "data": {said[:20]: said}}),
        (f"/cases/{case}/events/{marks.TEXT}", {"data": {"x": said}}),
        (f"/cases/{case}/exceptions", {"kind": "skip", "step": said, "reason": said}),
        (f"/cases/{case}/members", {"step": "assess", "member": said[:100]}),
        (f"/cases/{case}/notes", {"text": said, "to": said[:50]}),
        ("/cases/search", {"tax_code": said[:30]}),
        ("/cases/search", {"pseudonym": said[:30]}),
        ("/cases/search", {"tax_code": marks.tax_code(number)}),
    ):
        town.post(desk, path, body)
    for path in (f"/cases?stage={marks.TEXT}", f"/{marks.TEXT}", f"/cases/{marks.TEXT}"):
        town.get(desk, path, q=marks.TEXT)
    token = {"Authorization": f"Bearer {marks.TEXT}", "User-Agent": marks.TEXT}
    town.http.get("/cases", headers=token)
    town.http.post("/referrals", content=said.encode(), headers=token)
    town.http.post(
        "/referrals",
        content=f'{{"person": "{marks.TEXT}'.encode(),
        headers={"Authorization": f"Bearer {town.issuer.token(desk)}"},
    )
