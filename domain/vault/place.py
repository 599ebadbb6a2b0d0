"""Where this installation keeps the keys that protect its personal data."""

from __future__ import annotations

import os
from pathlib import Path

from domain.proof.keys import KeyProblem
from domain.proof.place import archive_of
from domain.vault.wrapping import KeyRing, key_ring


def key_file(home: Path | None) -> Path | None:
    """CANTIERE_VAULT_KEYS, or `<home>/vault.keys`; None where neither is given."""
    given = os.environ.get("CANTIERE_VAULT_KEYS", "").strip()
    if given:
        return Path(given).expanduser()
    return home / "vault.keys" if home else None


def wrapping_of(home: Path | None, derived: bytes) -> KeyRing:
    """The key ring of the installation. ``derived``: a key from the installation's secret, for an
    installation without a folder. Raises VaultProblem."""
    path = key_file(home)
    return key_ring(path) if path else KeyRing({"derived": derived})


def erased_register(home: Path | None) -> Path | None:
    """Beside the checkpoints, outside the database; None where there is no place for it."""
    try:
        return archive_of(home).folder / "erased"
    except KeyProblem:
        return None
