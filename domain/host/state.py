"""A host as folded from its events, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.host.events import (
    HostChanged,
    HostRegistered,
    PersonExcluded,
    PlaceFreed,
    PlaceTaken,
)
from domain.log.recorded import Recorded
from domain.refusal import Refused
from protocols.territory import Territory
from protocols.text import Text


class HostState(msgspec.Struct, frozen=True):
    """`taken`: (case, kind) of each place that is taken now."""

    id: UUID
    version: int
    name: str
    comune: str
    staff: int
    sector: str
    places: int
    jobs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()

    def cap(self, kind: str, territory: Territory, on: date) -> int:
        """Places for `kind`: the host's own, and no more than the law's cap by staff
        (DGR Lombardia 7763/2018 for traineeships)."""
        legal = territory.host_cap(kind, self.staff, on)
        return self.places if legal is None else min(self.places, legal)

    def free(self, kind: str, territory: Territory, on: date) -> int:
        of_kind = sum(1 for _, taken in self.taken if taken == kind)
        return max(0, min(self.places - len(self.taken), self.cap(kind, territory, on) - of_kind))


def evolve(state: HostState | None, host: UUID, event: Recorded) -> HostState:
    body, version = event.body, event.originator_version
    if isinstance(body, HostRegistered):
        return HostState(id=host, version=version, **msgspec.structs.asdict(body))
    assert state is not None
    if isinstance(body, HostChanged):
        return replace(state, version=version, **msgspec.convert(body.changes, _Changes).given())
    if isinstance(body, PersonExcluded):
        return replace(state, version=version, excluded=(*state.excluded, body.person))
    if isinstance(body, PlaceTaken):
        return replace(state, version=version, taken=(*state.taken, (body.case, body.kind)))
    if isinstance(body, PlaceFreed):
        kept = tuple(place for place in state.taken if place[0] != body.case)
        return replace(state, version=version, taken=kept)
    return replace(state, version=version)


class _Changes(msgspec.Struct, forbid_unknown_fields=True):
    name: str | msgspec.UnsetType = msgspec.UNSET
    comune: str | msgspec.UnsetType = msgspec.UNSET
    staff: int | msgspec.UnsetType = msgspec.UNSET
    sector: str | msgspec.UnsetType = msgspec.UNSET
    places: int | msgspec.UnsetType = msgspec.UNSET
    jobs: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    kinds: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    flags: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    excluded: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET

    def given(self) -> dict[str, object]:
        values = msgspec.structs.asdict(self)
        return {name: value for name, value in values.items() if value is not msgspec.UNSET}


def fold(host: UUID, events: Iterable[Recorded]) -> HostState | None:
    state: HostState | None = None
    for event in events:
        state = evolve(state, host, event)
    return state


def take_place(
    host: HostState, case: UUID, person: str, kind: str, territory: Territory, on: date
) -> PlaceTaken | None:
    """None where the case holds a place there already. Raises Refused when the host is full, takes
    no such placements, or must never be offered to this person."""
    if any(taken == str(case) for taken, _ in host.taken):
        return None
    if person in host.excluded:
        # Why is known to whoever excluded it, and to nobody else.
        raise Refused(
            "conflict",
            "host_excluded",
            Text(
                "Questo abbinamento è escluso per la sicurezza della persona.",
                "This match is excluded for the person's safety.",
            ),
            Text("Scegliere un altro soggetto ospitante.", "Choose another host."),
        )
    if host.kinds and kind not in host.kinds:
        raise Refused(
            "conflict",
            "host_not_for_kind",
            Text(
                f"Questo soggetto ospitante non accoglie «{kind}».",
                f"This host does not take “{kind}”.",
            ),
            Text(f"Accoglie: {', '.join(host.kinds)}.", f"It takes: {', '.join(host.kinds)}."),
        )
    if host.free(kind, territory, on) < 1:
        raise Refused(
            "conflict",
            "host_full",
            Text(
                f"Il soggetto ospitante non ha posti liberi: {len(host.taken)} occupati, "
                f"al massimo {host.cap(kind, territory, on)} con {host.staff} dipendenti.",
                f"The host has no free place: {len(host.taken)} taken, "
                f"{host.cap(kind, territory, on)} at most with {host.staff} employees.",
            ),
            Text("Scegliere un altro soggetto ospitante.", "Choose another host."),
            related={"host": str(host.id)},
        )
    return PlaceTaken(str(case), kind)
