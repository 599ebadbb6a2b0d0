"""A person who must never be sent to a host."""

from __future__ import annotations

from domain.case.commands import Command
from domain.holding import held_anywhere
from domain.host.events import PersonExcluded
from domain.host.handle import KEEPERS, unknown_host
from domain.reactions import Batch, recorded
from domain.retrying import decided_anew
from domain.service import CaseService, Receipt

# Besides those who keep the registry: those to whom a person in danger has told it.
MAY_EXCLUDE = ("anti_violence_referent", "municipal_referent", *KEEPERS)


class ExcludePerson(Command, frozen=True, kw_only=True):
    """`case` is the host's id; `person` the id of a person known to the territory."""

    person: str


def exclude_person(service: CaseService, command: ExcludePerson) -> Receipt:
    """Raises Refused, LogUnavailable. Excluding somebody twice is harmless."""
    role = held_anywhere(service.territory, command.actor, MAY_EXCLUDE)

    def attempt() -> Receipt:
        host = service.host(command.case)
        if host is None:
            raise unknown_host(command.case)
        bodies = [] if command.person in host.excluded else [PersonExcluded(command.person)]
        now = service.clock.now()
        events = recorded(host.id, host.version, bodies, command, role, now)
        return service.record(host.id, command, Batch(events))

    return decided_anew(attempt)
