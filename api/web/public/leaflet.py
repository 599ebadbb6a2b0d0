"""The service's leaflet on paper."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from api.reports import render
from api.web.public.finding import find
from api.web.words import public as words
from protocols.territory import Territory
from protocols.text import Text


def leaflet(territory: Territory, comune: str, day: date) -> bytes:
    """PDF/UA-1 in Italian. `comune`: an ISTAT code, empty for all comuni; made once a day."""
    return _made(_Key(territory), comune, day)


class _Key:
    """A territory by its content: what is kept must not outlive a changed pack."""

    def __init__(self, territory: Territory) -> None:
        self.territory = territory

    def __hash__(self) -> int:
        return hash(self.territory.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.territory.digest == self.territory.digest


@lru_cache(maxsize=256)
def _made(key: _Key, comune: str, day: date) -> bytes:
    territory = key.territory
    at = datetime.combine(day, time(), territory.timezone)
    return render("leaflet", _data(territory, comune, day), at=at)


def _data(territory: Territory, comune: str, day: date) -> dict[str, Any]:
    found = find(territory, comune)
    lead = territory.organisations.get(territory.lead_entity)
    desk = found.desk
    where: list[tuple[str, str]] = []
    if found.comune and desk:
        where = [
            (words.YOUR_COMUNE.it, found.comune.name),
            (words.YOUR_DESK.it, desk.title.it),
            (words.YOUR_DISTRICT.it, (found.district or Text("")).it),
        ]
    return {
        "title": words.TITLE.it,
        "subtitle": words.LEAD.it,
        "office": f"{territory.title.it} · {lead.title.it}" if lead else territory.title.it,
        "footer": words.MADE_ON.it.format(day=format_date(day, "d MMMM y", locale="it_IT")),
        "sections": [
            {
                "title": section.title.it,
                "sentences": [each.it for each in section.sentences],
                "points": [each.it for each in section.points],
            }
            for section in words.SERVICE
        ],
        "where_title": words.WHERE.it,
        "where_lead": (words.WHERE_LEAD if where else words.WHERE_ALL).it,
        "where": where,
        "danger_title": words.HELP_NOW.it,
        "danger": words.HELP_NOW_TEXT.it,
        "comuni": []
        if where
        else [
            [
                district.title.it,
                ", ".join(sorted(territory.comuni[each].name for each in district.comuni)),
            ]
            for district in territory.districts.values()
        ],
    }
