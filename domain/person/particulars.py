"""What is known of a person by name: opened for one request, and never kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.log.appending import Claim, Claims
from domain.log.recorded import Recorded
from domain.person.events import PersonCorrected, PersonNamed, PersonRegistered
from domain.person.index import SCOPE, held, likeness_claims
from domain.person.register import blind_index
from domain.vault.events import PersonalReader
from domain.vault.fields import ERASED

if TYPE_CHECKING:
    from domain.service import CaseService


def particulars(history: Iterable[Recorded], reader: PersonalReader) -> dict[str, Any]:
    """By field, the latest that was recorded and still holds. Of who was erased, ERASED."""
    found: dict[str, Any] = {}
    for event in history:
        body = event.body
        if isinstance(body, PersonCorrected):
            found = {name: value for name, value in found.items() if name not in body.removed}
        elif not isinstance(body, (PersonRegistered, PersonNamed)):
            continue
        found |= reader.opened(event)
    return found


def particulars_of(service: CaseService, person: UUID) -> dict[str, Any]:
    """Raises LogUnavailable, VaultProblem."""
    return particulars(service.history(person), service.personal_reader(person))


def found_by(
    service: CaseService, person: UUID, personal: dict[str, Any], sex: str, *, named: bool
) -> tuple[Claims, bool]:
    """The claims by which this person is found from now on, in the place of those before; and
    whether the tax code is somebody else's. Who is anonymous is found by the pseudonym alone.

    Raises LogUnavailable.
    """
    take: list[Claim] = []
    elsewhere = False
    code = personal.get("tax_code")
    if code and code != ERASED:
        claim = Claim("person", blind_index(service.blind_key, code), person)
        elsewhere = service.recorder.holder("person", claim.key) not in (None, person)
        if not elsewhere:
            take.append(claim)
    if named:
        take += likeness_claims(service.blind_key, person, personal, sex)
    before = held(service.recorder, [person])
    release = [c for c in before if c.scope in ("person", SCOPE) and c not in take]
    return Claims(tuple(take), tuple(release)), elsewhere
