"""The one kind of failure of the stack: a sentence that says what is wrong and what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from protocols.text import Text


class StackError(Exception):
    """The stack cannot start or cannot go on. `message` is for people, in both languages."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


def cannot_write(folder: Path, error: OSError) -> StackError:
    """The sentence for a folder that does not take what must be written there."""
    number = error.errno or 0
    number = {errno.EPERM: errno.EACCES, errno.EEXIST: errno.ENOTDIR}.get(number, number)
    it, en = {
        errno.ENOSPC: (
            f"il disco che contiene {folder} è pieno: liberare spazio o scegliere un'altra "
            "cartella con --home",
            f"the disk that holds {folder} is full: free some space or choose another folder "
            "with --home",
        ),
        errno.EDQUOT: (
            f"la quota di disco per {folder} è esaurita: liberare spazio o scegliere un'altra "
            "cartella con --home",
            f"the disk quota for {folder} is used up: free some space or choose another folder "
            "with --home",
        ),
        errno.EROFS: (
            f"{folder} sta su un disco in sola lettura: scegliere un'altra cartella con --home",
            f"{folder} is on a read-only disk: choose another folder with --home",
        ),
        errno.EACCES: (
            f"non è permesso scrivere in {folder}: cambiare i permessi o scegliere un'altra "
            "cartella con --home",
            f"writing in {folder} is not permitted: change its permissions or choose another "
            "folder with --home",
        ),
        errno.ENOTDIR: (
            f"{folder} non può essere una cartella (lungo il percorso c'è un file): scegliere "
            "un'altra cartella con --home",
            f"{folder} cannot be a folder (there is a file along the path): choose another "
            "folder with --home",
        ),
    }.get(
        number,
        (
            f"non si può scrivere in {folder} ({error.strerror}): scegliere un'altra cartella "
            "con --home",
            f"cannot write in {folder} ({error.strerror}): choose another folder with --home",
        ),
    )
    return StackError(Text(it=it, en=en))
