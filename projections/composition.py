"""Where the read models meet the protocols in force and the shipped territory."""

from __future__ import annotations

from collections.abc import Iterable

from domain.log.recorder import CaseLogRecorder
from domain.publishing.registry import PublishedRegistry
from projections.model import ReadModel
from projections.models import read_models
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory


def read_models_of(
    recorder: CaseLogRecorder, names: Iterable[str] | None = None
) -> list[ReadModel]:
    """Read models over the default pack and what has been published since, as `recorder`'s log
    says. Raises UnknownModel, DocumentError."""
    pack = default_pack()
    registry = PublishedRegistry(Registry.load(pack), recorder)
    return read_models(registry, load_territory(pack), names)
