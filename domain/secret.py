"""The installation's secret, from which purpose-bound keys are derived (HKDF, RFC 5869)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from protocols.text import Text

BLIND_INDEX = "blind index of persons"
"""The purpose of the key by which persons are found."""


class SecretMissing(Exception):
    """No secret is configured; `message` says what to do."""

    def __init__(self) -> None:
        self.message = Text(
            "manca il segreto dell'installazione: impostare CANTIERE_SECRET (32 byte in base64) "
            "o una cartella CANTIERE_HOME",
            "the installation's secret is missing: set CANTIERE_SECRET (32 bytes in base64) "
            "or a CANTIERE_HOME folder",
        )
        super().__init__(self.message.it)


def installation_secret(home: Path | None) -> bytes:
    """32 bytes: from CANTIERE_SECRET, or from `<home>/secret.key`, made at first use (0600)."""
    given = os.environ.get("CANTIERE_SECRET", "").strip()
    if given:
        value = base64.b64decode(given, validate=True)
        if len(value) < 32:
            raise SecretMissing
        return value
    if home is None:
        raise SecretMissing
    path = home / "secret.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    home.mkdir(parents=True, exist_ok=True)
    # Written aside and linked: of two processes at once, one makes it and both read the same.
    aside = home / f".secret.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return path.read_bytes()


def derive(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose: HKDF-SHA256 with an empty salt and `purpose` as info."""
    extracted = hmac.new(b"\0" * 32, secret, hashlib.sha256).digest()
    return hmac.new(extracted, purpose.encode() + b"\x01", hashlib.sha256).digest()


def vault_key(secret: bytes) -> bytes:
    """Wraps the persons' keys where an installation has no key file of its own."""
    return derive(secret, "keys of personal data")
