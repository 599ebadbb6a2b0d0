"""The instruments of a territory's pack."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from protocols.documents import read_document, validate_document
from protocols.instruments.model import Instrument
from protocols.territory import default_pack


class _Instruments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    instruments: dict[str, Instrument]


def load_instruments(path: Path) -> dict[str, Instrument]:
    """By `id/version`. Raises DocumentError."""
    document = read_document(path.read_bytes(), path.name)
    return validate_document(document, _Instruments).instruments


@cache
def shipped() -> dict[str, Instrument]:
    """The instruments that forms may ask for, by `id/version`."""
    return load_instruments(default_pack() / "instruments.yaml")
