"""A log as a few thousand cases leave it: decided in memory, in order of time, copied in."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent

from bench.path import PACK, People, path, territory
from domain.case import commands as c
from domain.case.decide import decide
from domain.case.state import CaseState
from domain.log.appending import Claim
from domain.log.mapper import CaseLogMapper
from domain.log.migrations import migrate
from domain.proof.leaf import FIRST, event_hash
from domain.reactions import Batch, consequences
from domain.refer import refer
from domain.service import CaseService
from protocols.engine.agenda import next_moment
from protocols.registry import Registry

_BEGIN = datetime(2022, 1, 3, 8, tzinfo=UTC)
# Commands of one case follow each other within three weeks: reminders fall due, some escalate.
_PAUSE_HOURS = (1, 21 * 24)
_NEW_CASES_A_DAY = 10
_SYSTEM = c.Actor("system:time")

Way = Callable[[UUID, People, date], Iterator[c.Command]]


class Log:
    """Rows of the three tables, in log order."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []
        self.commands: list[tuple[Any, ...]] = []
        self.claims: dict[tuple[str, bytes], Claim] = {}

    def copy_into(self, database_url: str) -> None:
        """Make the schema in an empty database and fill it."""
        migrate(database_url)
        with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
            with cursor.copy(
                "COPY stored_events (originator_id, originator_version, topic, state,"
                " notification_id, hash) FROM STDIN"
            ) as copy:
                last: dict[Any, bytes] = {}
                for position, event in enumerate(self.events, 1):
                    of, version = event.originator_id, event.originator_version
                    assert isinstance(of, UUID)
                    last[of] = event_hash(
                        last.get(of, FIRST), of, version, position, event.topic, event.state
                    )
                    copy.write_row((of, version, event.topic, event.state, position, last[of]))
            with cursor.copy(
                "COPY commands (command_id, fingerprint, originator_id, first_position,"
                " last_position, version, at) FROM STDIN"
            ) as copy:
                for row in self.commands:
                    copy.write_row(row)
            with cursor.copy("COPY claims (scope, key, originator_id) FROM STDIN") as copy:
                for claim in self.claims.values():
                    copy.write_row(claim)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def fill(database_url: str, events: int, way: Way = path, a_day: int = _NEW_CASES_A_DAY) -> int:
    """Fill an empty database with at least so many events; how many they are. `way`: the commands
    of each case, of which so many begin `a_day`."""
    log = log_of(events, way=way, a_day=a_day)
    log.copy_into(database_url)
    number = len(log.events)
    # What comes next is measured without these objects for the collector to walk through.
    del log
    gc.collect()
    return number


class Mover:
    """Plays cases through their commands, one after the other."""

    def __init__(self, seed: int) -> None:
        self._generator = _Generator(seed)
        self.random = self._generator.random
        self.log = self._generator.log

    def play(self, state: CaseState, commands: Iterator[Any], now: datetime) -> None:
        """All of them at one instant."""
        case = _Case(state, commands)
        self._generator.now = now
        for command in case.todo:
            self._generator.do(case, command)


def log_of(events: int, seed: int = 1, way: Way = path, a_day: int = _NEW_CASES_A_DAY) -> Log:
    """At least so many events. The same for the same seed, save for command and case ids."""
    return _Generator(seed, way).run(events, a_day)


class _Case:
    """A case under way: its state, and the commands still to come."""

    def __init__(self, state: CaseState, todo: Iterator[c.Command]) -> None:
        self.state = state
        self.todo = todo


class _Stopped:
    """A clock that nobody asks: the decisions are told the time."""

    def now(self) -> datetime:
        return _BEGIN


class _Generator:
    def __init__(self, seed: int, way: Way = path) -> None:
        self.random = random.Random(seed)
        self._way = way
        self.log = Log()
        self.mapper = CaseLogMapper()
        self.now = _BEGIN
        # A service without a log: nothing that these cases do asks for one.
        self.service = CaseService(
            None,  # type: ignore[arg-type]
            Registry.load(PACK),
            territory(),
            _Stopped(),
            b"k" * 32,
        )

    def run(self, events: int, a_day: int) -> Log:
        queue: list[tuple[datetime, int, _Case]] = []
        number, begins = 0, _BEGIN
        while len(self.log.events) < events:
            if not queue or begins <= queue[0][0]:
                number += 1
                heappush(queue, (begins, number, self._new_case(begins.date())))
                begins += timedelta(minutes=24 * 60 / a_day)
                continue
            self.now, turn, case = heappop(queue)
            self._move(case)
            again = self._next(case)
            if again is not None:
                heappush(queue, (again, turn, case))
        return self.log

    def _new_case(self, day: date) -> _Case:
        case = UUID(int=self.random.getrandbits(128), version=4)
        return _Case(CaseState(case, None), self._way(case, People(day), day))

    def _move(self, case: _Case) -> None:
        """Whatever is due comes first, as the workflow would have seen to it."""
        moment = next_moment(case.state) if case.state.opened else None
        if moment is not None and moment.at <= self.now:
            command: c.Command = c.PassTime(
                command_id=UUID(int=self.random.getrandbits(128), version=4),
                actor=_SYSTEM,
                case=case.state.id,
            )
        else:
            found = next(case.todo, None)
            if found is None:
                return
            command = found
        self.do(case, command)

    def do(self, case: _Case, command: c.Command) -> None:
        batch = self._decide(case.state, command)
        assert batch.state is not None
        case.state = batch.state
        self._write(command, batch)

    def _next(self, case: _Case) -> datetime | None:
        wanted = self.now + timedelta(hours=self.random.randint(*_PAUSE_HOURS))
        moment = next_moment(case.state) if case.state.opened else None
        if moment is not None and moment.at <= wanted:
            return max(moment.at, self.now)
        return None if case.state.ended else wanted

    def _decide(self, state: CaseState, command: c.Command) -> Batch:
        if isinstance(command, c.Referral):
            return refer(self.service, state, command, self.now)
        decision = decide(self.service.ground(state), state, command, self.now)
        return consequences(self.service, state, decision, command, self.now)

    def _write(self, command: c.Command, batch: Batch) -> None:
        first = len(self.log.events) + 1
        self.log.events += map(self.mapper.to_stored_event, batch.events)
        for claim in batch.claims.release:
            self.log.claims.pop((claim.scope, claim.key), None)
        for claim in batch.claims.take:
            self.log.claims[claim.scope, claim.key] = claim
        assert batch.state is not None
        self.log.commands.append(
            (
                command.command_id, msgspec.json.encode(command.command_id), command.case, first,
                len(self.log.events), batch.state.version, self.now,
            )
        )  # fmt: skip
