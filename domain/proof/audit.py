"""The log against its hashes, its tree, and every checkpoint that was ever signed.

Events are read once for their chains and once, hashes only, for the tree: memory does not grow with
the log. What is said names events by their position, nothing of what they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import msgspec

from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint, trusted
from domain.proof.merkle import Frontier
from domain.proof.note import Note, NoteRefused, Verifier, read_note
from domain.proof.reading import GREATEST, LEAST, by_originator
from domain.proof.sealing import origin_of
from domain.proof.tree import LogTree
from protocols.text import Text

_CHECKPOINTS = "SELECT size, note FROM checkpoints ORDER BY size"
_COUNT = "SELECT count(*) FROM stored_events WHERE notification_id <= %b::bigint"

Progress = Callable[[int], None]


class Flaw(msgspec.Struct, frozen=True):
    """``position``: of the first event concerned, 0 where it is not one event. ``code`` is stable:
    altered, broken_chain, gap, not_sealed_so, cut_short, checkpoint_*, archive_*."""

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


def audit(
    recorder: CaseLogRecorder,
    archive: Archive,
    keys: Sequence[Verifier],
    *,
    progress: Progress | None = None,
) -> Audit:
    """Check everything that can be checked. ``keys``: the auditor's own list of the log's keys.

    Raises LogUnavailable.
    """
    until = recorder.last_position()
    flaws = list(chain_flaws(recorder, until, progress=progress))
    known, forged = _checkpoints(recorder, archive, keys)
    flaws += forged
    frontier, proven, differing = _tree_flaws(recorder, archive, until, known)
    flaws += differing
    flaws.sort(key=lambda flaw: flaw.position or until + 1)
    return Audit(until, proven, len(known), frontier.root().hex(), flaws)


def chain_flaws(
    recorder: CaseLogRecorder,
    until: int,
    low: UUID = LEAST,
    high: UUID = GREATEST,
    *,
    progress: Progress | None = None,
) -> Iterator[Flaw]:
    """Events whose hash is not that of what they hold, or that do not follow their chain."""
    of, version = None, 0
    for done, event in enumerate(by_originator(recorder, until, low, high), 1):
        if event.originator != of:
            of, version = event.originator, 0
        if event.version != version + 1:
            yield _flaw(
                "broken_chain", event.position,
                f"Prima dell'evento {event.position} ne manca uno dello stesso caso.",
                f"Before event {event.position} one of the same case is missing.", of,
            )  # fmt: skip
        if not event.is_whole:
            yield _flaw(
                "altered", event.position,
                f"L'evento {event.position} non è quello che fu registrato in quel punto.",
                f"Event {event.position} is not the one that was recorded there.", of,
            )  # fmt: skip
        version = event.version
        if progress is not None and done % 5_000 == 0:
            progress(done)


def _checkpoints(
    recorder: CaseLogRecorder, archive: Archive, keys: Sequence[Verifier]
) -> tuple[dict[int, Checkpoint], list[Flaw]]:
    """The good ones by size, of both places; and what is wrong with the others."""
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
    return good, flaws


def _readable(written: str) -> Note | None:
    try:
        return read_note(written)
    except NoteRefused:
        return None


def _tree_flaws(
    recorder: CaseLogRecorder, archive: Archive, until: int, known: dict[int, Checkpoint]
) -> tuple[Frontier, int, list[Flaw]]:
    """The tree of the events' hashes, compared with every checkpoint on its way."""
    flaws: list[Flaw] = []
    count = recorder.rows(_COUNT, (until,))[0][0]
    if count != until:
        flaws.append(
            _flaw(
                "gap", 0,
                f"Le posizioni arrivano a {until}, ma gli eventi sono {count}.",
                f"Positions go up to {until}, but there are {count} events.",
            )
        )  # fmt: skip
    frontier, proven, differs = Frontier(), 0, 0
    archived = archive.leaves()
    broken = 0
    if 0 in known and known[0].root != frontier.root():
        broken = 1
    for leaf in LogTree(recorder).leaves(0, until):
        frontier.add(leaf)
        if not differs and next(archived, leaf) != leaf:
            differs = frontier.size
        checkpoint = known.get(frontier.size)
        if checkpoint is None or broken:
            continue
        if checkpoint.root == frontier.root():
            proven = frontier.size
            if differs:
                flaws.append(
                    _flaw(
                        "archive_altered", 0,
                        f"Le impronte dell'archivio esterno differiscono dall'evento {differs}, ma "
                        "il registro corrisponde al sigillo.",
                        f"The outside archive's hashes differ from event {differs} on, but the log "
                        "agrees with the checkpoint.",
                    )
                )  # fmt: skip
                differs, archived = 0, iter(())
        else:
            # Hashes that were all computed anew are told by what stands outside.
            broken = differs or proven + 1
    missing = [size for size in known if size > until]
    if broken:
        flaws.append(
            _flaw(
                "not_sealed_so", broken,
                f"L'evento {broken} non è quello sigillato"
                + ("." if differs else f", o uno dei seguenti: il sigillo vale fino a {proven}."),
                f"Event {broken} is not the one that was sealed"
                + ("." if differs else f", or one after it: the seal holds up to {proven}."),
            )
        )  # fmt: skip
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
    return frontier, proven, flaws


def _flaw(code: str, position: int, it: str, en: str, originator: UUID | None = None) -> Flaw:
    return Flaw(code, position, Text(it, en), originator)
