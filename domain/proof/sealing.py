"""Making checkpoints: what was appended since the last one is checked, and the head is signed."""

from __future__ import annotations

from typing import NamedTuple

from domain.log.datastore import patiently
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint, trusted
from domain.proof.keys import add_verifier, read_verifiers
from domain.proof.merkle import root_of
from domain.proof.note import Note, NoteRefused, Signer
from domain.proof.reading import by_position
from domain.proof.tree import LogTree
from protocols.text import Text

_KEEP = """
    INSERT INTO checkpoints (size, note) VALUES (%s, %s)
    ON CONFLICT (size) DO UPDATE SET note = excluded.note
"""
_INSTALLATION = "SELECT id FROM installation"


class SealRefused(Exception):
    """The log is not what was sealed before: nothing is signed. ``position`` is that of the first
    event at fault, 0 where it is not one event."""

    def __init__(self, code: str, position: int, it: str, en: str) -> None:
        self.code = code
        self.position = position
        self.message = Text(it, en)
        super().__init__(it)


class Sealed(NamedTuple):
    """``new`` events are sealed that were not before."""

    checkpoint: Checkpoint
    note: Note
    new: int


def origin_of(recorder: CaseLogRecorder) -> str:
    """The log's name: that of the installation."""
    rows = recorder.rows(_INSTALLATION)
    return f"cantiere/{rows[0][0] if rows else 'new'}"


def seal(
    recorder: CaseLogRecorder, archive: Archive, signer: Signer, successor: Signer | None = None
) -> Sealed:
    """Sign the log's head now and keep it, in the database and in the archive.

    ``successor``: a new key that signs too, and is trusted from now on.

    Raises SealRefused, LogUnavailable, KeyProblem; OSError where the archive cannot be written.
    """
    origin = origin_of(recorder)
    _check_key(archive, signer)
    before = _last(archive, origin)
    until = recorder.last_position()
    if before is not None and before.size > until:
        raise SealRefused(
            "log_shorter",
            until + 1,
            f"Il registro ha {until} eventi, ma ne erano già stati sigillati {before.size}: è "
            "stato troncato, o è una copia più vecchia.",
            f"The log has {until} events, but {before.size} had been sealed: it was cut short, or "
            "is an older copy.",
        )
    sealed = before.size if before else 0
    _check_new(recorder, sealed, until)
    tree = LogTree(recorder)
    tree.keep_tiles(until)
    nodes = tree.nodes(until)
    if before is not None and root_of(nodes, sealed) != before.root:
        raise SealRefused(
            "log_changed",
            0,
            f"I primi {sealed} eventi non sono più quelli sigillati: eseguire `cantiere verify`.",
            f"The first {sealed} events are no longer those sealed: run `cantiere verify`.",
        )
    checkpoint = Checkpoint(origin, until, root_of(nodes, until))
    note = signer.sign(checkpoint.text())
    if successor is not None:
        note = note.with_signatures(successor.sign(checkpoint.text()).signatures)
        add_verifier(archive.keys, successor.verifier())
    kept = min(archive.count(), until)
    archive.keep_leaves(kept, tree.leaves(kept, until))
    archive.keep(until, note)
    patiently(recorder.datastore, lambda c, _: c.execute(_KEEP, (until, str(note))))
    return Sealed(checkpoint, note, until - sealed)


def _check_key(archive: Archive, signer: Signer) -> None:
    known = read_verifiers(archive.keys)
    if not known:
        add_verifier(archive.keys, signer.verifier())
    elif signer.verifier() not in known:
        raise SealRefused(
            "unknown_key",
            0,
            "Questa chiave non ha mai firmato il registro: si cambia chiave con "
            "`cantiere checkpoint rotate`.",
            "This key has never signed the log: keys are changed by `cantiere checkpoint rotate`.",
        )


def _last(archive: Archive, origin: str) -> Checkpoint | None:
    keys = read_verifiers(archive.keys)
    size = archive.last_size()
    if size is None:
        return None
    note = archive.note(size)
    try:
        checkpoint = trusted(note, keys, origin) if note else None
    except NoteRefused:
        checkpoint = None
    if checkpoint is None or checkpoint.size != size:
        raise SealRefused(
            "checkpoint_forged",
            0,
            f"Il sigillo di {size} eventi non è firmato da una chiave di questo registro.",
            f"The checkpoint of {size} events is not signed by a key of this log.",
        )
    return checkpoint


def _check_new(recorder: CaseLogRecorder, after: int, until: int) -> None:
    """The events that are sealed for the first time bear the hashes of what they say."""
    expected = after
    for event in by_position(recorder, after, until):
        expected += 1
        if event.position != expected:
            break
        if not event.is_whole:
            raise SealRefused(
                "event_altered",
                event.position,
                f"L'evento {event.position} non è quello che fu registrato.",
                f"Event {event.position} is not the one that was recorded.",
            )
    else:
        if expected == until:
            return
    raise SealRefused(
        "gap",
        expected,
        f"Manca l'evento {expected}.",
        f"Event {expected} is missing.",
    )
