"""Where a Unix socket can live: a short path, on a file system that takes sockets."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

_PATH_BYTES = 107  # sun_path, less its final NUL
_PREFIX = "cantiere-"


def takes_socket(folder: Path, name: str) -> bool:
    """Whether a socket of this name can live in the folder."""
    if len(os.fsencode(folder / name)) > _PATH_BYTES:
        return False
    probe = folder / ".probe"
    with socket.socket(socket.AF_UNIX) as endpoint:
        try:
            endpoint.bind(str(probe))
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
    return True


def make_temporary() -> Path:
    """A private folder with a short path, outside the home."""
    short = len(os.fsencode(tempfile.gettempdir())) < 60
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=None if short else "/tmp"))


def remove_temporary(folder: Path) -> None:
    """Remove what `make_temporary` made, perhaps in an earlier life; anything else is left."""
    parents = (Path(tempfile.gettempdir()), Path("/tmp"))
    if folder.name.startswith(_PREFIX) and folder.parent in parents:
        shutil.rmtree(folder, ignore_errors=True)
