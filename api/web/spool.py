"""Files that come with a form, kept on disk until the form is whole: never in the clear."""

from __future__ import annotations

import os
from contextlib import aclosing
from tempfile import TemporaryFile

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser


class Spool:
    """A file without a name: written once from its beginning, then read once from its beginning.

    What is on the disk is sealed with a key that is nowhere but in this object (AES-256 in counter
    mode; it is gone before anybody could alter it and have it read). Not thread-safe.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  closed by whoever parses the form
        self._cipher = Cipher(AES(os.urandom(32)), CTR(os.urandom(16)))
        self._context: CipherContext = self._cipher.encryptor()

    def write(self, data: bytes) -> int:
        return self._file.write(self._context.update(data))

    def seek(self, offset: int) -> int:
        """To the beginning, from where it is read. Raises ValueError for anywhere else."""
        if offset:
            raise ValueError(offset)
        self._context = self._cipher.decryptor()
        return self._file.seek(0)

    def read(self, size: int = -1) -> bytes:
        return self._context.update(self._file.read(size))

    def close(self) -> None:
        self._file.close()


async def received(request: Request, *, fields: int, files: int, part: int) -> FormData:
    """A `multipart/form-data` body; `part`: bytes that a field without a file may have. Raises
    HTTPException (400) for what is none."""
    try:
        async with aclosing(request.stream()) as stream:
            parser = _Parser(
                request.headers, stream, max_files=files, max_fields=fields, max_part_size=part
            )
            return await parser.parse()
    except MultiPartException as reason:
        raise HTTPException(400, reason.message) from None


class _Parser(MultiPartParser):
    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if (found := self._current_part.file) is not None:
            found.file.close()
            found.file = Spool()  # type: ignore[assignment]
            self._files_to_close_on_error[-1] = found.file  # type: ignore[call-overload]
