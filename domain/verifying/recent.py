"""What is new since the last verification, and wholly the cases that it is about.

Of the events before, those of other cases are not read. That the log of then is still there is
shown as to any outsider: by a consistency proof from the tree of then to the tree of now.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.collecting import collector_at_rest
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.audit import Flaw, Seals, Tree, tree_of
from domain.proof.leaves import Leaves
from domain.proof.merkle import ProofRefused, check_consistency, consistency_proof
from domain.proof.reading import LEAST, Hashed, by_originator
from domain.proof.tree import LogTree
from domain.verifying.notes import Verified
from domain.verifying.sharing import Progress, Setup
from domain.verifying.stretch import Checker, Part
from protocols.text import Text

_PAGE = 5_000
_TOUCHED = """
    SELECT DISTINCT originator_id FROM stored_events
    WHERE notification_id > %b::bigint AND notification_id <= %b::bigint AND originator_id > %b
    ORDER BY originator_id LIMIT %b
"""


class Recent(NamedTuple):
    """``touched``: ids of the cases, hosts, … that were checked."""

    part: Part
    tree: Tree
    flaws: list[Flaw]
    touched: set[str]


def check_recent(
    setup: Setup,
    recorder: CaseLogRecorder,
    archive: Archive,
    seals: Seals,
    last: Verified,
    progress: Progress,
) -> Recent:
    """Raises LogUnavailable, DocumentError, PackRefused."""
    until, size = setup.until, last.events
    touched: set[str] = set()
    outside: list[Flaw] = []
    read = 0

    def tick(more: int) -> None:
        nonlocal read
        read += more
        progress(read)

    def groups() -> Iterator[list[Hashed]]:
        for events in _touched(recorder, size, until):
            touched.add(str(events[0].originator))
            outside.extend(_compared(archive, events, size))
            yield events

    checker = Checker(recorder, setup.pack, setup.beside, tick)
    try:
        with Leaves(setup.leaves, until - size, size + 1) as leaves, collector_at_rest():
            part = checker.some(groups(), leaves)
            tree = tree_of(leaves, archive, until, seals.good, last.frontier())
    finally:
        checker.close()
    flaws = [*outside, *tree.flaws, *_continuation(recorder, last, tree, until)]
    return Recent(part, tree, flaws, touched)


def rolled_back(last: Verified | None, until: int) -> Iterator[Flaw]:
    """A log that is shorter than it was."""
    if last is None or until >= last.events:
        return
    yield Flaw(
        "rolled_back",
        until + 1,
        Text(
            f"Il registro ha {until} eventi, ma all'ultima verifica ne aveva {last.events}: manca "
            f"l'evento {until + 1}. Se è stato ripristinato un backup più vecchio, togliere la "
            "cartella «verify» dell'installazione dopo aver letto la pagina dell'operatore.",
            f"The log has {until} events, but it had {last.events} at the last verification: event "
            f"{until + 1} is missing. If an older backup was restored, remove the installation's "
            "“verify” folder after reading the operator's page.",
        ),
    )


def _touched(recorder: CaseLogRecorder, after: int, until: int) -> Iterator[list[Hashed]]:
    last = LEAST
    while rows := recorder.rows(_TOUCHED, (after, until, last, _PAGE)):
        for (originator,) in rows:
            before = UUID(int=originator.int - 1)
            for _, events in groupby(
                by_originator(recorder, until, before, originator), attrgetter("originator")
            ):
                yield list(events)
        last = rows[-1][0]


def _compared(archive: Archive, events: list[Hashed], size: int) -> Iterator[Flaw]:
    """The older events of a case that has new ones bear the hashes that stand outside."""
    for event in events:
        if event.position > size:
            return
        kept = next(archive.leaves(event.position - 1), None)
        if kept is not None and kept != event.hash:
            yield Flaw(
                "changed_since",
                event.position,
                Text(
                    f"L'evento {event.position} non ha l'impronta conservata nell'archivio.",
                    f"Event {event.position} has not the hash that is kept in the archive.",
                ),
                event.originator,
            )
            return


def _continuation(
    recorder: CaseLogRecorder, last: Verified, tree: Tree, until: int
) -> Iterator[Flaw]:
    frontier = tree.frontier
    if frontier.size != until:
        # A gap, which has been told.
        return
    proof = consistency_proof(LogTree(recorder).nodes(until), last.events, until)
    try:
        old, new = bytes.fromhex(last.root), frontier.root()
        check_consistency(last.events, until, proof, old, new)
    except ProofRefused:
        yield Flaw(
            "not_continued",
            0,
            Text(
                f"Il registro non continua quello dei {last.events} eventi dell'ultima verifica: "
                "eseguire `cantiere verify --full`.",
                f"The log does not continue that of the {last.events} events of the last "
                "verification: run `cantiere verify --full`.",
            ),
        )
