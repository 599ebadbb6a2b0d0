"""All read models of Cantiere."""

from __future__ import annotations

from collections.abc import Iterable

from projections.cases.handler import Cases
from projections.deadlines.handler import Deadlines
from projections.hosts.handler import Hosts
from projections.inbox.handler import Inbox
from projections.indicators.handler import Indicators
from projections.model import Plans, ReadModel
from projections.persons.handler import Persons
from projections.reads.handler import Reads
from projections.timeline.handler import Timeline
from protocols.documents import nearest
from protocols.territory import Territory
from protocols.text import Text

MODELS: tuple[type[ReadModel], ...] = (
    Cases, Deadlines, Hosts, Inbox, Indicators, Persons, Reads, Timeline,
)  # fmt: skip
NAMES: tuple[str, ...] = tuple(model.name for model in MODELS)


class UnknownModel(LookupError):
    """There is no read model of that name; `message` offers the nearest."""

    def __init__(self, name: str) -> None:
        near = nearest(name, NAMES)
        listed = ", ".join(NAMES)
        self.message = Text(
            it=f"La vista '{name}' non esiste"
            + (f": intendevi '{near}'?" if near else f". Ci sono: {listed}."),
            en=f"There is no read model '{name}'"
            + (f": did you mean '{near}'?" if near else f". There are: {listed}."),
        )
        super().__init__(self.message.it)


def classes(names: Iterable[str] | None = None) -> list[type[ReadModel]]:
    """The read models of these names, all by default. Raises UnknownModel."""
    by_name = {model.name: model for model in MODELS}
    if names is None:
        return list(MODELS)
    chosen = dict.fromkeys(names)
    for name in chosen:
        if name not in by_name:
            raise UnknownModel(name)
    return [by_name[name] for name in chosen]


def read_models(
    plans: Plans, territory: Territory, names: Iterable[str] | None = None
) -> list[ReadModel]:
    """Read models ready to fold. Raises UnknownModel."""
    return [model(plans, territory) for model in classes(names)]
