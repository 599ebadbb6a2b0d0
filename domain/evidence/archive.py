"""The archive: the same content gives the same bytes, and one signature covers every file."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from io import BytesIO
from typing import BinaryIO, cast
from uuid import UUID

from domain.proof.note import Note, Signer

MANIFEST = "manifesto.txt"
Content = bytes | Callable[[], BinaryIO]
"""Of a file: what it holds, or how it is opened, for one that is too large to hold."""

# The earliest day that a zip can tell: when it was made stands in the bundle itself.
_DAY = (1980, 1, 1, 0, 0, 0)
_PIECE = 1024 * 1024


def opened(content: Content) -> BinaryIO:
    """To be closed."""
    return BytesIO(content) if isinstance(content, bytes) else content()


def manifest(case: UUID, full: bool, files: Mapping[str, Content], signer: Signer) -> Note:
    """A signed note (C2SP signed-note) that lists the SHA-256 of every file, as `sha256sum` does.

    Its second line is no number, so that it can never be taken for a checkpoint of the log.
    """
    kind = "integrale" if full else "pseudonimo"
    lines = [f"{signer.name}/fascicolo", f"v1 {case} {kind}"]
    lines += [f"{_sha256(files[name])}  {name}" for name in sorted(files)]
    return signer.sign("\n".join(lines) + "\n")


def write(files: Mapping[str, Content], out: BinaryIO) -> str:
    """A zip with these files, from where `out` stands on; the SHA-256 (hex) of what was written."""
    hashing = _Hashing(out)
    with zipfile.ZipFile(cast(BinaryIO, hashing), "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            content = files[name]
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            # What is large is sealed, or an image or a PDF: nothing that could be made smaller.
            entry.compress_type = (
                zipfile.ZIP_DEFLATED if isinstance(content, bytes) else zipfile.ZIP_STORED
            )
            with closing(opened(content)) as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _PIECE)
    return hashing.digest.hexdigest()


def _sha256(content: Content) -> str:
    digest = hashlib.sha256()
    with closing(opened(content)) as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


class _Hashing:
    """A way out that is only written, never gone back in."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()
