"""What a case's decision entails outside the case, saved in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.case.commands import Command
from domain.case.decide import Decision
from domain.case.state import CaseState
from domain.host.events import PlaceFreed
from domain.host.state import take_place
from domain.log.appending import Claim, Claims
from domain.log.recorded import Recorded
from domain.person.particulars import found_by, particulars
from domain.person.register import read_particulars
from domain.refusal import Refused
from protocols import facts
from protocols.engine import events as e
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService


# What a form may ask of somebody who gives their name.
NAMED = ("first_name", "last_name", "birth_date", "tax_code", "sex", "address", "phone")
_ANSWERED = (e.StepCompleted, e.CaseEventHappened)


class Batch(msgspec.Struct, frozen=True):
    """All that one command writes. `state`: the case afterwards, if it is a case; `person`: whom
    the command's case is about, where no state tells."""

    events: list[Recorded]
    claims: Claims = Claims()
    state: CaseState | None = None
    person: UUID | None = None


def recorded(
    originator: UUID,
    version: int,
    bodies: Sequence[e.Body],
    command: Command,
    role: str | None,
    now: datetime,
) -> list[Recorded]:
    """Envelopes for `bodies`, the first one having version `version` + 1."""
    return [
        Recorded(
            originator_id=originator,
            originator_version=version + 1 + index,
            at=now,
            actor=command.actor.id,
            role=role,
            command_id=command.command_id,
            body=body,
            occurred_at=getattr(command, "occurred_at", None),
        )
        for index, body in enumerate(bodies)
    ]


def consequences(
    service: CaseService, before: CaseState, decision: Decision, command: Command, now: datetime
) -> Batch:
    """Places at hosts are taken and freed; a person who gives a name is named; the claim to be the
    person's only open case is released at the end and taken again by a new episode."""
    bodies = list(decision.events)
    after = decision.state
    elsewhere: list[Recorded] = []
    take: list[Claim] = []
    release: list[Claim] = []
    for index, body in enumerate(bodies):
        if isinstance(body, facts.PersonIdentified):
            done = index - 1
            while not isinstance(answered := bodies[done], _ANSWERED):
                done -= 1
            named, claims = _name(service, after, answered, command, now)
            elsewhere += named
            take += claims.take
            release += claims.release
            # The name belongs to the person's own stream, not to the case's.
            kept = {name: value for name, value in answered.personal.items() if name not in NAMED}
            bodies[done] = replace(answered, personal=kept)
        elif isinstance(body, e.CaseEnded):
            release.append(_only_case(after))
        elif isinstance(body, e.EpisodeStarted):
            take.append(_only_case(after))
    elsewhere += _places(service, before, decision, command, now)
    events = recorded(after.id, before.version, bodies, command, decision.role, now)
    return Batch([*events, *elsewhere], Claims(tuple(take), tuple(release)), after)


def _only_case(state: CaseState) -> Claim:
    assert state.opened is not None
    scope = f"open-case:{state.opened.protocol}"
    return Claim(scope, UUID(state.attributes["person"]).bytes, state.id)


def _places(
    service: CaseService, before: CaseState, decision: Decision, command: Command, now: datetime
) -> list[Recorded]:
    """What happens to the places of the hosts that the case leaves and enters."""
    events: list[Recorded] = []
    held = before.place
    if held and decision.state.place != held:
        host = service.host(UUID(held[0]))
        if host is not None:
            reason = next(
                (
                    type(body).__name__
                    for body in decision.events
                    if isinstance(body, (facts.PlaceReleased, facts.PlacementEnded, e.CaseEnded))
                ),
                "moved",
            )
            freed = PlaceFreed(str(before.id), reason)
            events += recorded(host.id, host.version, [freed], command, decision.role, now)
    wanted = decision.state.place
    if wanted and wanted != held:
        host = service.host(UUID(wanted[0]))
        if host is None:
            raise Refused(
                "invalid",
                "unknown_host",
                Text("Questo soggetto ospitante non esiste.", "There is no such host."),
            )
        day = now.astimezone(service.territory.timezone).date()
        person = decision.state.attributes["person"]
        taken = take_place(host, before.id, person, wanted[1], service.territory, day)
        if taken is not None:
            events += recorded(host.id, host.version, [taken], command, decision.role, now)
    return events


def _name(
    service: CaseService,
    state: CaseState,
    answered: e.StepCompleted | e.CaseEventHappened,
    command: Command,
    now: datetime,
) -> tuple[list[Recorded], Claims]:
    person = UUID(state.attributes["person"])
    day = now.astimezone(service.territory.timezone).date()
    given = {
        name: value
        for name, value in {**answered.data, **answered.personal}.items()
        if name in NAMED
    }
    named = read_particulars(given, day)
    history = service.history(person)
    known = particulars(history, service.personal_reader(person)) | named.personal
    # Somebody else may be known by the tax code already. A name is not refused for that, nor is
    # it said here: those who may join the two are told that they are alike.
    claims, _ = found_by(service, person, known, named.sex, named=True)
    version = history[-1].originator_version
    return recorded(person, version, [named.named()], command, None, now), claims
