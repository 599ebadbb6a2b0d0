"""Proofs for others: that an event is in the log, that the log of today continues an older one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint, Proof
from domain.proof.leaf import entry
from domain.proof.merkle import consistency_proof, inclusion_proof
from domain.proof.note import Note
from domain.proof.reading import by_position
from domain.proof.tree import LogTree
from protocols.text import Text


class NotProvable(LookupError):
    """There is no such event, or no checkpoint yet that covers it; ``message`` says what to do."""

    def __init__(self, it: str, en: str) -> None:
        self.message = Text(it, en)
        super().__init__(it)


class Continuation(NamedTuple):
    """That the tree of ``checkpoint`` begins with the tree of ``old`` events."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: Note


def prove_event(
    recorder: CaseLogRecorder, archive: Archive, position: int, *, with_event: bool = False
) -> Proof:
    """That the event at ``position`` is in the log, under the smallest checkpoint that covers it.

    ``with_event``: the entry goes with the proof as extra data. Raises NotProvable, LogUnavailable.
    """
    for size in archive.sizes():
        if 0 < position <= size and (note := archive.note(size)) is not None:
            nodes = LogTree(recorder).nodes(size)
            hashes = tuple(inclusion_proof(nodes, position - 1, size))
            extra = event_entry(recorder, position) if with_event else b""
            return Proof(position - 1, hashes, note, extra)
    event_entry(recorder, position)
    raise NotProvable(
        f"L'evento {position} non è ancora coperto da un sigillo: `cantiere checkpoint make`.",
        f"Event {position} is not covered by a checkpoint yet: `cantiere checkpoint make`.",
    )


def prove_under(
    recorder: CaseLogRecorder, note: Note, positions: Iterable[int]
) -> dict[int, Proof]:
    """By position, that each event is in the log under this one checkpoint, which covers them all.

    Raises LogUnavailable, ValueError for a position beyond the checkpoint.
    """
    size = Checkpoint.of(note).size
    nodes = LogTree(recorder).nodes(size)
    return {
        position: Proof(position - 1, tuple(inclusion_proof(nodes, position - 1, size)), note)
        for position in positions
    }


def prove_continuation(recorder: CaseLogRecorder, archive: Archive, old: int) -> Continuation:
    """That the newest checkpoint continues the log of ``old`` events. Raises NotProvable."""
    size = archive.last_size() or 0
    note = archive.note(size)
    if note is None or old > size:
        raise NotProvable(
            f"Nessun sigillo arriva a {old} eventi: `cantiere checkpoint make`.",
            f"No checkpoint reaches {old} events: `cantiere checkpoint make`.",
        )
    assert Checkpoint.of(note).size == size
    hashes = consistency_proof(LogTree(recorder).nodes(size), old, size)
    return Continuation(old, tuple(hashes), note)


def event_entry(recorder: CaseLogRecorder, position: int) -> bytes:
    """The entry whose hash is the leaf. Raises NotProvable."""
    for event in by_position(recorder, position - 1, position):
        return entry(
            event.previous, event.originator, event.version, event.position, event.topic,
            event.state,
        )  # fmt: skip
    raise NotProvable(f"L'evento {position} non c'è.", f"There is no event {position}.")
