"""All that proves what happened in a case, as the log has it: nothing is told in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from domain.case.events import PersonReplaced
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.checkpoint import Checkpoint, Proof, trusted
from domain.proof.keys import read_verifiers
from domain.proof.leaf import entry
from domain.proof.note import Note, NoteRefused, Signer, Verifier
from domain.proof.proving import NotProvable, prove_under
from domain.proof.reading import Hashed, by_originator
from domain.proof.sealing import origin_of, seal
from domain.service import CaseService, unknown_case
from domain.territories.editions import read_editions
from protocols.engine.events import CaseOpened, Migrated, MigrationReverted
from protocols.engine.plan import Plan


class Stored(NamedTuple):
    """An event: as it is read, as it was hashed (`entry`), its hash, and its proof."""

    event: Recorded
    topic: str
    entry: bytes
    hash: bytes
    previous: bytes
    proof: Proof


class Evidence(NamedTuple):
    """Of one case under one checkpoint. `person`: whom it was opened for; `of_case`, `of_person`
    (also of a person who took that one's place): events, oldest first;
    `texts`: the protocol texts that the case followed, in order; `keys`: all that ever signed the
    log; `territory`: digest (sha256, hex) of the territory's rules that held under the
    checkpoint, as the log has them; of the pack in use where it has none."""

    case: UUID
    person: UUID
    note: Note
    checkpoint: Checkpoint
    of_case: tuple[Stored, ...]
    of_person: tuple[Stored, ...]
    texts: tuple[Plan, ...]
    keys: tuple[Verifier, ...]
    territory: str

    @property
    def stored(self) -> tuple[Stored, ...]:
        """All events, in the order of the log."""
        return tuple(sorted((*self.of_case, *self.of_person), key=lambda one: one.event.position))

    @property
    def history(self) -> list[Recorded]:
        """The case's events."""
        return [one.event for one in self.of_case]


def checkpoint_over(
    recorder: CaseLogRecorder, archive: Archive, signer: Signer, position: int
) -> int:
    """The size of a checkpoint that covers the event at `position`: the newest, or one made now.

    Raises SealRefused, KeyProblem, LogUnavailable.
    """
    newest = archive.last_size() or 0
    return newest if newest >= position else seal(recorder, archive, signer).checkpoint.size


def collect(service: CaseService, archive: Archive, case: UUID, size: int) -> Evidence:
    """What the checkpoint of that size covers of the case.

    Raises Refused (not_found), NotProvable, UnknownProtocol, LogUnavailable.
    """
    note, keys = archive.note(size), tuple(read_verifiers(archive.keys))
    try:
        if note is None:
            raise NoteRefused("there is no such checkpoint")
        checkpoint = trusted(note, keys, origin_of(service.recorder))
    except NoteRefused:
        raise NotProvable(
            f"Il sigillo di {size} eventi manca o non è firmato dal registro: `cantiere verify`.",
            f"The checkpoint of {size} events is missing or not signed by the log: "
            "`cantiere verify`.",
        ) from None
    of_case = _rows(service.recorder, case, size)
    opened = service.mapper.read(_entry(of_case[0])).body if of_case else None
    if not isinstance(opened, CaseOpened):
        raise unknown_case(case)
    bodies = [service.mapper.read(_entry(row)).body for row in of_case]
    about = [opened.person, *(b.person for b in bodies if isinstance(b, PersonReplaced))]
    persons = [UUID(person) for person in dict.fromkeys(about)]
    of_person = [row for person in persons for row in _rows(service.recorder, person, size)]
    positions = [row.position for row in (*of_case, *of_person)]
    proofs = prove_under(service.recorder, note, positions)
    stored = _stored(service.mapper, of_case, proofs)
    held = read_editions(service.recorder).before(size)
    return Evidence(
        case, persons[0], note, checkpoint, stored, _stored(service.mapper, of_person, proofs),
        _texts(service, stored), keys, held.digest if held else service.territory.digest,
    )  # fmt: skip


def _rows(recorder: CaseLogRecorder, originator: UUID, until: int) -> list[Hashed]:
    return list(by_originator(recorder, until, UUID(int=originator.int - 1), originator))


def _entry(row: Hashed) -> Entry:
    return Entry(row.position, row.originator, row.version, row.topic, row.state)


def _stored(
    mapper: CaseLogMapper, rows: Sequence[Hashed], proofs: dict[int, Proof]
) -> tuple[Stored, ...]:
    return tuple(
        Stored(
            mapper.read(_entry(row)), row.topic,
            entry(row.previous, row.originator, row.version, row.position, row.topic, row.state),
            row.hash, row.previous, proofs[row.position],
        )
        for row in rows
    )  # fmt: skip


def _texts(service: CaseService, stored: Sequence[Stored]) -> tuple[Plan, ...]:
    bodies = [one.event.body for one in stored]
    followed = {
        (body.protocol, body.version): None
        for body in bodies
        if isinstance(body, (CaseOpened, Migrated, MigrationReverted))
    }
    return tuple(service.registry.get(*key) for key in followed)
