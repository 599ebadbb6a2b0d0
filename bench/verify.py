"""Events a second through `cantiere verify`: hashes, the log re-decided, read models folded afresh.

Each is done twice, and the quicker one counts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench import servers
from bench.generated import fill
from bench.measuring import best_seconds
from bench.path import PACK, territory
from bench.report import Row
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.audit import audit
from domain.proof.keys import new_signer, read_verifiers
from domain.proof.merkle import Frontier
from domain.proof.sealing import origin_of, seal
from domain.proof.tree import LogTree
from domain.verify import LogVerified, verify_log
from domain.verifying.basis import basis_of
from domain.verifying.notes import Notes, Verified
from projections.models import read_models
from projections.rebuild import rebuild_models
from projections.schema import migrate
from projections.verify import compare, one_moment
from protocols.registry import Registry
from protocols.territory import default_pack

UNIT = "events/s"
_CHAIN_GOAL, _LOG_GOAL, _BOTH_GOAL = 50_000, 25_000, 30_000
_TIMES = 2
_NEW = 0.01

CHAIN = "chains, tree and checkpoints alone, in one process"
LOG = "everything of the log, every command decided again"
ONE = "everything of the log, in one process"
VIEWS = "the read models, folded afresh and compared, in one process"
BOTH = "log and read models, in one reading"
SINCE = "what is new since the last verification (1 in 100), of all events"
DECODE = "reading and decoding (mapper)"


class Disagreement(Exception):
    """The log that was made for the measurement did not verify: its speed means nothing."""


def run(quick: bool = False) -> list[Row]:
    """Rows for the parts that have a goal, and for the others."""
    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = servers.database(server)
        events = fill(url, 1_000 if quick else 200_000)
        migrate(url)
        pack = _pack(Path(folder) / "pack")
        models = read_models(Registry.load(pack), territory())
        archive = Archive(Path(folder) / "archive")
        notes = Notes(Path(folder) / "notes", b"k" * 32)
        with CaseLogRecorder.connect(url) as recorder:
            rebuild_models(url, recorder, models)
            signer = new_signer(origin_of(recorder))
            seal(recorder, archive, signer)
            keys = read_verifiers(archive.keys)

            def both() -> LogVerified:
                with one_moment(url) as moment:
                    return verify_log(url, pack, archive=archive, beside=moment.views)

            read = CaseLogMapper().read
            calls: dict[str, Callable[[], object]] = {
                DECODE: lambda: sum(1 for _ in map(read, recorder.stream())),
                CHAIN: lambda: audit(recorder, archive, keys),
                LOG: lambda: verify_log(url, pack, archive=archive),
                ONE: lambda: verify_log(url, pack, archive=archive, processes=1),
                VIEWS: lambda: compare(url, recorder, models),
                BOTH: both,
            }
            verified, compared = both(), compare(url, recorder, models)
            if not verified.well or compared.differences or verified.sealed != events:
                raise Disagreement(verified.findings[:10], compared.differences[:10])
            seconds = {
                name: best_seconds(call, 1 if quick else _TIMES) for name, call in calls.items()
            }
            seconds[SINCE] = _since(url, pack, archive, notes, events)
    rows = {name: Row(name, events / spent, UNIT) for name, spent in seconds.items()}
    return [
        rows[CHAIN].compared(rows[DECODE]).reaching(_CHAIN_GOAL),
        rows[LOG].compared(rows[DECODE]).reaching(_LOG_GOAL),
        rows[BOTH].compared(rows[DECODE]).reaching(_BOTH_GOAL),
        *(rows[name].compared(rows[DECODE]) for name in (ONE, VIEWS)),
        rows[SINCE].compared(rows[LOG]),
        rows[DECODE],
    ]


def _since(url: str, pack: Path, archive: Archive, notes: Notes, events: int) -> float:
    """Seconds for the last hundredth, after all that came before was verified."""
    before = int(events * (1 - _NEW))
    with CaseLogRecorder.connect(url) as recorder:
        frontier = Frontier()
        frontier.extend(LogTree(recorder).leaves(0, before))
        log = origin_of(recorder)
    now = datetime.now(UTC)
    peaks = [peak.hex() for peak in frontier.peaks]
    with notes.turn():
        notes.keep_verified(
            Verified(log, basis_of(pack), now, now, before, frontier.root().hex(), peaks)
        )
    began = perf_counter()
    found = verify_log(url, pack, archive=archive, notes=notes, since_last=True)
    spent = perf_counter() - began
    # Who held which place before is not known here; all else must agree.
    if found.kind != "incremental" or found.flaws:
        raise Disagreement(found.flaws[:10])
    return spent


def _pack(folder: Path) -> Path:
    """The shipped territory, with the mini protocol among its own."""
    shutil.copytree(default_pack(), folder)
    shutil.copytree(PACK / "protocols", folder / "protocols", dirs_exist_ok=True)
    return folder
