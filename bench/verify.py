"""Events a second through `cantiere verify`: the log re-decided, the read models folded afresh.

Each is done twice, and the quicker one counts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import servers
from bench.generated import fill
from bench.measuring import best_seconds
from bench.path import PACK, territory
from bench.report import Row
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.verify import verify_log
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from projections.verify import compare
from protocols.registry import Registry
from protocols.territory import default_pack

UNIT = "events/s"
_GOAL = 30_000
_TIMES = 2

LOG = "the log, every command decided again"
ONE = "the log, in one process"
VIEWS = "the read models, folded afresh and compared"
BOTH = "log and read models, together"
DECODE = "reading and decoding (mapper)"


class Disagreement(Exception):
    """The log that was made for the measurement did not verify: its speed means nothing."""


def run(quick: bool = False) -> list[Row]:
    """Rows for the log, which has the goal, and for the read models."""
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = servers.database(server)
        events = fill(url, 1_000 if quick else 200_000)
        migrate(url)
        pack = _pack(Path(folder) / "pack")
        registry = Registry.load(pack)
        models = read_models(registry, territory())
        times = 1 if quick else _TIMES
        with CaseLogRecorder.connect(url) as recorder:
            rebuild_models(url, recorder, models)
            verified = verify_log(url, pack, processes=1)
            compared = compare(url, recorder, models)
            differing = [finding.code for finding in verified.findings] + compared.differences
            if differing or {verified.events, compared.events} != {events}:
                raise Disagreement(differing[:10])
            read = CaseLogMapper().read
            calls: dict[str, Callable[[], object]] = {
                DECODE: lambda: sum(1 for _ in map(read, recorder.stream())),
                LOG: lambda: verify_log(url, pack),
                ONE: lambda: verify_log(url, pack, processes=1),
                VIEWS: lambda: compare(url, recorder, models),
                BOTH: lambda: verify_log(
                    url, pack, meanwhile=lambda: compare(url, recorder, models)
                ),
            }
            seconds = {name: best_seconds(call, times) for name, call in calls.items()}
    rows = {name: Row(name, events / spent, UNIT) for name, spent in seconds.items()}
    return [
        rows[LOG].compared(rows[DECODE]).reaching(_GOAL),
        rows[BOTH].compared(rows[DECODE]).reaching(_GOAL),
        *(rows[name].compared(rows[DECODE]) for name in (ONE, VIEWS)),
        rows[DECODE],
    ]


def _pack(folder: Path) -> Path:
    """The shipped territory, with the mini protocol among its own."""
    shutil.copytree(default_pack(), folder)
    shutil.copytree(PACK / "protocols", folder / "protocols", dirs_exist_ok=True)
    return folder
