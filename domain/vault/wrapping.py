"""Key-encryption keys: what wraps the persons' data keys. A file by default; room for a KMS.

AES-256-GCM (NIST SP 800-38D); the person's id is bound to the wrapped key.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocols.text import Text

_NONCE = 12


class VaultProblem(Exception):
    """Personal data cannot be read or written now; ``message`` says what to do. Never a key."""

    def __init__(self, it: str, en: str) -> None:
        self.message = Text(it, en)
        super().__init__(it)


class Wrapping(Protocol):
    """Something that wraps data keys and keeps its own keys to itself."""

    @property
    def current(self) -> str:
        """Name of the key that wraps now."""
        ...

    def wrap(self, person: UUID, key: bytes) -> bytes:
        """The data key, wrapped by the current key."""
        ...

    def unwrap(self, person: UUID, wrapped_by: str, wrapped: bytes) -> bytes:
        """The data key. Raises VaultProblem."""
        ...


class KeyRing:
    """Key-encryption keys by name, the newest last. ``again`` reads them anew: another process may
    have added one since."""

    def __init__(
        self, keys: dict[str, bytes], again: Callable[[], dict[str, bytes]] | None = None
    ) -> None:
        self._keys = keys
        self._again = again

    @property
    def current(self) -> str:
        return next(reversed(self._keys))

    def wrap(self, person: UUID, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._keys[self.current]).encrypt(nonce, key, person.bytes)

    def unwrap(self, person: UUID, wrapped_by: str, wrapped: bytes) -> bytes:
        if wrapped_by not in self._keys and self._again is not None:
            self._keys = self._again()
        key = self._keys.get(wrapped_by)
        if key is None:
            raise VaultProblem(
                f"Manca la chiave «{wrapped_by}» che protegge i dati personali: ripristinarla "
                "dalla copia di sicurezza delle chiavi.",
                f"Key “{wrapped_by}”, which protects personal data, is missing: restore it from "
                "the keys' backup.",
            )
        try:
            return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], person.bytes)
        except (InvalidTag, ValueError):  # ValueError: cut so short that no nonce is left
            raise VaultProblem(
                "Una chiave dei dati personali è stata alterata, o è di un'altra installazione.",
                "A key of personal data was altered, or is of another installation.",
            ) from None


def key_ring(path: Path) -> KeyRing:
    """The ring in a file, one `name base64` a line; made at first use (0600). Raises
    VaultProblem."""
    if not path.exists():
        _append(path, new=True)
    return KeyRing(_read(path), lambda: _read(path))


def _read(path: Path) -> dict[str, bytes]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="ascii").split("\n")
        keys = {
            name: base64.b64decode(key, validate=True) for name, key in map(str.split, lines[:-1])
        }
    except (OSError, ValueError, binascii.Error):
        keys, mode = {}, 0
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise VaultProblem(
            f"Il file delle chiavi «{path.name}» non si può usare: ripristinarlo dalla copia.",
            f"The key file “{path.name}” cannot be used: restore it from its backup.",
        )
    if mode & 0o077:
        raise VaultProblem(
            f"Il file delle chiavi «{path.name}» è leggibile da altri: chmod 600.",
            f"The key file “{path.name}” can be read by others: chmod 600.",
        )
    return keys


def add_key(path: Path) -> KeyRing:
    """A new key, which wraps from now on; the old ones still unwrap. Raises VaultProblem."""
    key_ring(path)
    _append(path, new=False)
    return key_ring(path)


def _append(path: Path, *, new: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = "" if new else path.read_text(encoding="ascii")
    name, key = secrets.token_hex(4), base64.b64encode(secrets.token_bytes(32)).decode()
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{before}k{name} {key}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if new:
            # Of two processes at once one makes it, and both read the same.
            os.link(aside, path)
        else:
            os.replace(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink(missing_ok=True)
