"""Which desk is somebody's, by the comune where they live."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from protocols.documents import nearest
from protocols.territory import Territory, UnknownName
from protocols.territory.records import Comune, Service
from protocols.text import Text


class Found(msgspec.Struct, frozen=True):
    """`comune` is None where nothing was asked, or the comune is not of this territory: then
    `outside`, and `perhaps` the name that was meant. `others`: the services of the health provider
    and others for its residents."""

    comune: Comune | None = None
    district: Text | None = None
    desk: Service | None = None
    others: tuple[Service, ...] = ()
    outside: bool = False
    perhaps: str = ""


def find(territory: Territory, written: str) -> Found:
    """`written`: an ISTAT code or a name, however apostrophes and accents are written; its first
    words are enough where only one comune begins with them."""
    asked = written.strip()
    if not asked:
        return Found()
    comune = territory.comuni.get(asked) or _named(territory, asked)
    if comune is None:
        near = nearest(asked, [each.name for each in territory.comuni.values()])
        return Found(outside=True, perhaps=near or "")
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


def _named(territory: Territory, name: str) -> Comune | None:
    try:
        return territory.find_comune(name)
    except UnknownName:
        asked = _words(name)
        begin = [
            each for each in territory.comuni.values() if _words(each.name)[: len(asked)] == asked
        ]
        return begin[0] if asked and len(begin) == 1 else None


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return re.findall(r"[a-z0-9]+", bare)
