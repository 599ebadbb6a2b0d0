"""Where this installation keeps its signing key and its archive of checkpoints."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from domain.proof.archive import Archive
from domain.proof.keys import KeyProblem, new_signer, read_signer, write_signer
from domain.proof.note import Signer


def archive_of(home: Path | None) -> Archive:
    """CANTIERE_ARCHIVE, or `<home>/archive`. Raises KeyProblem where neither is given."""
    return Archive(_place("CANTIERE_ARCHIVE", home, "archive"))


def signer_of(home: Path | None, installation: UUID | str, *, archive: Archive) -> Signer:
    """CANTIERE_SIGNING_KEY (a file), or `<home>/log-signing.key`. It is made at first use, and
    never again once something was signed: a lost key is a matter for people. Raises KeyProblem."""
    path = _place("CANTIERE_SIGNING_KEY", home, "log-signing.key")
    if not path.exists() and not archive.keys.exists():
        # Where another process was first, both use its key.
        with suppress(KeyProblem):
            write_signer(path, new_signer(f"cantiere/{installation}"))
    return read_signer(path)


def key_file(home: Path | None) -> Path:
    """Raises KeyProblem."""
    return _place("CANTIERE_SIGNING_KEY", home, "log-signing.key")


def _place(variable: str, home: Path | None, name: str) -> Path:
    given = os.environ.get(variable, "").strip()
    if given:
        return Path(given).expanduser()
    if home is None:
        raise KeyProblem(
            f"Impostare {variable}, oppure una cartella CANTIERE_HOME.",
            f"Set {variable}, or a CANTIERE_HOME folder.",
        )
    return home / name
