"""Which desk is somebody's, by the comune where they live."""

from __future__ import annotations

import msgspec

from protocols.territory import Territory, UnknownName
from protocols.territory.records import Comune, Service
from protocols.text import Text


class Found(msgspec.Struct, frozen=True):
    """`comune` is None where nothing was asked, or the comune is not of this territory: then
    `outside`. `others`: the services of the health provider and others for its residents."""

    comune: Comune | None = None
    district: Text | None = None
    desk: Service | None = None
    others: tuple[Service, ...] = ()
    outside: bool = False


def find(territory: Territory, written: str) -> Found:
    """`written`: an ISTAT code or a name, however apostrophes and accents are written."""
    asked = written.strip()
    if not asked:
        return Found()
    try:
        comune = territory.comuni.get(asked) or territory.find_comune(asked)
    except UnknownName:
        return Found(outside=True)
    desks = territory.services_for(comune.istat, "ACCESS_DESK")
    others = [
        each
        for each in territory.services.values()
        if comune.district in each.districts and each.kind not in ("ACCESS_DESK", "SELF")
    ]
    return Found(
        comune,
        territory.districts[comune.district].title,
        desks[0] if desks else None,
        tuple(sorted(others, key=lambda each: each.title.it)),
    )
