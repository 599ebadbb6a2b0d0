"""A bundle from asking to handing out: made under one checkpoint, written down, then given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

from psycopg import Connection

from api.evidence.course import TypedText, typed_or_sealed
from api.evidence.report import report_data
from api.evidence.seen import reads_of, told
from api.evidence.words import Words
from api.http.access import Reader, grounds_for_read_log
from api.reports import render
from domain.case.commands import Actor
from domain.documents.reading import Gone
from domain.documents.sealing import DocumentAltered
from domain.documents.store import Missing
from domain.evidence.archive import Content, write
from domain.evidence.attachments import Attachment, attachments
from domain.evidence.bundle import Request, bundle
from domain.evidence.collecting import Evidence, checkpoint_over, collect
from domain.evidence.events import stream_of
from domain.evidence.issuing import IssueEvidence, check_request, issued, record
from domain.evidence.naming import Naming
from domain.log.recorded import Recorded
from domain.person.events import PersonNamed, PersonRegistered
from domain.proof.archive import Archive
from domain.proof.note import Signer
from domain.reads.events import Read
from domain.refusal import Refused
from domain.service import CaseService, unknown_case
from domain.vault.events import PersonalReader
from protocols.engine.events import CaseOpened
from protocols.language.forms import FormField
from protocols.text import Text

_PARTICULARS = {
    "first_name": "Nome",
    "last_name": "Cognome",
    "birth_date": "Data di nascita",
    "tax_code": "Codice fiscale",
}


class Issued(NamedTuple):
    """The archive's SHA-256 (hex), and the read that is to be recorded before it is handed out."""

    sha256: str
    read: Read
    replayed: bool


class Ground(NamedTuple):
    """What a bundle is made from. `connection`: for the read models, with rows as tuples."""

    service: CaseService
    archive: Archive
    signer: Callable[[], Signer]
    connection: Connection[Any]
    largest: int | None = None
    """Bytes that attachments may have together; None where the archive goes to a disk."""


def ask(
    service: CaseService, command_id: UUID, reader: Reader, case: UUID, full: bool, reason: str
) -> IssueEvidence:
    """The command of a member of staff. Raises Refused: no right, no reason, no such case."""
    protecting = service.territory.records.erasure.approved_by
    command = IssueEvidence(
        command_id=command_id,
        actor=Actor(reader.id, reader.holds),
        case=stream_of(case),
        of=case,
        full=full,
        reason=reason,
        grounds=tuple(sorted(grounds_for_read_log(reader, protecting))),
    )
    check_request(command)
    return command


def issue(ground: Ground, command: IssueEvidence, door: str, out: BinaryIO) -> Issued:
    """Write the bundle to `out` and say so in the log. The same command again gives the same bytes.

    `door`: by which way it was asked for; `out`: empty. Raises Refused, NotProvable, SealRefused,
    KeyProblem, UnknownProtocol, FieldAltered, VaultProblem, LogUnavailable, OSError.
    """
    service = ground.service
    history = service.history(command.of)
    if not history or not isinstance(history[0].body, CaseOpened):
        raise unknown_case(command.of)
    before = issued(service, command)
    signer = ground.signer()
    if before is None:
        person = service.history(UUID(history[0].body.person))
        last = max(event.position for event in (*history, *person))
        size, at = checkpoint_over(service.recorder, ground.archive, signer, last), None
    else:
        size, at = before.body.size, before.at
    evidence = collect(service, ground.archive, command.of, size)
    now = at or service.clock.now()
    try:
        made = write(_files(ground, evidence, command, signer, now), out)
    except (DocumentAltered, Gone, Missing):
        raise Refused(
            "conflict",
            "document_unreadable",
            Text(
                "Un documento del caso non è più quello che fu allegato, o è sparito ora.",
                "A document of the case is not what was attached, or has just gone.",
            ),
            Text(
                "Eseguire `cantiere verify`, poi riprovare.",
                "Run `cantiere verify`, then try again.",
            ),
        ) from None
    if before is not None and made != before.body.sha256:
        # What was handed out then cannot be made again: nothing else may bear its name.
        out.seek(0)
        out.truncate()
        raise Refused(
            "conflict",
            "evidence_changed",
            Text(
                "Il fascicolo non si può più rifare uguale a quello consegnato allora: i dati "
                "della persona sono stati cancellati, o il programma è cambiato.",
                "The bundle can no longer be made as it was handed out: the person's data were "
                "erased, or the program has changed.",
            ),
            Text("Chiederne uno nuovo, con un'altra chiave.", "Ask for a new one, by another key."),
        )
    if before is None and record(service, command, evidence.person, size, made, now).replayed:
        # The same request came twice at once, and the other was written down: that one's bytes.
        out.seek(0)
        out.truncate()
        return issue(ground, command, door, out)
    return Issued(made, _read(evidence, command, door, now), before is not None)


def _files(
    ground: Ground, evidence: Evidence, command: IssueEvidence, signer: Signer, now: Any
) -> dict[str, Content]:
    service, full = ground.service, command.full
    names = {id_: entry.name for id_, entry in service.territory.people.items()}
    persons = [evidence.person, *(one.event.originator_id for one in evidence.of_person)]
    naming = Naming(names, persons, full)
    naming.meet(one.event.actor for one in evidence.stored)
    lines = reads_of(service, ground.connection, evidence.case, evidence.checkpoint.size)
    naming.meet(line.reader for line in lines)
    words = Words(service.territory, naming, [plan.protocol for plan in evidence.texts])
    # Asked once for each person, and only where something is to be opened.
    readers = cache(service.personal_reader) if full else None
    asked = Request(
        naming.staff(command.actor.id), command.grounds, now, full, command.reason if full else ""
    )
    data = report_data(
        service, evidence, asked, words, _typed(evidence, readers),
        _person(evidence, naming, words, readers), lines,
    )  # fmt: skip
    report = render("evidence", data, at=now)
    attached = attachments(service, evidence.person, evidence.history, full)
    _check_room(attached, ground.largest)
    seen = told(lines, naming)
    return bundle(evidence, asked, naming, readers, seen, report, signer, attached)


def _check_room(attached: list[Attachment], largest: int | None) -> None:
    if largest is not None and sum(one.size for one in attached) > largest:
        raise Refused(
            "conflict",
            "bundle_too_large",
            Text(
                "Gli allegati del caso sono troppo grandi per questa via.",
                "The case's attachments are too large for this way.",
            ),
            Text(
                "Usare la riga di comando: `cantiere case export --evidence`.",
                "Use the command line: `cantiere case export --evidence`.",
            ),
        )


def _typed(evidence: Evidence, readers: Callable[[UUID], PersonalReader] | None) -> TypedText:
    if readers is None:
        return typed_or_sealed
    reader = readers(evidence.person)
    return lambda event, field: reader.typed(event, field)


def _person(
    evidence: Evidence,
    naming: Naming,
    words: Words,
    readers: Callable[[UUID], PersonalReader] | None,
) -> list[tuple[str, str]]:
    if readers is None:
        return [("Persona", naming.anonymous(str(evidence.person)))]
    known: dict[str, Any] = {}
    for one in evidence.of_person:
        if isinstance(one.event.body, (PersonRegistered, PersonNamed)):
            known |= readers(one.event.originator_id).opened(one.event)
    if born := known.get("birth_date"):
        known["birth_date"] = _day(str(born), words)
    found = [(said, str(known[name])) for name, said in _PARTICULARS.items() if known.get(name)]
    return found or [("Persona", "senza nome nel registro")]


def _day(written: str, words: Words) -> str:
    """As it is written where it is no date: “[cancellato]”."""
    try:
        return words.day(date.fromisoformat(written))
    except ValueError:
        return written


def _read(evidence: Evidence, command: IssueEvidence, door: str, now: Any) -> Read:
    """What was shown, by categories: personal fields only where the bundle is full."""
    shown, withheld = {"identity"} if command.full else set(), set()
    if not command.full:
        withheld.add("identity")
    for field, personal in _fields(evidence):
        (shown if command.full or not personal else withheld).add(field.category)
    return Read(
        now,
        command.actor.id,
        door,
        evidence.case,
        evidence.person,
        tuple(f"{role}@{scope}" for role, scope, _ in command.actor.holds),
        command.grounds,
        tuple(sorted(shown)),
        tuple(sorted(withheld)),
    )


def _fields(evidence: Evidence) -> list[tuple[FormField, bool]]:
    """The fields of the forms whose answers are among the events; whether each is personal."""
    forms = {
        (name, part.form): plan.protocol.forms[part.form]
        for plan in evidence.texts
        for parts in (plan.protocol.steps, plan.protocol.events)
        for name, part in parts.items()
        if part.form
    }
    found = []
    for event in evidence.history:
        for name in _answered(event):
            for (step, _), form in forms.items():
                if step == name:
                    found += [(field, field.personal) for field in form.fields.values()]
    return found


def _answered(event: Recorded) -> list[str]:
    body = event.body
    return [name for name in (getattr(body, "step", ""), getattr(body, "event", "")) if name]
