"""What a verification leaves for the next one: how far it had come, or what it found to be right.

Two files in the installation's home, each under a MAC whose key is derived from the installation's
secret: whoever can write the database but not the home can neither forge them nor pass off another
installation's. They hold positions, hashes and ids, nothing else. A file that cannot be trusted is
as good as none, and that is said.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from domain.proof.merkle import Frontier
from domain.secret import derive, installation_secret
from domain.verifying.conforming import Held, Taken
from domain.verifying.stretch import Known
from protocols.text import Text

_PURPOSE = "verification notes"

T = TypeVar("T")


class UnderWay(msgspec.Struct):
    """A verification that has not ended. ``log``: the log's name; ``basis``: what events were
    checked against; ``known``: by number of the stretch, out of ``stretches``."""

    log: str
    basis: str
    began: datetime
    stretches: int
    known: dict[int, Known] = {}


class Verified(msgspec.Struct, frozen=True):
    """The last verification that found nothing: ``events`` of them, under ``root`` (hex) with its
    ``peaks``. ``full_at``: when all of them were last read; ``held``, ``taken``: the places that
    were taken then."""

    log: str
    basis: str
    at: datetime
    full_at: datetime
    events: int
    root: str
    peaks: list[str]
    held: Held = {}
    taken: Taken = {}

    def frontier(self) -> Frontier:
        return Frontier(self.events, [bytes.fromhex(peak) for peak in self.peaks])


class Notes:
    """The two files of a folder. ``doubts`` says which of them could not be trusted, and why."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder = folder
        self._key = derive(secret, _PURPOSE)
        self.doubts: list[Text] = []

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether they are ours to write: False while another verification has them, or where the
        folder cannot be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            self.doubts.append(_NOT_WRITABLE)
            yield False
            return
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.doubts.append(_ANOTHER)
                yield False
                return
            yield True
        finally:
            os.close(lock)

    def under_way(self, log: str, basis: str) -> UnderWay | None:
        """None where there is none that can be gone on with."""
        found = self._read("under-way", UnderWay)
        if found is None or found.log != log:
            return None
        if found.basis != basis:
            self.doubts.append(_OTHER_BASIS)
            return None
        return found

    def keep_under_way(self, state: UnderWay) -> None:
        self._write("under-way", state)

    def forget_under_way(self) -> None:
        with suppress(OSError):
            (self._folder / "under-way").unlink(missing_ok=True)

    def verified(self) -> Verified | None:
        """Of whichever log, on whichever basis."""
        return self._read("verified", Verified)

    def keep_verified(self, state: Verified) -> None:
        self._write("verified", state)

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            mac, _, written = (self._folder / name).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError:
            self.doubts.append(_not_trusted(name))
            return None
        if not hmac.compare_digest(mac, self._mac(name, written)):
            self.doubts.append(_not_trusted(name))
            return None
        try:
            return msgspec.json.decode(written, type=kind)
        except msgspec.MsgspecError:
            # Ours, but written by another version of this program.
            self.doubts.append(_OTHER_BASIS)
            return None

    def _write(self, name: str, state: Any) -> None:
        written = msgspec.json.encode(state)
        path = self._folder / name
        aside = self._folder / f".{name}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._mac(name, written) + b"\n" + written)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError:
            # What was found counts all the same; only the next one will begin anew.
            if _NOT_WRITABLE not in self.doubts:
                self.doubts.append(_NOT_WRITABLE)
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def _mac(self, name: str, written: bytes) -> bytes:
        message = name.encode() + b"\0" + written
        return hmac.new(self._key, message, hashlib.sha256).hexdigest().encode()


_ANOTHER = Text(
    "Un'altra verifica è in corso: questa lavora per conto suo e non lascia appunti.",
    "Another verification is under way: this one works by itself and leaves no notes.",
)
_NOT_WRITABLE = Text(
    "Gli appunti della verifica non si possono scrivere nella cartella dell'installazione: la "
    "prossima comincerà da capo.",
    "The verification's notes cannot be written in the installation's folder: the next one will "
    "begin anew.",
)
_OTHER_BASIS = Text(
    "Gli appunti sono di un'altra versione del programma o dei protocolli: non valgono più.",
    "The notes are of another version of the program or of the protocols: they hold no more.",
)


def _not_trusted(name: str) -> Text:
    return Text(
        f"Gli appunti «verify/{name}» non sono stati scritti da questa installazione o sono stati "
        "alterati: non se ne tiene conto. Se non è stato un cambio di segreto o un ripristino, "
        "cercare chi li ha toccati.",
        f"The notes “verify/{name}” were not written by this installation or have been altered: "
        "they are not used. Unless the secret was changed or a backup restored, find out who "
        "touched them.",
    )


def notes_of(home: Path | None) -> Notes | None:
    """Those of an installation with a home. Raises SecretMissing."""
    return Notes(home / "verify", installation_secret(home)) if home is not None else None
