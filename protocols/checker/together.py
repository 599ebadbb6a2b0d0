"""A variant proved: with its base alone, and together with the others that can meet in one case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, product
from math import inf
from time import monotonic
from typing import Any

import msgspec

from protocols.checker.check import check, in_order
from protocols.checker.report import Finding, Notes, Report, unreadable
from protocols.documents import DocumentError, unknown_name
from protocols.language.applying import may_meet
from protocols.language.library import Library, Source, number
from protocols.language.load import Reading, base_of, compose
from protocols.language.variants import VariantHead
from protocols.territory import Territory
from protocols.text import Text

MOST_COMBINATIONS = 64
_UNKNOWN = {
    "service": Text("Servizio", "Service"),
    "comune": Text("Comune", "Comune"),
    "district": Text("Distretto", "District"),
}


def check_together(
    text: str | bytes,
    name: str,
    territory: Territory,
    library: Library,
    *,
    alone: bool = False,
    today: date | None = None,
    seconds: float | None = None,
    within: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Report, ...]:
    """The report of a variant's text with its base, then one for each combination with the other
    variants in `library` that can apply to one case with it; never raises. A combination's report
    has only what the first one has not. `alone`: without the combinations.

    `seconds`: at most so long for the search of each; `within`: no more combinations are begun
    after so long, and the first report's `not_explored` says how many are left. `progress` is told
    how much is done, from 0 to 1.
    """
    tell = progress or (lambda done: None)
    until = monotonic() + (inf if within is None else within)
    try:
        source = Source(text, name)
        library = library.with_source(source)
        base = base_of(source, library)
        reading = compose(base, (source,), library)
    except DocumentError as error:
        return (Report("", "", "", unreadable(error.problems)),)
    first = _with_place(check(reading.plan, territory, reading.document, today=today,
                              seconds=seconds), source, territory)  # fmt: skip
    first = in_order(first, source, library)
    if alone or first.errors:
        return (first,)
    reports = [first]
    known = {_identity(finding) for finding in first.findings}
    met = meeting(source, library, territory)
    for count, others in enumerate(met[:MOST_COMBINATIONS], 1):
        tell(count / (len(met) + 1))
        if monotonic() > until:
            break
        report = _combination(base, (source, *others), library, territory, today, seconds)
        new = tuple(f for f in report.findings if _identity(f) not in known)
        reports.append(msgspec.structs.replace(report, findings=new))
    left = len(met) + 1 - len(reports)
    if left:
        message = Text(
            f"{left} combinazioni con altre varianti non sono state provate.",
            f"{left} combinations with other variants were not tried.",
        )
        unexplored = (*first.not_explored, message)
        reports[0] = msgspec.structs.replace(first, not_explored=unexplored)
    return tuple(reports)


def meeting(
    source: Source, library: Library, territory: Territory
) -> tuple[tuple[Source, ...], ...]:
    """The sets of other variants that can apply to one case together with this one."""
    return tuple(_meeting(source, library, territory))


def _meeting(
    source: Source, library: Library, territory: Territory
) -> Iterator[tuple[Source, ...]]:
    assert source.head is not None
    by_name: dict[str, list[Source]] = {}
    for other in library.variants(source.protocol, source.head.of):
        if other.variant != source.variant:
            by_name.setdefault(other.variant, []).append(other)
    others = [_living(versions, source) for versions in by_name.values()]
    for size in range(1, len(others) + 1):
        for names in combinations(others, size):
            for chosen in product(*names):
                heads = [s.head for s in (source, *chosen) if s.head is not None]
                if may_meet([head.applies_to for head in heads], territory):
                    yield chosen


def _living(versions: list[Source], source: Source) -> list[Source]:
    """Those that are not replaced before this variant begins."""
    ordered = sorted(versions, key=lambda s: (s.valid_from, number(s.version)))
    return [
        s
        for s, after in zip(ordered, [*ordered[1:], None], strict=True)
        if after is None or after.valid_from > source.valid_from
    ]


def _combination(
    base: Source,
    variants: tuple[Source, ...],
    library: Library,
    territory: Territory,
    today: date | None,
    seconds: float | None,
) -> Report:
    try:
        reading: Reading = compose(base, variants, library)
    except DocumentError as error:
        return Report("", "", "", unreadable(error.problems))
    return check(reading.plan, territory, reading.document, today=today, seconds=seconds)


def _identity(finding: Finding) -> tuple[Any, ...]:
    return finding.rule, finding.file, finding.line, finding.where


def _with_place(report: Report, source: Source, territory: Territory) -> Report:
    """With what is wrong in whom the variant is for."""
    assert source.head is not None
    notes = Notes(source.document)
    _places(source.head, territory, notes)
    if not notes.findings() and not may_meet([source.head.applies_to], territory):
        notes.add(
            "applies-to-nothing", ("applies_to",),
            Text(
                "Nessun caso di questo territorio soddisfa queste condizioni insieme.",
                "No case of this territory satisfies these conditions together.",
            ),
            Text(
                "Allargarle, o scriverne più d'una in un elenco: ne basta una.",
                "Widen them, or write several in a list: one of them is enough.",
            ),
        )  # fmt: skip
    found = notes.findings()
    return msgspec.structs.replace(report, findings=(*found, *report.findings)) if found else report


def _places(head: VariantHead, territory: Territory, notes: Notes) -> None:
    known = {
        "service": list(territory.services),
        "comune": list(territory.comuni),
        "district": [str(n) for n in sorted({c.district for c in territory.comuni.values()})],
    }
    for n, condition in enumerate(head.applies_to):
        for kind, names in known.items():
            for value in getattr(condition, kind):
                if str(value) not in names:
                    notes.add(
                        "applies-to-nothing", _place(notes, n, kind),
                        unknown_name(_UNKNOWN[kind], value, names),
                        Text("Correggere il nome.", "Correct the name."),
                    )  # fmt: skip


def _place(notes: Notes, n: int, kind: str) -> tuple[str | int, ...]:
    several = isinstance(notes.document.data.get("applies_to"), list)
    return ("applies_to", n, kind) if several else ("applies_to", kind)
