"""Events a second through `cantiere verify`: the log re-decided, the read models folded afresh."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from bench import servers
from bench.generated import fill
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

LOG = "the log, every command decided again"
ONE = "the log, in one process"
VIEWS = "the read models, folded afresh and compared"
BOTH = "log and read models, one after the other"
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
        seconds = {}
        with CaseLogRecorder.connect(url) as recorder:
            rebuild_models(url, recorder, models)

            began = perf_counter()
            verified = verify_log(url, pack)
            seconds[LOG] = perf_counter() - began
            if verified.findings or verified.events != events:
                raise Disagreement([finding.code for finding in verified.findings[:10]])

            began = perf_counter()
            verify_log(url, pack, processes=1)
            seconds[ONE] = perf_counter() - began

            began = perf_counter()
            compared = compare(url, recorder, models)
            seconds[VIEWS] = perf_counter() - began
            if compared.differences or compared.events != events:
                raise Disagreement(compared.differences[:10])

            began = perf_counter()
            sum(1 for _ in map(CaseLogMapper().read, recorder.stream()))
            seconds[DECODE] = perf_counter() - began
    seconds[BOTH] = seconds[LOG] + seconds[VIEWS]
    rows = {name: Row(name, events / spent, UNIT) for name, spent in seconds.items()}
    return [
        rows[LOG].compared(rows[DECODE]).reaching(_GOAL),
        *(rows[name].compared(rows[DECODE]) for name in (ONE, VIEWS, BOTH)),
        rows[DECODE],
    ]


def _pack(folder: Path) -> Path:
    """The shipped territory, with the mini protocol among its own."""
    shutil.copytree(default_pack(), folder)
    shutil.copytree(PACK / "protocols", folder / "protocols", dirs_exist_ok=True)
    return folder
