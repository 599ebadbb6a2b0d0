"""Mappings that a territory pack brings along: what its own versions ask when cases move."""

from __future__ import annotations

from pathlib import Path


def shipped(pack: Path, protocol: str, old: str, new: str) -> bytes | None:
    """The text of `protocols/<id>/migrations/<old>-<new>.yaml`; of combinations the bases count."""
    name = f"{old.partition('+')[0]}-{new.partition('+')[0]}.yaml"
    path = pack / "protocols" / protocol / "migrations" / name
    return path.read_bytes() if path.is_file() else None
