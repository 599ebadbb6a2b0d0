"""Making anew by what persons are found: for who was registered before there was an index."""

from __future__ import annotations

import msgspec

from domain.log.appending import Claims
from domain.person.index import held
from domain.person.particulars import found_by, particulars
from domain.person.state import fold
from domain.service import CaseService

_PERSON = "person.person-registered"


class Indexed(msgspec.Struct, frozen=True):
    """`changed`: persons whose keys were not what their particulars say."""

    persons: int
    changed: int


def index_persons(service: CaseService) -> Indexed:
    """Persons one by one, in constant memory; harmless to repeat, and while people work.
    Raises LogUnavailable, VaultProblem."""
    persons = changed = 0
    for person in service.recorder.originators_of(_PERSON):
        history = service.history(person)
        state = fold(person, history)
        assert state is not None
        persons += 1
        if state.erased:
            claims = Claims((), held(service.recorder, [person]))
        else:
            personal = particulars(history, service.personal_reader(person))
            claims, _ = found_by(service, person, personal, state.sex, named=not state.anonymous)
            before = held(service.recorder, [person])
            claims = Claims(tuple(c for c in claims.take if c not in before), claims.release)
        if not (claims.take or claims.release):
            continue
        changed += 1
        service.recorder.append([], claims=claims)
        # Whoever was erased or corrected at this very moment must not be found as before.
        again = fold(person, service.history(person))
        if again is not None and again.version != state.version:
            service.recorder.append([], claims=Claims((), claims.take))
    return Indexed(persons, changed)
