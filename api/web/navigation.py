"""The main menu and the footer. An area adds its line when it has a page."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from api.http.access import Reader, may_review_emergencies
from api.web.desk import Desk
from api.web.notices.count import unread
from api.web.words import common, emergency
from protocols.text import Text


class Place(msgspec.Struct, frozen=True):
    """`shown_to`: whom it is of use to; what they may do there the page itself decides. `count`:
    how many things wait there."""

    title: Text
    address: str
    shown_to: Callable[[Reader], bool] = lambda reader: True
    count: Callable[[Desk], int] = lambda desk: 0

    def current(self, path: str) -> bool:
        return path == self.address or (self.address != "/" and path.startswith(self.address + "/"))


def _refers(reader: Reader) -> bool:
    """A service's staff, and a comune's, make referrals."""
    return any(scope.startswith(("service:", "comune:")) for _, scope, _ in reader.holds)


MENU: tuple[Place, ...] = (
    Place(common.HOME, "/"),
    Place(common.CASES, "/casi"),
    Place(common.PERSON_SEARCH, "/persone/cerca"),
    Place(common.REFERRALS, "/segnalazioni", _refers),
    Place(emergency.TITLE, "/emergenze", may_review_emergencies),
    Place(common.NOTICES, "/avvisi", count=unread),
)
FOOTER: tuple[Place, ...] = (
    Place(common.SERVICE, "/pubblico"),
    Place(common.ACCESSIBILITY, "/accessibilita"),
    Place(common.PRIVACY, "/privacy"),
    Place(common.DEVELOPERS, "/docs"),
)


class Shown(msgspec.Struct, frozen=True):
    title: Text
    address: str
    current: bool
    count: int


def menu(desk: Desk, path: str) -> list[Shown]:
    return [
        Shown(place.title, place.address, place.current(path), place.count(desk))
        for place in MENU
        if place.shown_to(desk.reader)
    ]
