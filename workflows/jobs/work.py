"""Doing a job: the same functions that the command line calls, and their results as files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from protocols.checker import Report
from protocols.checker.check import check, check_text
from protocols.checker.report import unreadable
from protocols.checker.sarif import sarif
from protocols.checker.together import check_together
from protocols.diff.compare import compare
from protocols.diff.report import values
from protocols.diff.visible import Sees
from protocols.documents import DocumentError
from protocols.drawing.svg import svg
from protocols.engine.plan import Plan
from protocols.language import load
from protocols.language.library import Library, UnknownProtocol
from protocols.language.library import Source as LibraryText
from protocols.simulation import figures
from protocols.simulation.charts import charts
from protocols.simulation.from_log import shares_from
from protocols.simulation.running import Simulation, simulate
from protocols.simulation.shares import Shares, read_shares
from protocols.territory import load_territory
from protocols.text import Text
from workflows.jobs.files import (
    DRAWING,
    JSON_TYPE,
    RESULT,
    SARIF,
    SARIF_TYPE,
    SVG_TYPE,
    File,
)
from workflows.jobs.request import Check, Diff, Published, Request, Simulate, Source, Written

Tell = Callable[[float, Text], None]
"""Told how much is done, from 0 to 1, and what is being done."""

_READING = Text("Lettura dei testi", "Reading the texts")
_CHECKING = Text("Verifica del protocollo", "Checking the protocol")
_COMPARING = Text("Confronto delle due versioni", "Comparing the two versions")
_DRAWING = Text("Disegno", "Drawing")
_LOG = Text("Lettura del registro", "Reading the log")
_SIMULATING = Text("Simulazione", "Simulating")


class Ground(msgspec.Struct, frozen=True):
    """What a job stands on; it goes to another process. `published`: (name, text) of all that the
    registry has. `database_url`: of the log, for what is taken from there."""

    pack: Path
    published: tuple[tuple[str, bytes], ...]
    database_url: str
    sees: Sees | None = None


class Unfinished(Exception):
    """The job cannot be done as it was asked: why, and what there is to show for it."""

    def __init__(self, problem: Text, files: Sequence[File] = ()) -> None:
        super().__init__(problem.en)
        self.problem = problem
        self.files = tuple(files)


def carry_out(request: Request, ground: Ground, tell: Tell) -> list[File]:
    """What comes of a job. Raises Unfinished."""
    tell(0.0, _READING)
    if isinstance(request, Check):
        return list(_check(request, ground, tell))
    if isinstance(request, Diff):
        return list(_diff(request, ground, tell))
    return list(_simulate(request, ground, tell))


def _check(request: Check, ground: Ground, tell: Tell) -> Iterator[File]:
    reports = _reports(request, ground, lambda done: tell(done, _CHECKING))
    yield _findings(reports)
    yield File(SARIF, SARIF_TYPE, msgspec.json.encode(sarif(reports)))


def _reports(
    request: Check, ground: Ground, progress: Callable[[float], None]
) -> tuple[Report, ...]:
    """One report; for a variant, others for its combinations."""
    territory, library = load_territory(ground.pack), _library(ground)
    limits: dict[str, Any] = {
        "today": request.today,
        "seconds": request.seconds,
        "progress": progress,
    }
    if isinstance(request.source, Published) and "+" in request.source.version:
        reading = _resolved(request.source, library)
        return (check(reading.plan, territory, reading.document, **limits),)
    text, name = _text(request.source, library)
    with contextlib.suppress(DocumentError):
        if LibraryText(text, name).variant:
            return check_together(text, name, territory, library, **limits)
    return (check_text(text, name, territory, library=library, **limits),)


def _text(source: Source, library: Library) -> tuple[str | bytes, str]:
    """Raises Unfinished."""
    if isinstance(source, Written):
        return source.text, source.name
    found = library.labelled(source.protocol, source.version)
    if found is None:
        unknown = UnknownProtocol.among(source.protocol, source.version, library.names())
        raise Unfinished(unknown.message)
    return found.text, found.name


def _findings(reports: Sequence[Report]) -> File:
    return _json(
        {
            "publishable": all(report.publishable for report in reports),
            "findings": [finding for report in reports for finding in report.findings],
            "reports": reports,
        }
    )


def _diff(request: Diff, ground: Ground, tell: Tell) -> Iterator[File]:
    old, new = _plans(request.sources, ground)
    tell(0.1, _COMPARING)
    difference = compare(old, new, load_territory(ground.pack), ground.sees)
    tell(0.9, _DRAWING)
    yield _json(values(difference))
    drawn = svg(new, request.language, difference.marks, old)
    yield File(DRAWING, SVG_TYPE, drawn.encode())


def _simulate(request: Simulate, ground: Ground, tell: Tell) -> Iterator[File]:
    plans = _plans(request.sources, ground)
    assumed = _assumed(request, plans, ground, tell)
    total = request.cases * len(plans)
    runs: list[Simulation] = []
    for plan in plans:
        before = request.cases * len(runs)

        def advance(ended: int, before: int = before) -> None:
            tell(0.05 + 0.9 * (before + ended) / total, _SIMULATING)

        runs.append(
            simulate(
                plan,
                ground.pack,
                assumed.fitting(plan),
                cases=request.cases,
                seed=request.seed,
                replications=request.replications,
                progress=advance,
            )
        )
    tell(0.95, _DRAWING)
    reports = [figures.report(run) for run in runs]
    changes = [change for a, b in pairwise(runs) for change in figures.compare(a, b)]
    yield _json({"reports": reports, "differences": changes})
    for name, drawn in charts(plans[0], reports).items():
        yield File(name, SVG_TYPE, drawn.encode())


def _assumed(request: Simulate, plans: list[Plan], ground: Ground, tell: Tell) -> Shares:
    assumed = Shares()
    if request.shares:
        try:
            territory = load_territory(ground.pack)
            assumed = read_shares(request.shares, "shares.yaml", plans, territory)
        except DocumentError as error:
            raise _unreadable("shares.yaml", error) from None
    if request.from_log:
        tell(0.02, _LOG)
        assumed = assumed.over(_seen(plans[0], ground.database_url))
    return assumed


def _seen(plan: Plan, database_url: str) -> Shares:
    import domain.topics  # noqa: F401  (bodies must be known before the log is read)
    from domain.log.mapper import CaseLogMapper
    from domain.log.recorder import CaseLogRecorder

    recorder = CaseLogRecorder.connect(database_url)
    try:
        return shares_from(CaseLogMapper().read_all(recorder.stream()), plan)
    finally:
        recorder.close()


def _library(ground: Ground) -> Library:
    return Library([LibraryText(text, name) for name, text in ground.published])


def _read(source: Source, library: Library) -> load.Reading:
    """Raises DocumentError, Unfinished."""
    if isinstance(source, Written):
        return load.read(source.text, source.name, library)
    return _resolved(source, library)


def _resolved(source: Published, library: Library) -> load.Reading:
    """Raises DocumentError, Unfinished."""
    try:
        return load.resolve(library, source.protocol, source.version)
    except UnknownProtocol as unknown:
        raise Unfinished(unknown.message) from None


def _plans(sources: Sequence[Source], ground: Ground) -> list[Plan]:
    library = _library(ground)
    plans = []
    for source in sources:
        try:
            plans.append(_read(source, library).plan)
        except DocumentError as error:
            raise _unreadable(str(source), error) from None
    return plans


def _unreadable(name: str, error: DocumentError) -> Unfinished:
    count = len(error.problems)
    return Unfinished(
        Text(
            f"«{name}» non si può leggere: {count} errori, elencati nel risultato. Correggerli e "
            "chiedere di nuovo.",
            f"“{name}” cannot be read: {count} mistakes, listed in the result. Correct them and "
            "ask again.",
        ),
        [_findings([Report("", "", "", unreadable(error.problems))])],
    )


def _json(content: Any) -> File:
    return File(RESULT, JSON_TYPE, msgspec.json.encode(content))
