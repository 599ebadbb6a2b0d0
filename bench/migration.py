"""Open cases a second placed in another version: what `cantiere protocol migrate --plan` does.

10,000 open cases in every stage of the mini protocol, to a version with a renamed step, a changed
form and a new step. Beside it: the same log read and folded, which any plan must do. And as many
cases of the shipped protocol, from its first version to the second with each case's own variants.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from uuid import UUID

from bench import servers
from bench.generated import Log, Mover
from bench.measuring import best_seconds
from bench.path import PACK, People, path, territory
from bench.report import Row
from bench.walks import Walker
from domain.case.state import CaseState, fold
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.migration.survey import survey, survey_shared
from domain.migration.ways import Asked
from protocols.migration.mapping import Mapping, read_mapping
from protocols.migration.shipped import shipped
from protocols.registry import Registry
from protocols.territory import default_pack

UNIT = "cases/s"
_CASES = 10_000
# The plan for so many cases must be there within a minute.
_GOAL = _CASES / 60
_LENGTHS = range(1, 10)

_MOVES = 60

SHIPPED = "a plan of the shipped protocol, two processes"
SHARED = "a plan, two processes"
ALONE = "a plan, in one process"
READ = "the same log read and folded"


def run(quick: bool = False) -> list[Row]:
    """Rows for the plan, which has the goal."""
    cases = 300 if quick else _CASES
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = servers.database(server)
        _open_cases(cases).copy_into(url)
        pack = _pack(Path(folder) / "pack")
        registry = Registry.load(pack)
        decisions = Mapping(decisions={"late:project": "leave_out"})
        now = datetime.now(UTC)
        asked = Asked("mini", "1.0.0", "2.0.0", decisions, now.date())
        with CaseLogRecorder.connect(url) as recorder:
            found = survey(recorder, registry, territory(), asked, now)
            if len(found.cases) != cases:
                raise ValueError(f"{len(found.cases)} of {cases} cases were found")
            seconds = {
                SHARED: best_seconds(lambda: survey_shared(url, pack, asked, now), 1),
                ALONE: best_seconds(lambda: survey(recorder, registry, territory(), asked, now), 1),
                READ: best_seconds(lambda: _folded(recorder, registry), 1),
            }
        seconds[SHIPPED] = _shipped(servers.database(server), cases)
    rows = {name: Row(name, cases / spent, UNIT) for name, spent in seconds.items()}
    return [
        rows[SHIPPED].reaching(_GOAL),
        rows[ALONE].compared(rows[READ]).reaching(_GOAL),
        rows[SHARED].compared(rows[READ]),
        rows[READ],
    ]


def _shipped(url: str, cases: int) -> float:
    """Seconds for a plan by two processes, with the mapping that is shipped."""
    pack, protocol, old, new = default_pack(), "presa-in-carico", "1.0.0", "2.0.0"
    registry = Registry.load(pack)
    Walker(registry.get(protocol, old), territory()).log(cases, _MOVES).copy_into(url)
    text = shipped(pack, protocol, old, new)
    assert text is not None
    around = registry.around(protocol, old), registry.around(protocol, new)
    mapping = read_mapping(text, "mapping", *around)
    now = datetime.now(UTC)
    asked = Asked(protocol, old, new, mapping, now.date())
    found: list[int] = []
    seconds = best_seconds(lambda: found.append(len(survey_shared(url, pack, asked, now).cases)), 1)
    if found[-1] != cases:
        raise ValueError(f"{found[-1]} of {cases} cases were found")
    return seconds


def _folded(recorder: CaseLogRecorder, registry: Registry) -> int:
    read = CaseLogMapper().read
    entries = sorted(recorder.stream(), key=lambda e: (e.originator_id, e.originator_version))
    states = [
        fold(case, map(read, group), registry)
        for case, group in groupby(entries, lambda entry: entry.originator_id)
    ]
    return len(states)


def _open_cases(number: int) -> Log:
    """Cases that have come as far as 1 to 9 commands lead."""
    mover = Mover(1)
    begins = datetime(2025, 1, 7, 8, tzinfo=UTC)
    for index in range(number):
        case = CaseState(UUID(int=mover.random.getrandbits(128), version=4), None)
        day = begins.date()
        length = _LENGTHS[index % len(_LENGTHS)]
        commands: Iterator[object] = islice(path(case.id, People(day), day), length)
        mover.play(case, commands, begins)
        begins += timedelta(minutes=7)
    return mover.log


def _pack(folder: Path) -> Path:
    shutil.copytree(default_pack(), folder)
    shutil.copytree(PACK / "protocols", folder / "protocols", dirs_exist_ok=True)
    text = (folder / "protocols" / "mini" / "1.0.0.yaml").read_text(encoding="utf-8")
    (folder / "protocols" / "mini" / "2.0.0.yaml").write_text(_second(text), encoding="utf-8")
    return folder


def _second(text: str) -> str:
    return (
        text.replace("version: 1.0.0", "version: 2.0.0")
        .replace("\n  team:\n    title: Cost", "\n  constitute:\n    title: Nuova cost")
        .replace("after: team\n", "after: constitute\n")
        .replace("team.m", "constitute.m")
        .replace("options: [work, health]", "options: [work, health, home]")
        .replace(
            "  placement:\n",
            "  project:\n    title: Progetto\n    after: conference.admit\n"
            "    role: municipal_referent\n  placement:\n",
        )
        .replace("after: conference.admit or triage.simple", "after: project or triage.simple")
    )
