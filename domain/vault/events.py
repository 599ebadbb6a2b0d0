"""Events with what is personal in them sealed, and opened again for who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.log.recorded import Recorded
from domain.vault.fields import Place, is_sealed, seal, unseal
from domain.vault.vault import Vault


def sealed(event: Recorded, person: UUID, vault: Vault) -> Recorded:
    """The event as the log may keep it: its `personal`, and what of it is `typed`, sealed.

    Raises Erased, VaultProblem, LogUnavailable.
    """
    body = event.body
    personal = getattr(body, "personal", None) or {}
    typed = {typed_field(name): text for name in body.typed if (text := getattr(body, name))}
    if not personal and not typed:
        return event
    key, place = vault.key_to_write(person), _place(event, person)
    changed: dict[str, Any] = {name[1:]: text for name, text in seal(typed, key, place).items()}
    if personal:
        changed["personal"] = seal(personal, key, place)
    return replace(event, body=replace(body, **changed))


class PersonalReader:
    """Opens what is personal of one person. The key is asked for once, when it is first needed,
    or is among `keys`, asked for many at once: make a new reader for every request."""

    def __init__(
        self, vault: Vault, person: UUID, keys: Mapping[UUID, bytes] | None = None
    ) -> None:
        self._vault = vault
        self._person = person
        self._asked = keys is not None
        self._key = keys.get(person) if keys is not None else None

    def open(self, event: Recorded, field: str, value: Any) -> Any:
        """A value of the event's `personal`, in the clear. Raises FieldAltered, VaultProblem."""
        if not is_sealed(value):
            return value
        if not self._asked:
            self._key = self._vault.key_to_read(self._person)
            self._asked = True
        return unseal(field, value, self._key, _place(event, self._person))

    def typed(self, event: Recorded, field: str) -> str:
        """A field of the body that somebody typed, in the clear; ERASED once the key is gone."""
        text: str = self.open(event, typed_field(field), getattr(event.body, field))
        return text

    def opened(self, event: Recorded) -> dict[str, Any]:
        """All that is personal in the event."""
        personal: dict[str, Any] = event.body.personal
        return {name: self.open(event, name, value) for name, value in personal.items()}


def typed_field(field: str) -> str:
    """The name to which a typed field is bound: no form has a field of such a name."""
    return f"@{field}"


def _place(event: Recorded, person: UUID) -> Place:
    return Place(person, event.originator_id, event.originator_version)
