"""Events of a host: who can take people for a placement, and whose places are taken."""

from __future__ import annotations

from typing import Any

from protocols.engine.events import Body


class HostRegistered(Body, frozen=True):
    """`staff`: employees, for the cap of DGR Lombardia 7763/2018; `places`: offered by the host;
    `jobs`: what is done there; `flags`: e.g. testing_duty (DPR 309/1990 art. 125), night_work;
    `excluded`: ids of persons who must never be sent here (safety), known only to the matcher."""

    name: str
    comune: str
    staff: int
    sector: str
    places: int
    jobs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class HostChanged(Body, frozen=True):
    """Only the changed fields of HostRegistered."""

    changes: dict[str, Any]


class PersonExcluded(Body, frozen=True):
    """`person` must never be sent to this host, for their safety. Why is not recorded here."""

    person: str


class PlaceTaken(Body, frozen=True):
    """By `case` for `kind`; saved in one transaction with the case's own event."""

    case: str
    kind: str


class PlaceFreed(Body, frozen=True):
    case: str
    reason: str
