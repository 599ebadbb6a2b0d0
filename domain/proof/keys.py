"""The keys that sign the log: a private one in a file for its owner's eyes only, and the list of
all public ones that ever signed.

The private key is written as in Go's signed notes, `PRIVATE+KEY+name+id+base64`, so that other
programs can use it. Public ones are verifier keys, one a line, the newest last.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.proof.note import ED25519, NoteRefused, Signer, Verifier
from protocols.text import Text

_PREFIX = "PRIVATE+KEY+"


class KeyProblem(Exception):
    """A key cannot be used; ``message`` says which file and what to do. Never the key."""

    def __init__(self, it: str, en: str) -> None:
        self.message = Text(it, en)
        super().__init__(it)


def new_signer(name: str) -> Signer:
    return Signer(name, Ed25519PrivateKey.generate())


def write_signer(path: Path, signer: Signer) -> None:
    """A new file (0600), whole or not at all. Raises KeyProblem where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_written(signer) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        raise KeyProblem(
            f"Il file della chiave «{path.name}» esiste già: non si sovrascrive una chiave.",
            f"The key file “{path.name}” exists already: a key is never overwritten.",
        ) from None
    finally:
        aside.unlink()


def read_signer(path: Path) -> Signer:
    """Raises KeyProblem: no file, readable by others, or not a key."""
    try:
        mode = path.stat().st_mode
        written = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise KeyProblem(
            f"Manca la chiave di firma «{path.name}»: vedere «Se si perde una chiave» nella "
            "pagina dell'operatore.",
            f"The signing key “{path.name}” is missing: see “If a key is lost” in the operator's "
            "page.",
        ) from None
    except (OSError, UnicodeDecodeError):
        raise _not_a_key(path) from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyProblem(
            f"La chiave «{path.name}» è leggibile da altri: chmod 600.",
            f"The key “{path.name}” can be read by others: chmod 600.",
        )
    name, _, rest = written.removeprefix(_PREFIX).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded, validate=True)
        if not written.startswith(_PREFIX) or len(key) != 33 or key[0] != ED25519:
            raise ValueError
        signer = Signer(name, Ed25519PrivateKey.from_private_bytes(key[1:]))
    except (ValueError, binascii.Error, NoteRefused):
        raise _not_a_key(path) from None
    if signer.verifier().key_id.hex() != key_id:
        raise _not_a_key(path)
    return signer


def read_verifiers(path: Path) -> list[Verifier]:
    """Every key of the file, the oldest first; none where there is no file. Raises KeyProblem."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        raise _not_a_key(path) from None
    try:
        return [Verifier.parse(line) for line in lines if line and not line.startswith("#")]
    except NoteRefused:
        raise _not_a_key(path) from None


def add_verifier(path: Path, verifier: Verifier) -> None:
    """At the end of the list, once."""
    if verifier not in read_verifiers(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{verifier}\n")
            file.flush()
            os.fsync(file.fileno())


def _written(signer: Signer) -> str:
    verifier = signer.verifier()
    seed = signer.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    key = base64.b64encode(bytes([ED25519]) + seed).decode()
    return f"{_PREFIX}{signer.name}+{verifier.key_id.hex()}+{key}"


def _not_a_key(path: Path) -> KeyProblem:
    return KeyProblem(
        f"Il file «{path.name}» non contiene una chiave: ripristinarlo dalla copia di sicurezza.",
        f"The file “{path.name}” holds no key: restore it from the backup.",
    )
