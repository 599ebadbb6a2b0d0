"""What is planted, and every form in which it might turn up again."""

from __future__ import annotations

import base64
import gzip
import mmap
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.canary.papers import unpacked

# Each of these is in nothing that the program ships, and too long to come about by chance.
TEXT = "ZqxKanarino"
TAX_CODE = "ZQXKNR37S69Z"
BIRTH_DATE = "1937-11-29"
PHONE = "+39 0293 7119 29"
MARKS = (TEXT, TAX_CODE, BIRTH_DATE, PHONE)

_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11,
         3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def text(number: int, what: str = "") -> str:
    """Such as people write: accents, apostrophes, quotes, more than one line."""
    return f"{TEXT} {number} {what}: è all'\"Adda\"\n<b>Cassina de' Pecchi</b> & 100%"


def tax_code(number: int) -> str:
    """A valid one for each number up to 999."""
    code = f"{TAX_CODE}{number:03}"
    total = sum(
        _ODD[c] if i % 2 == 0 else int(c) if c.isdigit() else ord(c) - 65
        for i, c in enumerate(code)
    )
    return code + chr(65 + total % 26)


def _base64(word: bytes) -> Iterator[bytes]:
    """The letters that stand for the word wherever it begins in the encoded text."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + word)
        # What the neighbours have a share in is left out.
        whole = encoded[(0, 2, 3)[before] : (before + len(word)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def forms(word: str) -> set[bytes]:
    """UTF-8 (and so JSON and HTML), UTF-16, hexadecimal, base64 at each alignment, and in a URL."""
    found: set[bytes] = set()
    for cased in {word, word.upper(), word.lower(), word.casefold()}:
        plain = cased.encode()
        found |= {
            plain,
            cased.encode("utf-16-le"),
            cased.encode("utf-16-be"),
            plain.hex().encode(),
            plain.hex().upper().encode(),
            cased.replace("+", "%2B").replace(" ", "%20").encode(),
            cased.replace("+", "%2B").replace(" ", "+").encode(),
            *_base64(plain),
        }
    return found


FORMS = tuple(sorted({form for mark in MARKS for form in forms(mark)}))


def seen_in(data: bytes | mmap.mmap) -> bool:
    return any(data.find(form) >= 0 for form in FORMS)


class Files:
    """The files of a folder. What was searched and has not been written since is not read again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._clean: dict[Path, tuple[int, int, int]] = {}

    def found(self) -> list[str]:
        """Files that hold a mark, in their content or their name; packed ones are looked into."""
        return [
            str(path.relative_to(self.folder))
            for path in sorted(self.folder.rglob("*"))
            if seen_in(path.name.encode()) or (path.is_file() and self._holds(path))
        ]

    def _holds(self, path: Path) -> bool:
        try:
            now = path.stat()
        except FileNotFoundError:
            # A server has removed it meanwhile.
            return False
        state = now.st_ino, now.st_size, now.st_mtime_ns
        if self._clean.get(path) == state:
            return False
        if _in_file(path):
            return True
        self._clean[path] = state
        return False


def found_in_files(folder: Path) -> list[str]:
    """The same of all of them, once."""
    return Files(folder).found()


def _in_file(path: Path) -> bool:
    try:
        if path.stat().st_size == 0:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as content:
            if seen_in(content):
                return True
    except (FileNotFoundError, ValueError):
        return False
    return any(map(seen_in, _unpacked(path)))


def _unpacked(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning[:2] == b"\x1f\x8b":
        yield gzip.decompress(path.read_bytes())
    elif beginning == b"PK\x03\x04":
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                inner = packed.read(name)
                yield inner
                if inner[:2] == b"\x1f\x8b":
                    yield gzip.decompress(inner)
                elif inner[:5] == b"%PDF-":
                    yield from unpacked(inner)
    elif beginning == b"%PDF":
        yield from unpacked(path.read_bytes())
