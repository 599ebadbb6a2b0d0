"""What events are checked against: the program, and the territory pack."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from domain.log.migrations import CASE_LOG


def release() -> str:
    """This program's version; `0` where it runs without being installed."""
    try:
        return version("cantiere")
    except PackageNotFoundError:
        return "0"


def basis_of(pack: Path) -> str:
    """A digest (hex) that changes with the release, the log's schema and every file of the pack:
    what was found to be right under one basis says nothing under another."""
    digest = hashlib.sha256(f"{release()}\0{CASE_LOG.latest}\0".encode())
    for path in sorted(pack.rglob("*")):
        if path.is_file() and path.suffix not in {".pyc", ".py"}:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(pack).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
