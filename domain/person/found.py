"""Whether persons are found by what their particulars say, and by nothing else.

The keyed hashes by which a person is found stand beside the log, under no hash of its own: whoever
alters one has somebody registered twice, or finds one person's file by another's tax code. They are
told from the particulars, which are opened here for a moment and never kept; that they open says
also that the person's key is the one by which they were sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from domain.conformance import Finding
from domain.log.appending import Claim
from domain.log.errors import UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.person.index import SCOPE, held, likeness_claims
from domain.person.particulars import particulars
from domain.person.register import blind_index
from domain.person.state import fold
from domain.vault.events import PersonalReader
from domain.vault.fields import ERASED, FieldAltered
from domain.vault.vault import Vault
from domain.vault.wrapping import VaultProblem
from protocols.text import Text

_HISTORIES = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id = ANY(%b) ORDER BY originator_id, originator_version
"""
_BATCH = 500


def found_flaws(recorder: CaseLogRecorder, vault: Vault, key: bytes) -> Iterator[Finding]:
    """`key`: of the blind index. What differs is looked at twice: people may be at work. Who cannot
    be read, or was erased, is told elsewhere. Raises LogUnavailable."""
    persons = recorder.originators_of("person.person-registered")
    for first in range(0, len(persons), _BATCH):
        suspected = _differing(recorder, vault, key, persons[first : first + _BATCH])
        again = _differing(recorder, vault, key, list(suspected)) if suspected else {}
        for person, finding in again.items():
            if person in suspected:
                yield finding


def _differing(
    recorder: CaseLogRecorder, vault: Vault, key: bytes, persons: Sequence[UUID]
) -> dict[UUID, Finding]:
    keys = _keys(vault, persons)
    by_person: dict[UUID, set[Claim]] = {}
    for claim in held(recorder, persons):
        by_person.setdefault(claim.originator_id, set()).add(claim)
    found: dict[UUID, Finding] = {}
    for person, history in _histories(recorder, persons):
        state = fold(person, history)
        if state is None or state.erased or person not in keys:
            continue
        try:
            personal = particulars(history, PersonalReader(vault, person, keys))
        except FieldAltered:
            found[person] = Finding(person, history[0].position, "sealed_otherwise", _SEALED)
            continue
        due: set[Claim] = set()
        if not state.anonymous:
            due.update(likeness_claims(key, person, personal, state.sex))
        code = personal.get("tax_code")
        if code and code != ERASED:
            claim = Claim("person", blind_index(key, code), person)
            # One of two that bear the same code is found by it.
            if recorder.holder(claim.scope, claim.key) in (None, person):
                due.add(claim)
        has = by_person.get(person, set())
        pseudonyms = sum(claim.scope == "pseudonym" for claim in has)
        if due != {c for c in has if c.scope in ("person", SCOPE)} or (
            pseudonyms != state.was_anonymous
        ):
            found[person] = Finding(person, history[0].position, "found_otherwise", _FOUND)
    return found


def _keys(vault: Vault, persons: Sequence[UUID]) -> dict[UUID, bytes]:
    try:
        return vault.keys_to_read(persons)
    except VaultProblem:
        keys: dict[UUID, bytes] = {}
        for person in persons:
            with suppress(VaultProblem):
                keys |= vault.keys_to_read([person])
        return keys


def _histories(
    recorder: CaseLogRecorder, persons: Sequence[UUID]
) -> Iterator[tuple[UUID, list[Recorded]]]:
    mapper = CaseLogMapper()
    entries = map(Entry._make, recorder.rows(_HISTORIES, (list(persons),)))
    for person, own in groupby(entries, attrgetter("originator_id")):
        with suppress(UnreadableEvent):
            yield person, [mapper.read(entry) for entry in own]


_SEALED = Text(
    "I dati di questa persona non si aprono con la sua chiave: la chiave o i dati furono "
    "cambiati. Ripristinare le chiavi dalla copia di sicurezza.",
    "This person's data do not open with their key: the key or the data were changed. Restore the "
    "keys from their backup.",
)
_FOUND = Text(
    "Gli indici ciechi (tabella claims) non sono quelli che i dati di questa persona dicono: "
    "eseguire `cantiere person index`, e cercare chi li ha cambiati.",
    "The blind indexes (table claims) are not those that this person's data say: run `cantiere "
    "person index`, and find out who changed them.",
)
