"""Which hosts can take a person, in which order, and why: pure, so that the reasons can be argued.

The scores only order what is possible; a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from protocols.text import Text

SHOWN = 50


class HostPlace(msgspec.Struct, frozen=True):
    """A host as the matcher sees it. ``cap``: placements at once that the law allows for the kind
    wanted, None where it sets no limit; ``taken_of_kind``: those running now; ``taken``: of any
    kind, against the ``places`` that the host itself offers."""

    id: str
    comune: str
    district: int
    places: int
    taken: int
    cap: int | None
    taken_of_kind: int
    jobs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class Needs(msgspec.Struct, frozen=True):
    """What the placement must respect.

    ``limits``: host flags and jobs that the fitness opinion rules out, never a diagnosis; ``fit``:
    false while it advises against any work; ``target``: the job sought; ``untested``: the person is
    followed by an addiction service, so no job with the testing duty of DPR 309/1990 art. 125;
    ``neighbours``: ISTAT codes of comuni known to be near; ``refused``: hosts already tried.
    """

    person: str
    kind: str
    comune: str
    district: int
    limits: tuple[str, ...] = ()
    fit: bool = True
    target: str = ""
    untested: bool = False
    neighbours: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Ranked(msgspec.Struct, frozen=True):
    """``score``: 0 to 100; ``reasons`` explain each part of it."""

    host: str
    score: int
    reasons: tuple[Text, ...]


class Excluded(msgspec.Struct, frozen=True):
    host: str
    reason: Text


class Ranking(msgspec.Struct, frozen=True):
    """``ranking`` best first; every host is in one of the two."""

    ranking: tuple[Ranked, ...]
    exclusions: tuple[Excluded, ...]

    def as_data(self) -> dict[str, Any]:
        """``ranking``: [{host, score, reasons: [{it, en}]}], ``exclusions``: [{host, reason}], both
        cut to what a person can read; ``candidates``: how many are possible in all."""
        return {
            "ranking": _plain(self.ranking[:SHOWN]),
            "exclusions": _plain(self.exclusions[: 4 * SHOWN]),
            "candidates": len(self.ranking),
        }


def _plain(values: Sequence[Ranked] | Sequence[Excluded]) -> list[dict[str, Any]]:
    return msgspec.json.decode(msgspec.json.encode(values))


_NOT_SUITABLE = Text(
    it="non idoneo per questo percorso: scegliere un altro ospitante",
    en="not suitable for this path: choose another host",
)


def rank(hosts: Iterable[HostPlace], needs: Needs) -> Ranking:
    """Hard filters first, then the order; equal scores keep the order of the hosts' ids."""
    ranked: list[Ranked] = []
    exclusions: list[Excluded] = []
    for host in sorted(hosts, key=lambda host: host.id):
        obstacle = _obstacle(host, needs)
        if obstacle is None:
            ranked.append(_score(host, needs))
        else:
            exclusions.append(Excluded(host.id, obstacle))
    ranked.sort(key=lambda one: -one.score)
    return Ranking(tuple(ranked), tuple(exclusions))


def _obstacle(host: HostPlace, needs: Needs) -> Text | None:
    # Safety comes first and says nothing: the reason itself would disclose (domain: violence).
    if needs.person in host.excluded:
        return _NOT_SUITABLE
    if not needs.fit:
        return Text(
            it="il parere di idoneità per ora sconsiglia ogni mansione",
            en="for now the fitness opinion advises against any job",
        )
    if host.id in needs.refused:
        return Text(
            it="già provato o rifiutato in questo percorso",
            en="already tried or refused on this path",
        )
    if host.kinds and needs.kind and needs.kind not in host.kinds:
        return Text(
            it="non accoglie questo tipo di inserimento",
            en="does not take this kind of placement",
        )
    if host.cap is not None and host.taken_of_kind >= host.cap:
        return Text(
            it=f"limite di legge raggiunto: {host.taken_of_kind} su {host.cap} in rapporto ai "
            "dipendenti (DGR Lombardia 7763/2018)",
            en=f"legal cap reached: {host.taken_of_kind} of {host.cap} for its staff "
            "(DGR Lombardia 7763/2018)",
        )
    if host.taken >= host.places:
        return Text(
            it=f"nessun posto libero: {host.taken} su {host.places} occupati",
            en=f"no free place: {host.taken} of {host.places} taken",
        )
    if needs.untested and "testing_duty" in host.flags:
        return Text(
            it="mansione con obbligo di accertamento (DPR 309/1990 art. 125)",
            en="job under a testing duty (DPR 309/1990 art. 125)",
        )
    against = _against_limits(host, needs.limits)
    if against:
        named = ", ".join(against)
        return Text(
            it=f"contrario ai limiti del parere di idoneità: {named}",
            en=f"against the limits of the fitness opinion: {named}",
        )
    return None


def _against_limits(host: HostPlace, limits: Sequence[str]) -> list[str]:
    ruled_out = {limit.removeprefix("no_") for limit in limits}
    offered = set(host.flags)
    # A host with several jobs is out only if no job is left.
    if host.jobs and all(job in ruled_out for job in host.jobs):
        offered |= set(host.jobs)
    return sorted(ruled_out & offered)


def _score(host: HostPlace, needs: Needs) -> Ranked:
    parts = [_distance(host, needs), _job(host, needs), _room(host)]
    return Ranked(
        host.id,
        sum(points for points, _ in parts),
        tuple(reason for _, reason in parts),
    )


def _distance(host: HostPlace, needs: Needs) -> tuple[int, Text]:
    if host.comune == needs.comune:
        return 40, Text(it="nello stesso comune (+40)", en="in the same comune (+40)")
    if host.comune in needs.neighbours:
        return 32, Text(it="in un comune vicino (+32)", en="in a nearby comune (+32)")
    if host.district == needs.district:
        return 25, Text(it="nello stesso distretto (+25)", en="in the same district (+25)")
    return 5, Text(it="in un altro distretto (+5)", en="in another district (+5)")


def _job(host: HostPlace, needs: Needs) -> tuple[int, Text]:
    if not needs.target:
        return 20, Text(it="nessun obiettivo indicato (+20)", en="no target stated (+20)")
    if needs.target in host.jobs:
        return 40, Text(
            it=f"offre la mansione cercata, {needs.target} (+40)",
            en=f"offers the job sought, {needs.target} (+40)",
        )
    return 10, Text(it="offre altre mansioni (+10)", en="offers other jobs (+10)")


def _room(host: HostPlace) -> tuple[int, Text]:
    free = host.places - host.taken
    if host.cap is not None:
        free = min(free, host.cap - host.taken_of_kind)
    points = min(20, 10 * free)
    return points, Text(
        it=f"posti liberi: {free} (+{points})", en=f"free places: {free} (+{points})"
    )
