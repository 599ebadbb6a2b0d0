"""The path that every case of the measurements takes: referral to follow-up, mini protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from domain.case import commands as c
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from protocols.registry import Registry
from protocols.territory import Territory, default_pack, load_territory

PACK = Path(__file__).parents[1] / "tests" / "packs" / "mini"
MELZO = "015142"
DISTRICT = "district:5"
MACHINE = c.Actor("system:bench")
_TAKEN = 3


@cache
def territory() -> Territory:
    return load_territory(default_pack())


def service_on(
    database_url: str, kind: type[CaseService] = CaseService, *, threads: int = 8
) -> CaseService:
    """As `CaseService.connect` makes it for a real installation, with the mini protocol."""
    recorder = CaseLogRecorder.connect(database_url, pool_size=threads)
    return kind(recorder, Registry.load(PACK), territory(), SystemClock(), b"k" * 32)


class People:
    """Who acts on a case, with the roles they hold on a day."""

    def __init__(self, day: date) -> None:
        self.desk = _holder("desk_operator", f"comune:{MELZO}", day)
        self.municipal = _holder("municipal_referent", f"comune:{MELZO}", day)
        self.district = _holder("district_referent", DISTRICT, day)
        self.manager = self.municipal
        self.members = (self.municipal.id, self.district.id)


@cache
def _holder(role: str, scope: str, day: date) -> c.Actor:
    person = territory().holders(role, scope, day)[0][0]
    held = territory().memberships(person, day)
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def referral(case: UUID, people: People, day: date) -> c.Referral:
    return c.Referral(
        command_id=uuid4(),
        actor=people.desk,
        case=case,
        protocol="mini",
        service="cps-melzo",
        comune=MELZO,
        referred_on=day,
        person={"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
    )


def long_path(case: UUID, people: People, day: date) -> Iterator[c.Command]:
    """`path`, with every task of a person taken and put back three times before it is done: about
    50 events, as a case has that goes on for a year."""
    begun = set()
    for command in path(case, people, day):
        if isinstance(command, c.ClaimTask | c.CompleteTask) and command.task not in begun:
            begun.add(command.task)
            for _ in range(0 if command.actor == MACHINE else _TAKEN):
                yield _asked(c.ClaimTask, case, command.actor, task=command.task)
                yield _asked(c.ReleaseTask, case, command.actor, task=command.task)
        yield command


def _asked(kind: type[c.Command], case: UUID, actor: c.Actor, **fields: Any) -> c.Command:
    return kind(command_id=uuid4(), actor=actor, case=case, **fields)


def path(case: UUID, people: People, day: date) -> Iterator[c.Command]:
    """The commands of one case, in order: 10 of them."""
    yield referral(case, people, day)

    def ask(kind: type[c.Command], actor: c.Actor, **fields: Any) -> c.Command:
        return _asked(kind, case, actor, **fields)

    yield ask(c.ClaimTask, people.municipal, task="triage")
    yield ask(
        c.CompleteTask, people.municipal, task="triage", outcome="complex",
        data={"need": "work", "notes": "Cerca lavoro; ha un diploma. Colloquio di un'ora."},
    )  # fmt: skip
    yield ask(c.CompleteTask, MACHINE, task="letter", outcome="done")
    yield ask(
        c.CompleteTask, people.district, task="team", outcome="done",
        data={
            "manager": people.manager.id,
            "members": [{"person": m, "role": "municipal_referent"} for m in people.members],
        },
    )  # fmt: skip
    for member, actor in zip(people.members, (people.municipal, people.district), strict=True):
        yield ask(c.CompleteTask, actor, task=f"assess#{member}", outcome="done")
    yield ask(c.CompleteTask, people.district, task="conference", outcome="admit")
    yield ask(c.ClaimTask, people.manager, task="placement")
    yield ask(c.CompleteTask, people.manager, task="placement", outcome="completed")
