"""Events with what is personal in them sealed, and opened again for who may read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.vault.fields import Place, is_sealed, seal, unseal
from domain.vault.vault import Vault


def sealed(event: Recorded, person: UUID, vault: Vault) -> Recorded:
    """The event as the log may keep it. Raises Erased, VaultProblem, LogUnavailable."""
    personal = getattr(event.body, "personal", None)
    if not personal or all(map(is_sealed, personal.values())):
        return event
    key = vault.key_to_write(person)
    body = replace(event.body, personal=seal(personal, key, _place(event, person)))
    return replace(event, body=body)


class PersonalReader:
    """Opens what is personal of one person. The key is asked for once, when it is first needed:
    make a new reader for every request."""

    def __init__(self, vault: Vault, person: UUID) -> None:
        self._vault = vault
        self._person = person
        self._asked = False
        self._key: bytes | None = None

    def open(self, event: Recorded, field: str, value: Any) -> Any:
        """A value of the event's `personal`, in the clear. Raises FieldAltered, VaultProblem."""
        if not is_sealed(value):
            return value
        if not self._asked:
            self._key = self._vault.key_to_read(self._person)
            self._asked = True
        return unseal(field, value, self._key, _place(event, self._person))

    def opened(self, event: Recorded) -> dict[str, Any]:
        """All that is personal in the event."""
        personal: dict[str, Any] = event.body.personal
        return {name: self.open(event, name, value) for name, value in personal.items()}


def _place(event: Recorded, person: UUID) -> Place:
    return Place(person, event.originator_id, event.originator_version)
