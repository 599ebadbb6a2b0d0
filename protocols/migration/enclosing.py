"""Sub-protocols of the new version that a case turns out to be inside of: the old version had their
steps one by one, and some of those have begun."""

from __future__ import annotations

from collections.abc import Iterable

from protocols.engine.plan import StepPlan
from protocols.engine.run import Run
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark
from protocols.migration.versions import Versions


def enclosing(
    versions: Versions, marks: dict[str, Mark], run: Run, undecided: Iterable[str]
) -> dict[str, str]:
    """Scope → the reason with which it will end, '' while none is set; `marks`, in the new
    version's words, are brought in line. `run`: the case with its data in the new version;
    `undecided`: what was out by the old version's rules.

    Where the scope's own condition does not hold, what is left of earlier rounds is no beginning.
    """
    found: dict[str, str] = {}
    # When the scope's steps began, these were out.
    was = {name: Mark(OUT) for name in undecided}
    # The outermost first: what is inside another one depends on it.
    for name in reversed(versions.new.scopes):
        scope = versions.new.steps[name]
        if name in versions.origin or scope.copies or not _begun(versions, marks, scope):
            continue
        if scope.within and marks[scope.within].status != OPEN:
            continue
        begun = scope.formula is None or scope.formula.evaluate({**marks, **was}) is True
        if begun and run.holds(scope.guard):
            marks[name] = marks[name]._replace(status=OPEN)
            found[name] = _reason(versions, marks, scope)
    return found


def stranded(versions: Versions, marks: dict[str, Mark]) -> Iterable[str]:
    """Scopes that cannot begin although something inside them is open."""
    for name in versions.new.scopes:
        scope = versions.new.steps[name]
        if name in versions.origin or scope.formula is None or marks[name].status == OPEN:
            continue
        if scope.formula.evaluate(marks) is False and any(
            marks[inner].status == OPEN for inner in scope.inside
        ):
            yield name


def _begun(versions: Versions, marks: dict[str, Mark], scope: StepPlan) -> bool:
    return any(
        marks[inner].status in (OPEN, DONE) for inner in scope.inside if inner in versions.origin
    )


def _reason(versions: Versions, marks: dict[str, Mark], scope: StepPlan) -> str:
    reason = ""
    for inner in scope.inside:
        mark = marks[inner]
        outcome = versions.new.steps[inner].outcomes.get(mark.outcome or "")
        if mark.status != DONE or outcome is None:
            continue
        if outcome.ends:
            # It would have been left there and then: nothing more begins inside.
            for other in scope.inside:
                if marks[other].status == WAITING:
                    marks[other] = marks[other]._replace(status=OUT)
            return outcome.ends
        reason = outcome.result or reason
    return reason
