"""Rows of lists, with the pseudonyms that read models keep sealed made readable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from domain.vault.events import typed_field
from domain.vault.fields import Place, is_sealed, unseal
from domain.vault.vault import Vault

Row = TypeVar("Row", bound=Any)
"""With `person`, a UUID, and `pseudonym` as the person's first event has it."""


def with_pseudonyms(vault: Vault, rows: Sequence[Row]) -> list[Row]:
    """The rows as people may see them. One question to the database, whatever their number.
    Raises FieldAltered, VaultProblem, LogUnavailable."""
    sealed = {row.person for row in rows if is_sealed(row.pseudonym)}
    keys = vault.keys_to_read(sealed) if sealed else {}
    return [
        replace(row, pseudonym=_opened(row, keys.get(row.person))) if row.person in sealed else row
        for row in rows
    ]


def _opened(row: Any, key: bytes | None) -> str:
    name: str = unseal(
        typed_field("pseudonym"), row.pseudonym, key, Place(row.person, row.person, 1)
    )
    return name
