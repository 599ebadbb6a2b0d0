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
from protocols.text import Language, Text


def leaflet(territory: Territory, comune: str, day: date, language: Language = "it") -> bytes:
    """PDF/UA-1. `comune`: an ISTAT code, empty for all comuni; made once a day."""
    return _made(_Key(territory), comune, day, language)


class _Key:
    """A territory by its content: what is kept must not outlive a changed pack."""

    def __init__(self, territory: Territory) -> None:
        self.territory = territory

    def __hash__(self) -> int:
        return hash(self.territory.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.territory.digest == self.territory.digest


@lru_cache(maxsize=256)
def _made(key: _Key, comune: str, day: date, language: Language) -> bytes:
    territory = key.territory
    at = datetime.combine(day, time(), territory.timezone)
    return render("leaflet", _data(territory, comune, day, language), at=at)


def _data(territory: Territory, comune: str, day: date, language: Language) -> dict[str, Any]:
    found = find(territory, comune)
    lead = territory.organisations.get(territory.lead_entity)
    desk = found.desk

    def said(text: Text) -> str:
        return text.in_(language)

    where: list[tuple[str, str]] = []
    if found.comune and desk:
        where = [
            (said(words.YOUR_COMUNE), found.comune.name),
            (said(words.YOUR_DESK), said(desk.title)),
            (said(words.YOUR_DISTRICT), said(found.district or Text(""))),
        ]
    titles = [territory.title, lead.title] if lead else [territory.title]
    on = format_date(day, "d MMMM y", locale="en_GB" if language == "en" else "it_IT")
    return {
        "language": language,
        "title": said(words.TITLE),
        "subtitle": said(words.LEAD),
        "office": " · ".join(map(said, titles)),
        "footer": said(words.MADE_ON).format(day=on),
        "sections": [
            {
                "title": said(section.title),
                "sentences": [said(each) for each in section.sentences],
                "points": [said(each) for each in section.points],
            }
            for section in words.SERVICE
        ],
        "where_title": said(words.WHERE),
        "where_lead": said(words.WHERE_LEAD if where else words.WHERE_ALL),
        "where": where,
        "danger_title": said(words.HELP_NOW),
        "danger": said(words.HELP_NOW_TEXT),
        "heads": [said(words.YOUR_DISTRICT), said(words.COMUNI)],
        "comuni": []
        if where
        else [
            [
                said(district.title),
                ", ".join(sorted(territory.comuni[each].name for each in district.comuni)),
            ]
            for district in territory.districts.values()
        ],
    }
