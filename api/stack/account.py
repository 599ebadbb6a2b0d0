"""As whom Postgres runs. It refuses root, so root's stack must hand it to somebody else.

An ordinary user's Postgres runs as that user. Under root it runs as an unprivileged account; where
that account could not even walk to the binaries or to the home (a home below `/root`, say), it is
left the single capability of walking through folders, and no permission of any folder is changed.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.stack.failure import StackError
from protocols.text import Text

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_ACCOUNTS = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user of a server. `switch` is false for our own user."""

    name: str
    uid: int
    gid: int
    switch: bool
    capability: int | None = None

    def order(self) -> dict[str, Any] | None:
        """The part of a launch order that makes a process this account's."""
        if not self.switch:
            return None
        return {"uid": self.uid, "gid": self.gid, "capability": self.capability}


def postgres_account(data: Path, *places: Path) -> Account:
    """The account for the Postgres whose data lie in `data` and which must reach `places`.

    Raises `StackError` when no account can be used, naming the remedy.
    """
    if os.geteuid() != 0:
        return _ourselves()
    entry = _owner(data) or _first_known()
    for place in (data, *places):
        obstacle = _obstacle(place, entry.pw_uid, entry.pw_gid)
        if obstacle:
            capability = _walking_capability()
            if capability is None:
                raise StackError(
                    Text(
                        it="Postgres non gira come root, e l'utente "
                        f"{entry.pw_name} non può attraversare {obstacle}: scegliere con --home "
                        "una cartella raggiungibile da tutti, oppure avviare come utente ordinario",
                        en=f"Postgres does not run as root, and the user {entry.pw_name} cannot "
                        f"pass through {obstacle}: choose with --home a folder everybody can "
                        "reach, or start as an ordinary user",
                    )
                )
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, True, capability)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, True)


def current_user() -> str:
    """The name of the operating system's user we are, as Postgres' peer check sees it."""
    return _ourselves().name


def _ourselves() -> Account:
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        raise StackError(
            Text(
                it=f"l'utente numero {uid} non ha un nome su questo sistema e Postgres lo rifiuta: "
                "aggiungerlo a /etc/passwd, oppure indicare un Postgres con DATABASE_URL",
                en=f"user number {uid} has no name on this system and Postgres refuses it: add it "
                "to /etc/passwd, or name a Postgres with DATABASE_URL",
            )
        ) from None
    return Account(name, uid, os.getegid(), False)


def _owner(data: Path) -> pwd.struct_passwd | None:
    try:
        uid = data.stat().st_uid
        return pwd.getpwuid(uid) if uid != 0 else None
    except (OSError, KeyError):
        return None


def _first_known() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry
    raise StackError(
        Text(
            it="Postgres non gira come root e qui non c'è un utente senza privilegi "
            f"({', '.join(_ACCOUNTS)}): crearne uno, oppure avviare come utente ordinario",
            en="Postgres does not run as root and there is no unprivileged user here "
            f"({', '.join(_ACCOUNTS)}): make one, or start as an ordinary user",
        )
    )


def _obstacle(place: Path, uid: int, gid: int) -> Path | None:
    """The outermost folder above `place` that the user may not pass through."""
    for folder in reversed(Path(os.path.realpath(place)).parents):
        try:
            status = folder.stat()
        except OSError:
            return folder
        if status.st_uid == uid:
            may = status.st_mode & 0o100
        elif status.st_gid == gid:
            may = status.st_mode & 0o010
        else:
            may = status.st_mode & 0o001
        if not may:
            return folder
    return None


def _walking_capability() -> int | None:
    """The narrowest capability we hold that lets a process walk through any folder."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    held = next(
        (int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapPrm:")), 0
    )
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        if held >> capability & 1:
            return capability
    return None
