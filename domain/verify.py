"""The whole log, checked in one reading: nothing lost, nothing altered, nothing unreadable, every
case as its protocol says.

Events are read originator by originator, so that memory holds one case at a time; a large log is
shared among processes. Where there are notes, a verification that was interrupted goes on, and
whoever asks for it gets what is new since the last one checked, and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from domain.conformance import Finding
from domain.log.recorder import CaseLogRecorder
from domain.proof.archive import Archive
from domain.proof.audit import Flaw, Seals, Tree, in_order, seals_of, tree_of
from domain.proof.checkpoint import Checkpoint
from domain.proof.keys import read_verifiers
from domain.proof.leaves import Leaves
from domain.proof.sealing import origin_of
from domain.proof.tiles import tile_flaws
from domain.verifying.basis import basis_of
from domain.verifying.conforming import Ground, Held, Taken, Unknown, finding_of, merged, places
from domain.verifying.gaps import count_and_gaps
from domain.verifying.ledger import ledger_findings
from domain.verifying.notes import Notes, UnderWay, Verified
from domain.verifying.notices import FROM_THE_BEGINNING, OTHER_BASIS, only_new, resumed
from domain.verifying.recent import check_recent, rolled_back
from domain.verifying.sharing import Setup, Task, check_all, processes_for
from domain.verifying.stretch import WHOLE, Beside, Known, Part, stretches
from protocols.territory import default_pack
from protocols.text import Text

# Below so many events there is one stretch: to begin anew costs little.
_WORTH_STRETCHES = 20_000
_LARGE = 1_000_000

Progress = Callable[[int, int], None]
"""Told how many events have been read, of how many."""


class LogVerified(msgspec.Struct, frozen=True):
    """What was checked and what was found; `well` when the log is as it should be.

    `kind`: full, resumed, or incremental since `since` events. `events` there are, `read` were read
    and their hashes computed; `spared`: of these, those of cases that an interrupted verification
    had decided again already. `commands` that were decided again. `sealed`: how many events stand
    under a good checkpoint. `beside`: what was found by who looked on. `unknown`: kinds of events
    that this program does not know, their first one also among `findings`. `more`: differences that
    were found and are not told, because there are too many. `notices`: what is worth knowing of how
    it was checked.
    """

    kind: str
    events: int
    read: int
    spared: int
    since: int
    cases: int
    commands: int
    sealed: int
    checkpoints: int
    root: str
    findings: list[Finding]
    flaws: list[Flaw]
    beside: list[Any]
    unknown: list[Unknown]
    more: int
    notices: list[Text]

    @property
    def well(self) -> bool:
        return not (self.findings or self.flaws or self.beside or self.more)


class _Job(NamedTuple):
    """What every way of verifying needs."""

    setup: Setup
    recorder: CaseLogRecorder
    archive: Archive
    seals: Seals
    log: str
    basis: str
    notes: Notes | None
    progress: Callable[[int], None]


def verify_log(
    database_url: str,
    pack: Path | None = None,
    *,
    archive: Archive | None = None,
    notes: Notes | None = None,
    since_last: bool = False,
    full: bool = False,
    processes: int | None = None,
    beside: Callable[[Ground], Beside] | None = None,
    progress: Progress | None = None,
) -> LogVerified:
    """Check the log up to its end now.

    `archive`: with its checkpoints and the auditor's list of keys. `notes`: of an interrupted
    verification it goes on, unless it is to be `full`; `since_last`: only what is new since the
    last one, if there was one. `processes`: by default as the log's size asks. `beside` is called
    once in each process, and must be something that can be pickled.

    Raises LogUnavailable, DocumentError, PackRefused, KeyProblem.
    """
    pack = pack or default_pack()
    with ExitStack() as stack:
        recorder = stack.enter_context(
            CaseLogRecorder.connect(database_url, pool_size=1, max_size=2)
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cantiere-")))
        until = int(recorder.last_position())
        count, whole = count_and_gaps(recorder, until)
        whole += ledger_findings(recorder, until)
        seals = seals_of(recorder, archive, read_verifiers(archive.keys)) if archive else None
        doubted = notes.doubts if notes else []
        if notes is not None and not stack.enter_context(notes.turn()):
            notes = None
        setup = Setup(database_url, pack, until, folder / "leaves", count, beside)
        job = _Job(
            setup,
            recorder,
            archive or Archive(folder / "archive"),
            seals or Seals({}, []),
            origin_of(recorder),
            basis_of(pack),
            notes,
            (lambda read: progress(min(read, until), until)) if progress else lambda _: None,
        )
        notices: list[Text] = []
        last = notes.verified() if notes else None
        if last is not None and last.log != job.log:
            last = None
        if since_last:
            found = _since(job, last, whole, notices) if last else None
            if found is not None:
                return _with(found, [*notices, *doubted])
            notices.append(FROM_THE_BEGINNING)
        return _with(_all(job, last, whole, full, processes, notices), [*notices, *doubted])


def _all(
    job: _Job,
    last: Verified | None,
    whole: list[Finding],
    full: bool,
    processes: int | None,
    notices: list[Text],
) -> LogVerified:
    """Every event is read, and its hash computed."""
    setup, notes = job.setup, job.notes
    under_way = None
    if notes is not None and not full:
        under_way = notes.under_way(job.log, job.basis)
    state = under_way or UnderWay(job.log, job.basis, _now(), _number(setup.until))
    if under_way is not None and under_way.known:
        notices.append(resumed(under_way))
    chosen = stretches(state.stretches) if state.stretches > 1 else [WHOLE]
    known, state.known = state.known, dict(state.known)
    tasks = [Task(n, stretch, known.get(n)) for n, stretch in enumerate(chosen)]
    parts: dict[int, Part] = {}

    def done(number: int, part: Part) -> None:
        parts[number] = part
        if notes is None or len(tasks) == 1:
            return
        state.known.pop(number, None)
        if not part.differs:
            conformity = part.conformity
            state.known[number] = Known(setup.until, part.digest, conformity.held, conformity.taken)
        notes.keep_under_way(state)

    check_all(setup, tasks, done, job.progress, job.recorder, processes_for(setup.until, processes))
    with Leaves(setup.leaves, setup.places) as leaves:
        remembered = Checkpoint(last.log, last.events, bytes.fromhex(last.root)) if last else None
        tree = tree_of(leaves, job.archive, setup.until, job.seals.good, remembered=remembered)
        flaws = [*rolled_back(last, setup.until), *tree.flaws]
        if not flaws and not any(part.flaws for part in parts.values()):
            flaws += tile_flaws(job.recorder, leaves)
            flaws += job.seals.incomplete(job.archive)
    kind = "resumed" if under_way is not None and under_way.known else "full"
    ordered = [parts[number] for number in sorted(parts)]
    found, held, taken = _judged(job, kind, 0, whole, flaws, tree, ordered, {}, {})
    if notes is not None:
        notes.forget_under_way()
        if found.well:
            notes.keep_verified(_verified(job, tree, held, taken, _now()))
    return found


def _since(
    job: _Job, last: Verified, whole: list[Finding], notices: list[Text]
) -> LogVerified | None:
    """What is new, and the cases that it is about; None where all must be checked."""
    assert job.notes is not None
    if last.basis != job.basis:
        notices.append(OTHER_BASIS)
        return None
    if back := list(rolled_back(last, job.setup.until)):
        tree = Tree(last.frontier(), 0, [])
        return _judged(job, "incremental", last.events, whole, back, tree, [], {}, {})[0]
    recent = check_recent(job.setup, job.recorder, job.archive, job.seals, last, job.progress)
    held = {case: place for case, place in last.held.items() if case not in recent.touched}
    taken = {host: taken for host, taken in last.taken.items() if host not in recent.touched}
    found, held, taken = _judged(
        job, "incremental", last.events, whole, recent.flaws, recent.tree, [recent.part],
        held, taken,
    )  # fmt: skip
    if found.well:
        job.notes.keep_verified(_verified(job, recent.tree, held, taken, last.full_at))
    notices.append(only_new(last))
    return found


def _judged(
    job: _Job,
    kind: str,
    since: int,
    whole: list[Finding],
    flaws: list[Flaw],
    tree: Tree,
    parts: list[Part],
    held: Held,
    taken: Taken,
) -> tuple[LogVerified, Held, Taken]:
    """All parts together; and the places that are taken now."""
    findings = [*whole]
    flaws = [*job.seals.flaws, *flaws]
    held, taken = dict(held), dict(taken)
    unknown: dict[str, Unknown] = {}
    for part in parts:
        findings += part.conformity.findings
        flaws += part.flaws
        held |= part.conformity.held
        taken |= part.conformity.taken
        for topic, fresh in part.conformity.unknown.items():
            unknown[topic] = merged(unknown[topic], fresh) if topic in unknown else fresh
    findings.extend(map(finding_of, unknown.values()))
    # Where a case or a host could not be read whole, it cannot be told what it holds.
    if not findings and not flaws:
        findings.extend(places(held, taken))
    found = LogVerified(
        kind,
        job.setup.places,
        sum(part.events for part in parts),
        sum(part.spared for part in parts),
        since,
        sum(part.conformity.cases for part in parts),
        sum(part.conformity.commands for part in parts),
        tree.proven,
        len(job.seals.good),
        tree.frontier.root().hex(),
        sorted(findings, key=lambda f: (f.position, f.code, f.originator)),
        in_order(flaws, job.setup.until),
        [difference for part in parts for difference in part.beside],
        sorted(unknown.values(), key=lambda one: one.first),
        sum(part.more for part in parts),
        [],
    )
    return found, held, taken


def _verified(job: _Job, tree: Tree, held: Held, taken: Taken, full_at: datetime) -> Verified:
    frontier = tree.frontier
    return Verified(
        job.log,
        job.basis,
        _now(),
        full_at,
        frontier.size,
        frontier.root().hex(),
        [peak.hex() for peak in frontier.peaks],
        held,
        taken,
    )


def _with(found: LogVerified, notices: list[Text]) -> LogVerified:
    return msgspec.structs.replace(found, notices=list(dict.fromkeys(notices)))


def _number(events: int) -> int:
    """Of how many stretches. A power of two."""
    if events < _WORTH_STRETCHES:
        return 1
    return 16 if events < _LARGE else 64


def _now() -> datetime:
    return datetime.now(UTC)
