"""The main menu and the footer. An area adds its line when it has a page."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from api.http.access import Reader, may_review_emergencies
from api.web.words import common, emergency
from protocols.text import Text


class Place(msgspec.Struct, frozen=True):
    """`shown_to`: whom it is of use to; what they may do there the page itself decides."""

    title: Text
    address: str
    shown_to: Callable[[Reader], bool] = lambda reader: True

    def current(self, path: str) -> bool:
        return path == self.address or (self.address != "/" and path.startswith(self.address + "/"))


MENU: tuple[Place, ...] = (
    Place(common.HOME, "/"),
    Place(emergency.TITLE, "/emergenze", may_review_emergencies),
)
FOOTER: tuple[Place, ...] = (Place(common.DEVELOPERS, "/docs"),)


class Shown(msgspec.Struct, frozen=True):
    title: Text
    address: str
    current: bool


def menu(reader: Reader, path: str) -> list[Shown]:
    return [
        Shown(place.title, place.address, place.current(path))
        for place in MENU
        if place.shown_to(reader)
    ]
