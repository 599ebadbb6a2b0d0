"""The application service: load, decide, append. One command is one database transaction."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import msgspec
from msgspec.structs import replace

import domain.topics  # noqa: F401  (bodies must be known before the log is read)
from domain.access.rules import rules_of
from domain.agenda import Agenda, agenda_of
from domain.case import commands as c
from domain.case.decide import Decision, Ground, decide
from domain.case.migrate import (
    MigrateCase,
    Placers,
    RevertMigration,
    migrate_case,
    revert_case,
)
from domain.case.state import CaseState, fold
from domain.clock import Clock, MovableClock, SystemClock
from domain.documents.place import Documents, documents_of
from domain.host.state import HostState
from domain.host.state import fold as fold_host
from domain.installation import installation_kind
from domain.log.appending import Appended, CommandRow
from domain.log.errors import ClaimTaken, CommandMismatch, Conflict, LogUnavailable
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Recorded
from domain.log.recorder import CaseLogRecorder
from domain.publishing.registry import PublishedRegistry
from domain.reactions import Batch, consequences
from domain.refer import refer
from domain.refusal import Refused
from domain.secret import BLIND_INDEX, derive, installation_secret, vault_key
from domain.settings import Settings
from domain.territories.editions import Edition, read_editions
from domain.territories.in_force import InForce
from domain.territories.installing import check_installed
from domain.vault.events import PersonalReader, sealed
from domain.vault.place import erased_register, wrapping_of
from domain.vault.vault import Erased, Vault
from domain.vault.wrapping import KeyRing
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.answers import Known
from protocols.registry import Registry
from protocols.territory import Territory, default_pack, load_territory
from protocols.text import Text

ATTEMPTS = 12
CACHED_CASES = 5_000


class Receipt(msgspec.Struct, frozen=True):
    """`case`: the originator (a case or a host); `version` and `position` after the command;
    `events`: how many it wrote; `replayed`: it had been done before, and nothing was written."""

    case: UUID
    version: int
    position: int
    events: int
    replayed: bool = False


class CaseService:
    """Thread-safe. `connect` is its composition root."""

    def __init__(
        self,
        recorder: CaseLogRecorder,
        registry: Registry,
        territory: Territory,
        clock: Clock,
        blind_key: bytes,
        vault: Vault | None = None,
        documents: Documents | None = None,
    ) -> None:
        self.recorder = recorder
        self.mapper = CaseLogMapper()
        self.registry = registry
        self.territory = territory
        self.clock = clock
        self.blind_key = blind_key
        self.vault = vault or Vault(recorder, KeyRing({"derived": vault_key(blind_key)}))
        self.documents = documents
        self.rules = InForce(recorder, territory)
        self.placers = Placers(territory)
        self.known = Known(
            comune=lambda istat: istat in territory.comuni,
            service=lambda name: name in territory.services,
            host=self._host_exists,
            person=lambda name: name in territory.people,
        )
        self._cases: OrderedDict[UUID, CaseState] = OrderedDict()
        self._guard = threading.Lock()

    @classmethod
    def connect(cls, settings: Settings, pack: Path | None = None, **pool: Any) -> Self:
        """From this process's settings. Raises LogUnavailable, DocumentError, PackRefused,
        SecretMissing, SettingsError."""
        pack = pack or default_pack()
        territory = load_territory(pack)
        # A policy that is not right stops the program here, with its file and line.
        rules_of(territory)
        recorder = CaseLogRecorder.connect(settings.database_url, **pool)
        check_installed(recorder, territory)
        training = installation_kind(settings.database_url) == "training"
        secret = installation_secret(settings.home)
        registry = PublishedRegistry(Registry.load(pack), recorder)
        registry.refresh()
        return cls(
            recorder,
            registry,
            territory,
            MovableClock(recorder.datastore) if training else SystemClock(),  # type: ignore[arg-type]
            derive(secret, BLIND_INDEX),
            Vault(
                recorder,
                wrapping_of(settings.home, vault_key(secret)),
                erased_register(settings.home),
            ),
            documents_of(settings.home),
        )

    def close(self) -> None:
        self.recorder.close()

    def edition_at(self, instant: datetime) -> Edition | None:
        """Of the territory's rules, the one that held then; None where the log has none. Raises
        LogUnavailable."""
        return read_editions(self.recorder).at(instant)

    def territory_at(self, instant: datetime) -> Territory:
        """The territory by whose rules the installation went then, as the log has it; today's where
        the log has none. Its staff are called by their ids. Raises LogUnavailable, ValueError."""
        held = self.edition_at(instant)
        return held.territory if held else self.territory

    # ── commands ─────────────────────────────────────────────────────────────────────────────

    def handle(self, command: c.Command) -> Receipt:
        """Decide and append, once. Raises Refused; LogUnavailable where Postgres is away.

        A command whose id is in the log already gets the answer it got then; with other content it
        is refused. Two commands on one case at once: the second is decided again on what the first
        left.
        """
        self.rules.require()
        fingerprint = self._fingerprint(command)
        fresh = False
        for _ in range(ATTEMPTS):
            state = None if fresh else self._cached(command.case)
            read_now = state is None
            if state is None:
                state, row = self._load(command.case, command.command_id)
                if row is not None:
                    return _replayed(row, fingerprint, command)
            try:
                batch = self._decide(state, command)
                receipt = self._append(batch, command, fingerprint)
            except Conflict:
                fresh = True
                continue
            except Refused:
                if read_now:
                    raise
                # Decided on what this process remembered: look again before saying no.
                fresh = True
                continue
            # A repetition wrote nothing: what was decided of it here is not what the log holds.
            if batch.state is not None and not receipt.replayed:
                self._remember(batch.state)
            return receipt
        raise Refused(
            "conflict",
            "too_busy",
            Text(
                "Troppe persone stanno lavorando su questo caso nello stesso momento.",
                "Too many people are working on this case at the same moment.",
            ),
            Text("Riprovare tra qualche secondo.", "Try again in a few seconds."),
        )

    def consider(self, command: c.Command) -> CaseState:
        """The case as the command would leave it, or has left it; nothing is written.

        Raises Refused, as `handle` would now; LogUnavailable.
        """
        state, row = self._load(command.case, command.command_id)
        if row is not None:
            return state
        after = self._decide(state, command).state
        return after if after is not None else state

    def _decide(self, state: CaseState, command: c.Command) -> Batch:
        now = self.clock.now()
        if isinstance(command, c.Referral):
            return refer(self, state, command, now)
        if state.opened is None:
            raise unknown_case(command.case)
        if isinstance(command, (MigrateCase, RevertMigration)):
            decision = self._change_version(state, command, now)
        else:
            decision = decide(self.ground(state), state, command, now)
        return self.react(state, decision, command, now)

    def _change_version(
        self, state: CaseState, command: MigrateCase | RevertMigration, now: datetime
    ) -> Decision:
        registry, territory = self.registry, self.territory
        if isinstance(command, MigrateCase):
            return migrate_case(registry, self.placers, territory, state, command, now)
        history = self.history(command.case, version=state.version)
        return revert_case(registry, territory, state, history, command, now)

    def react(
        self, before: CaseState, decision: Decision, command: c.Command, now: datetime
    ) -> Batch:
        """The decision with what it entails elsewhere: a host's place, a person's name."""
        return consequences(self, before, decision, command, now)

    def _append(self, batch: Batch, command: c.Command, fingerprint: bytes) -> Receipt:
        stored = [self.mapper.to_stored_event(event) for event in self._sealed(batch, command.case)]
        row = CommandRow(command.command_id, fingerprint, command.case)
        try:
            appended = self.recorder.append(stored, command=row, claims=batch.claims)
        except CommandMismatch:
            raise reused(command.command_id) from None
        except ClaimTaken as taken:
            raise _claim_refused(taken) from None
        return _receipt(appended, command.case)

    def _sealed(self, batch: Batch, case: UUID) -> Iterator[Recorded]:
        """The events as the log keeps them: what is personal only for who has the person's key."""
        opened = batch.state.opened if batch.state else None
        about = UUID(opened.person) if opened else batch.person
        for event in batch.events:
            person = about if about and event.originator_id == case else event.originator_id
            try:
                yield sealed(event, person, self.vault)
            except Erased:
                raise Refused(
                    "conflict",
                    "person_erased",
                    Text(
                        "I dati di questa persona sono stati cancellati: non se ne possono "
                        "registrare altri.",
                        "This person's data were erased: no more can be recorded.",
                    ),
                ) from None

    def record(self, originator: UUID, command: c.Command, batch: Batch) -> Receipt:
        """Append a batch that was not decided for a case (a host's, say)."""
        return self._append(batch, command, self._fingerprint(command))

    def repeated(self, row: CommandRow, command: c.Command) -> Receipt:
        """The answer to a command whose row is in the log already. Raises Refused."""
        return _replayed(row, self._fingerprint(command), command)

    def _fingerprint(self, command: c.Command) -> bytes:
        """Keyed, because a referral's content is personal and a plain hash could be guessed."""
        content = msgspec.to_builtins(command, str_keys=True)
        content.pop("command_id")
        for name in command.incidental:
            content.pop(name)
        # What the actor holds may change between a request and its repetition.
        content["actor"] = command.actor.id
        content["kind"] = type(command).__name__
        written = msgspec.json.encode(content, order="sorted")
        return hmac.new(self.blind_key, written, hashlib.sha256).digest()

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def ground(self, state: CaseState) -> Ground:
        known = replace(self.known, document=dict(state.documents).__contains__)
        return Ground(self.plan(state), self.territory, known)

    def plan(self, state: CaseState) -> Plan:
        assert state.opened is not None
        return self.registry.get(state.opened.protocol, state.opened.version)

    def state(
        self, case: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> CaseState:
        """The case now, or as it stood after `version` events, or at an instant.
        Raises Refused (not_found)."""
        if version is None and at is None:
            known = self._cached(case)
            events = self._events(case, known.version if known else 0)
            state = fold(case, events, self.registry, known)
            if state.opened is not None:
                self._remember(state)
        else:
            state = fold(case, self.history(case, version=version, at=at), self.registry)
        if state.opened is None:
            raise unknown_case(case)
        return state

    def personal_reader(self, person: UUID | str) -> PersonalReader:
        """Opens what is personal of this person, for one request."""
        return PersonalReader(self.vault, UUID(str(person)))

    def history(
        self, case: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> list[Recorded]:
        """The events of an originator, oldest first, up to `version` or `at` inclusive."""
        return [
            event
            for event in self._events(case, 0)
            if (version is None or event.originator_version <= version)
            and (at is None or event.at <= at)
        ]

    def agenda(self, case: UUID) -> Agenda:
        state = self.state(case)
        return agenda_of(state, self.plan(state), self.clock.now(), self.territory)

    def host(self, host: UUID) -> HostState | None:
        return fold_host(host, self._events(host, 0))

    def hosts(self) -> Iterator[HostState]:
        """Every host, folded from the log."""
        for originator in self.recorder.originators_of("host.host-registered"):
            state = self.host(originator)
            if state is not None:
                yield state

    def _host_exists(self, value: str) -> bool:
        try:
            return self.host(UUID(value)) is not None
        except ValueError:
            return False

    def _events(self, originator: UUID, after: int) -> Iterator[Recorded]:
        return self.mapper.read_all(self.recorder.read(originator, after))

    # ── what this process remembers ──────────────────────────────────────────────────────────

    def _load(self, case: UUID, command_id: UUID) -> tuple[CaseState, CommandRow | None]:
        known = self._cached(case)
        entries, row = self.recorder.read_with_command(
            case, known.version if known else 0, command_id
        )
        state = fold(case, self.mapper.read_all(entries), self.registry, known)
        if state.opened is not None:
            self._remember(state)
        return state, row

    def _cached(self, case: UUID) -> CaseState | None:
        with self._guard:
            state = self._cases.get(case)
            if state is not None:
                self._cases.move_to_end(case)
            return state

    def _remember(self, state: CaseState) -> None:
        with self._guard:
            known = self._cases.get(state.id)
            if known is None or known.version < state.version:
                self._cases[state.id] = state
                self._cases.move_to_end(state.id)
                if len(self._cases) > CACHED_CASES:
                    self._cases.popitem(last=False)


def unknown_case(case: UUID) -> Refused:
    return Refused(
        "not_found",
        "unknown_case",
        Text(f"Il caso {case} non esiste.", f"There is no case {case}."),
        Text("Controllare il numero.", "Check the number."),
    )


def reused(command_id: UUID) -> Refused:
    return Refused(
        "conflict",
        "command_reused",
        Text(
            "Questa chiave di idempotenza è già stata usata per una richiesta diversa.",
            "This idempotency key has been used for another request.",
        ),
        Text("Usare una chiave nuova.", "Use a new key."),
        related={"command": str(command_id)},
    )


def _claim_refused(taken: ClaimTaken) -> Refused:
    if taken.scope.startswith("open-case"):
        return Refused(
            "conflict",
            "duplicate_referral",
            Text(
                "La persona ha già un caso aperto con questo protocollo.",
                "The person already has an open case under this protocol.",
            ),
            Text(
                "Collegare la segnalazione al caso esistente con l'evento «further_referral».",
                "Link the referral to the existing case with the event “further_referral”.",
            ),
            related={"case": str(taken.originator_id)},
        )
    return Refused(
        "conflict",
        "already_known",
        Text("La persona è già registrata.", "The person is registered already."),
        related={"person": str(taken.originator_id)},
    )


def _receipt(appended: Appended, case: UUID) -> Receipt:
    row = appended.command
    assert row is not None
    first = appended.first
    count = appended.last - first + 1 if first is not None else 0
    return Receipt(
        row.originator_id or case, row.version, appended.last, count, appended.status == "replayed"
    )


def _replayed(row: CommandRow, fingerprint: bytes, command: c.Command) -> Receipt:
    if row.fingerprint != fingerprint:
        raise reused(command.command_id)
    count = row.last_position - row.first_position + 1 if row.first_position is not None else 0
    return Receipt(
        row.originator_id or command.case, row.version, row.last_position, count, replayed=True
    )


__all__ = ["CaseService", "LogUnavailable", "Receipt", "e"]
