"""The log against its hashes, its tree, and every checkpoint that was ever signed.

Events are read once, case by case, for their chains; their hashes are put in the order of the log
on the way, for the tree. What is said names events by their position, nothing of what they hold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import msgspec

from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint, trusted
from domain.proof.leaves import NOTHING, Leaves
from domain.proof.merkle import Frontier
from domain.proof.note import Note, NoteRefused, Verifier, read_note
from domain.proof.reading import Hashed, by_originator
from domain.proof.sealing import origin_of
from protocols.text import Text

_CHECKPOINTS = "SELECT size, note FROM checkpoints ORDER BY size"
_COUNT = "SELECT count(*) FROM stored_events WHERE notification_id <= %b::bigint"

Progress = Callable[[int], None]


class Flaw(msgspec.Struct, frozen=True):
    """``position``: of the first event concerned, 0 where it is not one event. ``code`` is stable:
    altered, broken_chain, gap, not_sealed_so, cut_short, changed_since, rolled_back, not_continued,
    checkpoint_*, archive_*."""

    code: str
    position: int
    message: Text
    originator: UUID | None = None


class Audit(msgspec.Struct, frozen=True):
    """``sealed``: how many events stand under a good checkpoint; ``events``: how many there are.
    ``flaws``: by position, the first one first."""

    events: int
    sealed: int
    checkpoints: int
    root: str
    flaws: list[Flaw]


class Seals(NamedTuple):
    """What the checkpoints say: the good ones by size, and what is wrong with the others."""

    good: dict[int, Checkpoint]
    flaws: list[Flaw]

    def incomplete(self, archive: Archive) -> Iterator[Flaw]:
        """Where the archive lacks hashes of events that were sealed: of a log that is altered
        later, the first altered event could not be named."""
        kept, sealed = sum(1 for _ in archive.leaves()), max(self.good, default=0)
        if kept < sealed:
            yield _flaw(
                "archive_incomplete", 0,
                f"L'archivio esterno ha le impronte di {kept} eventi, ma ne furono sigillati "
                f"{sealed}.",
                f"The outside archive has the hashes of {kept} events, but {sealed} were sealed.",
            )  # fmt: skip


class Tree(NamedTuple):
    """The tree of the hashes that were read, as far as they follow each other without a gap.
    ``proven``: the size of the largest checkpoint that it agrees with."""

    frontier: Frontier
    proven: int
    flaws: list[Flaw]


def audit(
    recorder: CaseLogRecorder,
    archive: Archive,
    keys: Sequence[Verifier],
    *,
    progress: Progress | None = None,
) -> Audit:
    """Check everything that can be checked without knowing what events mean. ``keys``: the
    auditor's own list of the log's keys.

    Raises LogUnavailable.
    """
    until = recorder.last_position()
    flaws: list[Flaw] = []
    with (
        tempfile.TemporaryDirectory(prefix="cantiere-") as folder,
        Leaves(Path(folder) / "leaves", count_of(recorder, until)) as leaves,
    ):
        done = told = 0
        for _, events in groupby(by_originator(recorder, until), attrgetter("originator")):
            chain = list(events)
            flaws += chain_flaws(chain, leaves)
            done += len(chain)
            if progress is not None and done - told >= 5_000:
                progress(told := done)
        seals = seals_of(recorder, archive, keys)
        tree = tree_of(leaves, archive, until, seals.good)
    flaws += [*seals.flaws, *tree.flaws]
    return Audit(
        until, tree.proven, len(seals.good), tree.frontier.root().hex(), in_order(flaws, until)
    )


def in_order(flaws: Iterable[Flaw], until: int) -> list[Flaw]:
    """By position, those that are about no one event at the end."""
    return sorted(flaws, key=lambda flaw: flaw.position or until + 1)


def count_of(recorder: CaseLogRecorder, until: int) -> int:
    """How many events there are up to a position."""
    return recorder.rows(_COUNT, (until,))[0][0]


def chain_flaws(events: Sequence[Hashed], leaves: Leaves) -> Iterator[Flaw]:
    """Events of one originator whose hash is not that of what they hold, or that do not follow
    their chain; the hashes are kept in ``leaves``."""
    put = leaves.put
    version = 0
    for event in events:
        if event.version != version + 1:
            yield _flaw(
                "broken_chain", event.position,
                f"Prima dell'evento {event.position} ne manca uno dello stesso caso.",
                f"Before event {event.position} one of the same case is missing.",
                event.originator,
            )  # fmt: skip
        if not event.is_whole:
            yield _flaw(
                "altered", event.position,
                f"L'evento {event.position} non è quello che fu registrato in quel punto.",
                f"Event {event.position} is not the one that was recorded there.",
                event.originator,
            )  # fmt: skip
        version = event.version
        put(event.position, event.hash)


def seals_of(recorder: CaseLogRecorder, archive: Archive, keys: Sequence[Verifier]) -> Seals:
    """Of both places, the database and the archive. Raises LogUnavailable."""
    origin = origin_of(recorder)
    good: dict[int, Checkpoint] = {}
    flaws: list[Flaw] = []
    outside = dict(archive.notes())
    inside = {size: _readable(note) for size, note in recorder.rows(_CHECKPOINTS)}
    for size, note in [*outside.items(), *inside.items()]:
        try:
            checkpoint = trusted(note, keys, origin) if note else None
        except NoteRefused:
            checkpoint = None
        if checkpoint is None or checkpoint.size != size:
            flaws.append(
                _flaw(
                    "checkpoint_forged", 0,
                    f"Il sigillo di {size} eventi non è firmato da una chiave fidata.",
                    f"The checkpoint of {size} events is not signed by a trusted key.",
                )
            )  # fmt: skip
        elif good.setdefault(size, checkpoint) != checkpoint:
            flaws.append(
                _flaw(
                    "checkpoint_split", 0,
                    f"Esistono due sigilli diversi di {size} eventi.",
                    f"There are two different checkpoints of {size} events.",
                )
            )  # fmt: skip
    for size in outside.keys() - inside.keys():
        flaws.append(
            _flaw(
                "checkpoint_missing", 0,
                f"Il sigillo di {size} eventi non è nella base dati.",
                f"The checkpoint of {size} events is not in the database.",
            )
        )  # fmt: skip
    for size in inside.keys() - outside.keys():
        flaws.append(
            _flaw(
                "archive_incomplete", 0,
                f"Il sigillo di {size} eventi non è nell'archivio esterno.",
                f"The checkpoint of {size} events is not in the outside archive.",
            )
        )  # fmt: skip
    return Seals(good, flaws)


def _readable(written: str | None) -> Note | None:
    try:
        return read_note(written or "")
    except NoteRefused:
        return None


def tree_of(
    leaves: Leaves,
    archive: Archive,
    until: int,
    known: dict[int, Checkpoint],
    before: Frontier | None = None,
    remembered: Checkpoint | None = None,
) -> Tree:
    """The tree of the events' hashes, compared with every checkpoint on its way.

    ``before``: the tree of the events before the first of ``leaves``, where it is known;
    ``remembered``: a head that nobody has signed, but the last verification had found.
    """
    flaws: list[Flaw] = []
    frontier = before or Frontier()
    proven, differs, broken = 0, 0, 0
    archived = archive.leaves(frontier.size)
    kept = known.get(frontier.size)
    if kept is not None:
        agrees = kept.root == frontier.root()
        proven, broken = (frontier.size, 0) if agrees else (0, 1)
    for leaf in leaves.walk():
        if leaf == NOTHING:
            flaws.append(_gap(frontier.size + 1))
            break
        frontier.add(leaf)
        if not differs and next(archived, leaf) != leaf:
            differs = frontier.size
        if remembered is not None and remembered.size == frontier.size:
            flaws.extend(_changed_since(remembered, frontier))
        checkpoint = known.get(frontier.size)
        if checkpoint is None or broken:
            continue
        if checkpoint.root == frontier.root():
            proven = frontier.size
            if differs:
                flaws.append(_archive_altered(differs))
                differs, archived = 0, iter(())
        else:
            # Hashes that were all computed anew are told by what stands outside.
            broken = differs or proven + 1
    if broken:
        flaws.append(_not_sealed_so(broken, proven, told=bool(differs)))
    missing = [size for size in known if size > until]
    if missing:
        flaws.append(
            _flaw(
                "cut_short", until + 1,
                f"Il registro ha {until} eventi, ma ne furono sigillati {max(missing)}: manca "
                f"l'evento {until + 1}.",
                f"The log has {until} events, but {max(missing)} were sealed: event {until + 1} is "
                "missing.",
            )
        )  # fmt: skip
    return Tree(frontier, proven, flaws)


def _changed_since(remembered: Checkpoint, frontier: Frontier) -> Iterator[Flaw]:
    if remembered.root != frontier.root():
        yield _flaw(
            "changed_since", 0,
            f"I primi {remembered.size} eventi non sono più quelli dell'ultima verifica.",
            f"The first {remembered.size} events are no longer those of the last verification.",
        )  # fmt: skip


def _gap(position: int) -> Flaw:
    return _flaw(
        "gap", position,
        f"Manca l'evento {position}, benché ce ne siano di successivi.",
        f"Event {position} is missing, although later ones are there.",
    )  # fmt: skip


def _archive_altered(position: int) -> Flaw:
    return _flaw(
        "archive_altered", 0,
        f"Le impronte dell'archivio esterno differiscono dall'evento {position}, ma il registro "
        "corrisponde al sigillo.",
        f"The outside archive's hashes differ from event {position} on, but the log agrees with "
        "the checkpoint.",
    )  # fmt: skip


def _not_sealed_so(position: int, proven: int, *, told: bool) -> Flaw:
    return _flaw(
        "not_sealed_so", position,
        f"L'evento {position} non è quello sigillato"
        + ("." if told else f", o uno dei seguenti: il sigillo vale fino a {proven}."),
        f"Event {position} is not the one that was sealed"
        + ("." if told else f", or one after it: the seal holds up to {proven}."),
    )  # fmt: skip


def _flaw(code: str, position: int, it: str, en: str, originator: UUID | None = None) -> Flaw:
    return Flaw(code, position, Text(it, en), originator)
