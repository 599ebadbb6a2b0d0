"""Commands about a person: in which role, with which reason, on which streams at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from domain.case.commands import Actor, Command
from domain.case.state import CaseState
from domain.holding import not_held
from domain.log.appending import Claims
from domain.log.recorded import Recorded
from domain.person.forgetting import cases_of
from domain.person.state import PersonState, person_of
from domain.reactions import Batch, recorded
from domain.refusal import Refused
from domain.retrying import decided_anew
from protocols.engine.events import Body
from protocols.language.answers import text_problem
from protocols.territory import Territory, scope_place
from protocols.text import Text

if TYPE_CHECKING:
    from domain.service import CaseService, Receipt


class Said(NamedTuple):
    """What is to be written: bodies by stream, each at the version it was read at."""

    streams: Sequence[tuple[UUID, int, Sequence[Body]]]
    claims: Claims = Claims()


def once(service: CaseService, command: Command, role: str, decide: Callable[[], Said]) -> Receipt:
    """Decide and write, all streams together or none. A command that was done before gets the
    answer it got then. Raises Refused, LogUnavailable."""
    row = service.recorder.command(command.command_id)
    if row is not None:
        return service.repeated(row, command)

    def attempt() -> Receipt:
        said, now = decide(), service.clock.now()
        events: list[Recorded] = []
        for stream, version, bodies in said.streams:
            events += recorded(stream, version, bodies, command, role, now)
        return service.record(command.case, command, Batch(events, said.claims))

    return decided_anew(attempt)


def own(service: CaseService, person: UUID) -> PersonState:
    """A person who stands for nobody but themself and those merged into them. Raises Refused."""
    state = person_of(service, person)
    if state.kept_by is not None:
        raise Refused(
            "conflict",
            "person_merged",
            Text(
                f"La persona {person} è stata unita a un'altra.",
                f"Person {person} was merged into another.",
            ),
            Text("Usare quella che è rimasta.", "Use the one that was kept."),
            related={"person": str(state.kept_by)},
        )
    if state.erased:
        raise Refused(
            "conflict",
            "person_erased",
            Text(
                "I dati di questa persona sono stati cancellati.",
                "This person's data were erased.",
            ),
        )
    return state


def cases_about(service: CaseService, person: PersonState) -> list[CaseState]:
    """The cases of the person and of all for whom they stand, open or ended."""
    return [service.state(case) for one in person.ids for case in cases_of(service, one)]


def role_in(
    territory: Territory, actor: Actor, roles: Iterable[str], cases: Iterable[CaseState]
) -> str:
    """The role in which the actor may act: one of `roles`, held for the whole territory or where
    one of the cases is. Raises Refused (forbidden)."""
    roles = tuple(roles)
    places = set()
    for case in cases:
        of = case.attributes
        places |= {f"comune:{of['comune']}", f"district:{of['district']}"}
        places.add(f"service:{of['service']}")
    held = False
    for role, scope, _ in actor.holds:
        if role in roles:
            held = True
            if not scope_place(scope) or scope in places:
                return role
    raise not_held(territory, roles, elsewhere=held)


def check_why(why: str) -> None:
    """Raises Refused (invalid)."""
    problem = text_problem(why) or (
        Text("serve una motivazione", "a reason is needed") if len(why.strip()) < 3 else None
    )
    if problem is not None:
        raise Refused("invalid", "reason_invalid", problem)
