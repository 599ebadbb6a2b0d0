"""Referring somebody: the form, kept as a draft; the last look; and the sending, which is done once
however often it is asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.http.access import may_read
from api.http.likenesses import PossibleDuplicates, possible
from api.http.notes import NoteBody
from api.http.notes import write as write_note
from api.http.problems import Problem
from api.http.referrals import ReferralBody, Referred, refer
from api.http.sights import sights
from api.web.desk import Desk, Entered, PageRoute, Posted, text_of, uuid_of
from api.web.drafts import KEPT_DAYS, Typing, typing_of
from api.web.inbox.view import number_of
from api.web.pages import page
from api.web.referring.form import (
    ELSEWHERE,
    FIELDS,
    FLAGS,
    Typed,
    account_of,
    case_of,
    choices_for,
    kept,
    places_of,
    read,
    referral,
    said,
    summary,
)
from api.web.words import common
from api.web.words import referring as words
from domain.case.commands import Referral
from domain.refer import examined
from domain.refusal import Refused
from protocols.text import Text

router = APIRouter(prefix="/segnalazioni/nuova", route_class=PageRoute)

_DRAFT = "segnalazione "
_SEARCHES, _SECONDS = 60, 60


@router.get("")
def blank(desk: Entered) -> Response:
    usual = choices_for(desk)
    typed: Typed = {"identity": ["named"], "referred_on": [usual.today.isoformat()]}
    if usual.comune:
        typed["comune"] = [usual.comune]
    if len(usual.mine) == 1:
        typed["service"] = [usual.mine[0][0]]
    return _form(desk, typed, desk.new_key, drafts=unfinished(desk))


@router.get("/{key}")
def again(key: UUID, desk: Entered) -> Response:
    """A draft, to go on with or to correct."""
    typed = _draft(desk, str(key))
    return _form(desk, typed, str(key)) if typed else _over(desk, str(key))


@router.post("")
def examine(desk: Entered, form: Posted) -> Response:
    """What was typed is kept whether or not it is right."""
    key, typed = _key(form), read(form)
    _keep(desk, key, typed, typing_of(form))
    try:
        referral(desk, typed, key)
    except Refused as refused:
        return _refused(desk, typed, key, refused)
    return RedirectResponse(f"/segnalazioni/nuova/{key}/riepilogo", 303)


@router.post("/{key}/bozza")
def keep(key: UUID, desk: Entered, form: Posted) -> Response:
    """While it is typed."""
    _keep(desk, str(key), read(form), typing_of(form))
    return Response(status_code=204)


@router.post("/{key}/elimina")
def drop(key: UUID, desk: Entered) -> Response:
    desk.request.app.state.drafts.drop(desk.person, _DRAFT + str(key))
    desk.flash("success", words.DROPPED)
    return RedirectResponse("/segnalazioni", 303)


@router.get("/{key}/riepilogo")
def last_look(key: UUID, desk: Entered) -> Response:
    typed = _draft(desk, str(key))
    if not typed:
        return _over(desk, str(key))
    try:
        command = referral(desk, typed, str(key))
    except Refused as refused:
        return _refused(desk, typed, str(key), refused)
    return _last_look(desk, typed, str(key), command)


@router.post("/{key}/invia")
def send(key: UUID, desk: Entered) -> Response:
    typed = _draft(desk, str(key))
    if not typed:
        return _over(desk, str(key))
    try:
        command = referral(desk, typed, str(key))
    except Refused as refused:
        return _refused(desk, typed, str(key), refused)
    try:
        sent: Referred = refer(_body(command), desk.door, str(key)).content
    except Refused as refused:
        if refused.kind != "conflict":
            return _refused(desk, typed, str(key), refused)
        return _last_look(desk, typed, str(key), command, refused)
    task = sent.open_tasks[0].task if sent.open_tasks else ""
    note = NoteBody.model_construct(
        text=account_of(typed), category="social", to="", task=task, answers="",
        expected_version=None,
    )  # fmt: skip
    position = write_note(sent.case, note, desk.door, f"{key} account").content.position
    desk.request.app.state.drafts.drop(desk.person, _DRAFT + str(key))
    desk.door.wait(position, "cases", "inbox")
    return RedirectResponse(f"/segnalazioni/{sent.case}/ricevuta", 303)


def unfinished(desk: Desk) -> list[dict[str, Any]]:
    """The reader's drafts: where to go on with each, and when it was kept. What was sent is none:
    the draft of a sending that broke off, or an autosave that came after it, is thrown away."""
    drafts = desk.request.app.state.drafts
    listed = drafts.listed(desk.person, _DRAFT, 10)
    if not listed:
        return []
    cases = {about: case_of(desk, about.removeprefix(_DRAFT)) for about, _ in listed}
    seen = sights(desk.door.service, list(cases.values()))
    for about, case in cases.items():
        if case in seen:
            drafts.drop(desk.person, about)
    return [
        {"key": about.removeprefix(_DRAFT), "at": at}
        for about, at in listed
        if cases[about] not in seen
    ]


# ── pages ────────────────────────────────────────────────────────────────────────────────────


def _form(desk: Desk, typed: Typed, key: str, status: int = 200, **more: Any) -> Response:
    services, comuni = places_of(desk)
    given: dict[str, Any] = {
        "errors": (), "summary": (), "problem": None, "drafts": [], "outside": False, **more,
    }  # fmt: skip
    return page(
        desk.request,
        "referring/form.html",
        status,
        choices=choices_for(desk),
        may=bool(services or comuni),
        elsewhere=ELSEWHERE,
        flags=FLAGS,
        typed={name: typed.get(name, []) for name in FIELDS},
        one={name: said(typed, name) for name in FIELDS},
        key=key,
        kept_days=KEPT_DAYS,
        **given,
    )


def _refused(desk: Desk, typed: Typed, key: str, refused: Refused) -> Response:
    """The form again, with what was typed and what is wrong with it."""
    if refused.kind not in ("invalid", "forbidden", "conflict"):
        raise refused
    problem = Problem.of(refused)
    outside = any(each.message == words.OUTSIDE for each in refused.fields)
    return _form(
        desk, typed, key, problem.status, problem=problem, errors=refused.fields,
        summary=summary(refused.fields), outside=outside,
    )  # fmt: skip


def _last_look(
    desk: Desk, typed: Typed, key: str, command: Referral, refused: Refused | None = None
) -> Response:
    desk.limits.count("search", desk.person, _SEARCHES, _SECONDS)
    service = desk.door.service
    territory = service.territory
    found = examined(service, command, service.clock.now())
    twins = PossibleDuplicates([])
    if not found.particulars.anonymous:
        twins = possible(desk.door, found.particulars.personal, found.particulars.sex)
    desks = territory.services_for(command.comune, "ACCESS_DESK")
    problem = Problem.of(refused) if refused else None
    other = uuid_of(refused.related.get("case", "")) if refused else None
    return page(
        desk.request,
        "referring/last_look.html",
        problem.status if problem else 200,
        key=key,
        lines=_lines(desk, typed, command),
        problem=problem,
        other=other if other and _may_see(desk, other) else None,
        twins=twins,
        number_of=number_of,
        desk_title=desks[0].title if desks else territory.comuni[command.comune].name,
        district=territory.districts[territory.district_of(command.comune)].title,
    )


def _lines(desk: Desk, typed: Typed, command: Referral) -> list[tuple[Text, Any]]:
    """(question, answer) of what was answered; days as days."""
    territory = desk.door.service.territory
    titles: dict[str, dict[str, Text]] = {
        "protocol": dict(choices_for(desk).protocols),
        "service": {command.service: territory.service(command.service).title},
        "identity": {"named": words.NAMED, "anonymous": words.ANONYMOUS},
        "sex": words.SEXES,
        "measure": words.MEASURES,
        "knows": words.KNOWN,
    }
    lines: list[tuple[Text, Any]] = []
    for name, title in FIELDS.items():
        value: Any = said(typed, name)
        if name in ("referred_on", "birth_date"):
            day = command.referred_on if name == "referred_on" else command.person.get(name)
            value = day if name == "referred_on" or day else ""
        elif name == "comune":
            value = territory.comuni[command.comune].name
        elif name == "attributes":
            value = [words.ATTRIBUTE[flag] for flag in FLAGS if command.attributes.get(flag)]
        elif name == "sealed":
            value = common.YES if value else ""
        elif name in ("account", *titles):
            value = titles.get(name, {}).get(value, value)
        else:
            value = command.person.get(name, "")
        if value and not (name == "protocol" and len(titles["protocol"]) == 1):
            lines.append((title, value))
    return lines


# ── drafts and keys ──────────────────────────────────────────────────────────────────────────


def _key(form: Any) -> str:
    """The referral's key; one that nobody issued becomes none. Raises Problem (422)."""
    key = uuid_of(text_of(form, "_key"))
    if key is None:
        raise Problem(
            422,
            "form_without_key",
            Text("Il modulo non è completo.", "The form is not complete."),
            Text("Ricominciare da «Nuova segnalazione».", "Begin again at “New referral”."),
        )
    return str(key)


def _keep(desk: Desk, key: str, typed: Typed, typing: Typing) -> None:
    # What was sent already is no draft: an autosave that comes late, or Back and send.
    if _sent(desk, key) is None:
        desk.request.app.state.drafts.save(desk.person, _DRAFT + key, kept(typed), typing=typing)


def _draft(desk: Desk, key: str) -> Typed:
    """Empty where there is none, or it has been sent."""
    found = desk.request.app.state.drafts.find(desk.person, _DRAFT + key)
    return found.values() if found else {}


def _sent(desk: Desk, key: str) -> UUID | None:
    case = case_of(desk, key)
    return case if _may_see(desk, case) else None


def _over(desk: Desk, key: str) -> Response:
    """Nothing to send: it was sent, by another click, or there is no such draft."""
    case = _sent(desk, key)
    return RedirectResponse(f"/segnalazioni/{case}/ricevuta" if case else "/segnalazioni", 303)


def _may_see(desk: Desk, case: UUID) -> bool:
    sight = sights(desk.door.service, [case]).get(case)
    return sight is not None and may_read(desk.reader, sight, "summary")


def _body(command: Referral) -> ReferralBody:
    """What `referral` has examined already."""
    return ReferralBody.model_construct(
        protocol=command.protocol,
        service=command.service,
        comune=command.comune,
        referred_on=command.referred_on,
        person=command.person,
        attributes=command.attributes,
    )
