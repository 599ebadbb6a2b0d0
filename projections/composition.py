"""Where the read models meet the shipped protocols and territory."""

from __future__ import annotations

from collections.abc import Iterable

from projections.model import ReadModel
from projections.models import read_models
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory


def read_models_of(names: Iterable[str] | None = None) -> list[ReadModel]:
    """Read models over the default pack. Raises UnknownModel, DocumentError."""
    pack = default_pack()
    return read_models(Registry.load(pack), load_territory(pack), names)
