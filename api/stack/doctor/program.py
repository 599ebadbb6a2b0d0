"""The program itself and the folder it works in."""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from api.stack.binaries import postgres_binary, temporal_binary
from api.stack.doctor.check import Check
from api.stack.failure import StackError
from api.stack.home import MINIMUM_FREE, Home
from protocols.text import Text

_OLDEST = (3, 11)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def python_checks() -> Iterator[Check]:
    """Python, the packages, the servers from the wheels."""
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < _OLDEST
    yield Check(
        "python",
        Text(it="Python", en="Python"),
        version,
        Text(it="installare Python 3.11 o più recente", en="install Python 3.11 or newer")
        if old
        else None,
    )
    missing = _missing_packages()
    yield Check(
        "packages",
        Text(it="pacchetti", en="packages"),
        ", ".join(missing) if missing else "✓",
        Text(
            it="pacchetti mancanti: ripetere l'installazione con `make`",
            en="packages are missing: install again with `make`",
        )
        if missing
        else None,
    )
    binaries = {"postgres": lambda: postgres_binary("postgres"), "temporal": temporal_binary}
    for key, find in binaries.items():
        title = Text(it=f"programma {key}", en=f"{key} program")
        try:
            yield Check(f"{key}-binary", title, find().name)
        except StackError as error:
            yield Check(f"{key}-binary", title, "✗", error.message)


def home_checks(home: Home) -> Iterator[Check]:
    """The home: may it be written, is there room."""
    title = Text(it="casa", en="home")
    place = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Check(
            "home",
            title,
            str(home.path),
            Text(
                it="non vi si può scrivere: cambiare i permessi o scegliere un'altra --home",
                en="it cannot be written: change its permissions or choose another --home",
            ),
        )
        return
    yield Check("home", title, str(home.path))
    yield _room(place)


def _room(place: Path) -> Check:
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    scarce = free < MINIMUM_FREE
    return Check(
        "disk",
        Text(it="spazio su disco", en="disk space"),
        f"{free // 2**20} MB",
        Text(
            it=f"servono almeno {MINIMUM_FREE // 2**20} MB: liberare spazio",
            en=f"at least {MINIMUM_FREE // 2**20} MB are needed: free some space",
        )
        if scarce
        else None,
    )


def _missing_packages() -> list[str]:
    try:
        required = importlib.metadata.requires("cantiere") or []
    except importlib.metadata.PackageNotFoundError:
        return ["cantiere"]
    missing = []
    for requirement in required:
        name, _, marker = requirement.partition(";")
        found = _NAME.match(name)
        if found is None or "extra" in marker:
            continue
        try:
            importlib.metadata.version(found[0])
        except importlib.metadata.PackageNotFoundError:
            missing.append(found[0])
    return missing
