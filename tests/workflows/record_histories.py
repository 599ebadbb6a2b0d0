"""Record the histories that the replay test must always be able to replay.

    python -m tests.workflows.record_histories

Run it when the workflow does something new; add files, never rewrite those of a released version
(a file whose name exists is left alone).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from api.stack.child import Child
from api.stack.postgres import DATABASE, ROLE, EmbeddedPostgres
from api.stack.temporal import EmbeddedTemporal
from tests.workflows.conftest import Town, open_town
from workflows.clock import advance

FOLDER = Path(__file__).parent / "histories"

_OF_MACHINE = {"identity", "stackTrace"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _town(Path(folder)) as town:
        for name, scenario in SCENARIOS.items():
            path = FOLDER / f"{name}.json"
            if not path.exists():
                path.write_text(_plain(town, scenario(town)), encoding="utf-8")
                print(path.name)


def _deadlines(town: Town) -> UUID:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "seconds")
        town.wait_for(lambda: len(town.bodies(case, "Escalated")) == 2)
        _end(town, case)
    return case


def _automation(town: Town) -> UUID:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "letter")
        town.wait_for(lambda: "after_letter" in town.service.state(case).open)
        _end(town, case)
    return case


def _given_up(town: Town) -> UUID:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "broken")
        town.wait_for(lambda: town.bodies(case, "AutomationGaveUp"))
        _end(town, case)
    return case


def _moved_clock(town: Town) -> UUID:
    with town.machine():
        case = town.refer()
        town.complete(case, "triage", "days")
        advance(town.settings, timedelta(days=30))
        town.report(case, "crisis")
        town.wait_for(town.is_conducted)
        _end(town, case)
    return case


def _continued(town: Town) -> UUID:
    town.history_limit = 20
    with town.machine():
        case = town.refer()
        for _ in range(8):
            town.complete(case, "triage", "again")
            town.wait_for(town.is_conducted)
        _end(town, case)
    return case


SCENARIOS: dict[str, Callable[[Town], UUID]] = {
    "1-deadlines": _deadlines,
    "1-automation": _automation,
    "1-given-up": _given_up,
    "1-moved-clock": _moved_clock,
    "1-continued-as-new": _continued,
}


def _end(town: Town, case: UUID) -> None:
    town.report(case, "death")
    town.wait_for(town.is_conducted)
    town.workflow(case, lambda handle: handle.result())


def _plain(town: Town, case: UUID) -> str:
    async def fetch(handle: Any) -> str:
        return (await handle.fetch_history()).to_json()

    history = json.loads(town.workflow(case, fetch))
    return json.dumps(_without_machine(history), indent=1, ensure_ascii=False) + "\n"


def _without_machine(value: Any) -> Any:
    """Without the names and paths of the machine that recorded it."""
    if isinstance(value, dict):
        return {k: _without_machine(v) for k, v in value.items() if k not in _OF_MACHINE}
    if isinstance(value, list):
        return [_without_machine(item) for item in value]
    return value


@contextmanager
def _town(folder: Path) -> Iterator[Town]:
    postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log", folder / "socket")
    postgres.prepare()
    temporal = EmbeddedTemporal(folder, folder / "temporal.log")
    temporal.prepare()
    children = [Child.start(postgres.command())]
    try:
        postgres.wait_ready(children[0])
        postgres.ensure_database()
        children.append(Child.start(temporal.command()))
        temporal.wait_ready(children[1])
        with open_town(postgres.url(ROLE, DATABASE), temporal.address) as town:
            yield town
    finally:
        for child in reversed(children):
            child.stop()
        postgres.clean()


if __name__ == "__main__":
    main()
