"""The command as a message that a DBOS workflow receives and answers with one step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import ConnectionPool

from bench.measuring import Case
from bench.rivals import COMMANDS_OF_A_CASE, INSERT, RECEIVED, Absent

_PATIENCE = 60


class Dbos:
    """On the same Postgres. A workflow for each case; the step tells the caller by itself, so that
    nothing is spent on an answer."""

    name = "DBOS, one received message and one step"

    @contextmanager
    def cases(self, database_url: str, number: int) -> Iterator[list[Case]]:
        try:
            from dbos import DBOS, DBOSConfig, SetWorkflowID
        except ImportError:
            raise Absent("dbos non è installato · is not installed") from None
        with psycopg.connect(database_url) as connection:
            connection.execute(RECEIVED)
        answers: dict[str, SimpleQueue[int]] = {}
        with ConnectionPool(database_url, min_size=2, max_size=16) as pool:
            DBOS(
                config=DBOSConfig(
                    name="bench",
                    system_database_url=database_url.replace("postgresql:", "postgresql+psycopg:"),
                    log_level="ERROR",
                )
            )

            @DBOS.step()
            def insert(case: str, command: int) -> None:
                with pool.connection() as connection:
                    connection.execute(INSERT, (UUID(case), command), prepare=True)

            @DBOS.workflow()
            def follow(case: str) -> None:
                for _ in range(COMMANDS_OF_A_CASE):
                    command = DBOS.recv(timeout_seconds=_PATIENCE)
                    insert(case, command)
                    answers[case].put(command)

            DBOS.launch()
            logging.getLogger("dbos").setLevel(logging.ERROR)

            def calls(case: str) -> Iterator[Callable[[], object]]:
                # Its workflow begins with the case: it holds a thread until its last message.
                answers[case] = SimpleQueue()
                with SetWorkflowID(case):
                    DBOS.start_workflow(follow, case)
                for command in range(COMMANDS_OF_A_CASE):
                    yield partial(_ask, DBOS.send, case, command, answers[case])

            try:
                yield [calls(str(uuid4())) for _ in range(number)]
            finally:
                DBOS.destroy(destroy_registry=True)


def _ask(
    send: Callable[[str, int], None], case: str, command: int, answer: SimpleQueue[int]
) -> None:
    send(case, command)
    answer.get(timeout=_PATIENCE)
