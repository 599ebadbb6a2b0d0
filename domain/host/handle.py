"""Registering hosts and changing what is known of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.case.commands import Actor, Command
from domain.host.events import HostChanged, HostRegistered
from domain.host.state import HostState
from domain.log.errors import Conflict
from domain.reactions import Batch, recorded
from domain.refusal import FieldProblem, Refused
from domain.service import CaseService, Receipt
from protocols.language.answers import text_problem
from protocols.territory import NotInForce, UnknownName
from protocols.text import Text

# Who keeps the registry of hosts: those who find them, and management.
KEEPERS = ("work_referent", "promoter", "tutor", "management")

_TEXTS = ("name", "sector")
_LISTS = ("jobs", "kinds", "flags", "excluded")
_NUMBERS = {"staff": 1_000_000, "places": 1_000}
_ATTEMPTS = 8


class RegisterHost(Command, frozen=True, kw_only=True):
    """`case` is the new host's id; `fields`: those of HostRegistered, `comune` an ISTAT code."""

    fields: dict[str, Any]


class ChangeHost(Command, frozen=True, kw_only=True):
    """`case` is the host's id; `changes`: only the fields that change."""

    changes: dict[str, Any]


def register_host(service: CaseService, command: RegisterHost) -> Receipt:
    """Raises Refused, LogUnavailable."""
    role = _keeper(command.actor)
    missing = [name for name in ("name", "comune", "staff", "places") if name not in command.fields]
    required = Text("è obbligatorio", "it is required")
    _check(service, command.fields, tuple(FieldProblem(name, required) for name in missing))
    given: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else value for name, value in command.fields.items()
    }
    body = HostRegistered(**{"sector": "", **given})
    now = service.clock.now()
    try:
        return service.record(
            command.case, command, Batch(recorded(command.case, 0, [body], command, role, now))
        )
    except Conflict:
        raise Refused(
            "conflict",
            "host_exists",
            Text("Questo soggetto ospitante esiste già.", "This host exists already."),
            related={"host": str(command.case)},
        ) from None


def change_host(service: CaseService, command: ChangeHost) -> Receipt:
    """Raises Refused, LogUnavailable."""
    role = _keeper(command.actor)
    if not command.changes:
        raise Refused(
            "invalid",
            "nothing_to_change",
            Text("Non è indicato che cosa cambiare.", "There is nothing to change."),
        )
    _check(service, command.changes, ())
    for _ in range(_ATTEMPTS):
        host = service.host(command.case)
        if host is None:
            raise unknown_host(command.case)
        _enough_places(host, command.changes)
        now = service.clock.now()
        body = HostChanged(command.changes)
        events = recorded(host.id, host.version, [body], command, role, now)
        try:
            return service.record(host.id, command, Batch(events))
        except Conflict:
            continue
    raise Refused(
        "conflict",
        "too_busy",
        Text(
            "Troppe persone stanno aggiornando questo soggetto ospitante.",
            "Too many people are updating this host.",
        ),
        Text("Riprovare tra qualche secondo.", "Try again in a few seconds."),
    )


def unknown_host(host: UUID) -> Refused:
    return Refused(
        "not_found",
        "unknown_host",
        Text(f"Il soggetto ospitante {host} non esiste.", f"There is no host {host}."),
        Text("Controllare il numero.", "Check the number."),
    )


def _keeper(actor: Actor) -> str:
    for role, _, _ in actor.holds:
        if role in KEEPERS:
            return role
    raise Refused(
        "forbidden",
        "role_not_held",
        Text(
            f"La banca dati aziende è tenuta da: {', '.join(KEEPERS)}.",
            f"The registry of hosts is kept by: {', '.join(KEEPERS)}.",
        ),
        Text("Chiedere a chi ha uno di quei ruoli.", "Ask whoever holds one of those roles."),
    )


def _enough_places(host: HostState, changes: dict[str, Any]) -> None:
    places = changes.get("places", host.places)
    if places < len(host.taken):
        message = Text(
            f"{len(host.taken)} posti sono occupati adesso",
            f"{len(host.taken)} places are taken now",
        )
        raise Refused(
            "conflict",
            "places_taken",
            Text("I posti offerti non bastano per chi c'è.", "Too few places for those there."),
            fields=(FieldProblem("places", message),),
        )


def _check(service: CaseService, given: dict[str, Any], problems: tuple[FieldProblem, ...]) -> None:
    found = list(problems)
    today = service.clock.now().astimezone(service.territory.timezone).date()
    for name, value in given.items():
        problem = _problem(service, name, value, today)
        if problem is not None:
            found.append(FieldProblem(name, problem))
    if found:
        raise Refused(
            "invalid",
            "host_invalid",
            Text("I dati del soggetto ospitante non vanno bene.", "The host's data are not right."),
            Text("Correggere i campi indicati.", "Correct the fields that are named."),
            tuple(found),
        )


def _problem(service: CaseService, name: str, value: Any, today: date) -> Text | None:
    if name in _TEXTS:
        return _text(value, required=name == "name")
    if name == "comune":
        try:
            service.territory.comune(value)
        except UnknownName as error:
            return error.message
        return None
    if name in _NUMBERS:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and 0 <= value <= _NUMBERS[name]:
            return None
        return Text("deve essere un numero intero non negativo", "a whole number, not negative")
    if name in _LISTS:
        if not isinstance(value, (list, tuple)) or len(value) > 100:
            return Text("deve essere un elenco di testi", "it must be a list of texts")
        for item in value:
            problem = _text(item, required=True)
            if problem is None and name == "kinds":
                problem = _kind(service, item, today)
            if problem is None and name == "excluded":
                problem = _person_id(item)
            if problem is not None:
                return problem
        return None
    return Text("campo non previsto", "no such field")


def _person_id(value: str) -> Text | None:
    """Ids only: a name would stand readable in the log for ever."""
    try:
        UUID(value)
    except ValueError:
        return Text("deve essere l'id di una persona", "it must be a person's id")
    return None


def _text(value: Any, *, required: bool) -> Text | None:
    if not isinstance(value, str):
        return Text("deve essere un testo", "it must be a text")
    if required and not value.strip():
        return Text("è obbligatorio", "it is required")
    return text_problem(value, 200)


def _kind(service: CaseService, kind: str, today: date) -> Text | None:
    try:
        service.territory.placement_rule(kind, today)
    except (UnknownName, NotInForce) as error:
        return error.message
    return None
