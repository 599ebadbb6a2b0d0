"""Deadlines loosened and tightened."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.diff.change import Change, change, wording
from protocols.diff.match import Names
from protocols.language.document import Due, Protocol
from protocols.language.durations import Duration
from protocols.reading.words import duration, role_title
from protocols.text import Text

# Calendar days, roughly: five working days make a week.
_DAYS = {
    "second": 1 / 86_400,
    "minute": 1 / 1_440,
    "hour": 1 / 24,
    "day": 1.0,
    "working day": 1.4,
    "week": 7.0,
    "month": 30.4,
    "year": 365.0,
}


def days(length: Duration) -> float:
    """About how many calendar days; to tell the longer of two lengths in different units."""
    return length.n * _DAYS[length.unit]


def deadlines(
    new: Protocol, name: str, title: tuple[str, str], a: Due | None, b: Due | None, names: Names
) -> Iterator[Change]:
    """What changed of one step's deadline. `title`: the step's, in Italian and in English."""
    at = f"steps.{name}.due"
    it, en = title
    if a is None and b is None:
        return
    if a is None and b is not None:
        by = duration(b.within)
        yield change(
            "deadline_tightened",
            at,
            f"{it}: ora ha un termine, {by.it}",
            f"{en}: it now has a deadline, {by.en}",
            name,
        )
        return
    if b is None:
        yield change(
            "deadline_loosened",
            at,
            f"{it}: non ha più un termine",
            f"{en}: it has no deadline any more",
            name,
        )
        return
    assert a is not None
    if a.within != b.within:
        was, now = duration(a.within), duration(b.within)
        longer = days(b.within) > days(a.within)
        # Counted back from a date, more time means an earlier day.
        looser = longer != b.before
        kind = "deadline_loosened" if looser else "deadline_tightened"
        said = ("più largo", "looser") if looser else ("più stretto", "tighter")
        yield change(
            kind,
            f"{at}.within",
            f"{it}: il termine è {said[0]}, da {was.it} a {now.it}",
            f"{en}: the deadline is {said[1]}, from {was.en} to {now.en}",
            name,
        )
    if (names.path(a.of) if a.of else None, a.before) != (b.of, b.before):
        yield change(
            "deadline_anchor",
            f"{at}.of",
            f"{it}: il termine corre da un altro momento",
            f"{en}: the deadline runs from another moment",
            name,
        )
    if (names.guard(a.when) if a.when else None) != b.when:
        yield change(
            "deadline_condition",
            f"{at}.when",
            f"{it}: cambia quando il termine vale ({b.when or 'sempre'})",
            f"{en}: when the deadline binds has changed ({b.when or 'always'})",
            name,
        )
    if a.remind != b.remind:
        ahead = duration(b.remind.duration) if b.remind else None
        yield change(
            "reminder",
            f"{at}.remind",
            f"{it}: promemoria {ahead.it + ' prima' if ahead else 'tolto'}",
            f"{en}: reminder {ahead.en + ' before' if ahead else 'taken away'}",
            name,
        )
    if [(names.roles.get(r.to, r.to), r.after) for r in a.overdue] != [
        (r.to, r.after) for r in b.overdue
    ]:
        deputy = Text("il vice", "the deputy")
        called = [deputy if rung.to == "deputy" else role_title(new, rung.to) for rung in b.overdue]
        yield change(
            "escalation",
            f"{at}.overdue",
            f"{it}: se è in ritardo si chiama {', '.join(t.it for t in called) or 'nessuno'}",
            f"{en}: if overdue, called in: {', '.join(t.en for t in called) or 'nobody'}",
            name,
        )
    if a.legal_basis != b.legal_basis:
        yield wording(
            "legal_basis",
            f"{at}.legal_basis",
            f"{it}: riferimento di legge",
            f"{en}: legal basis",
            name,
        )
