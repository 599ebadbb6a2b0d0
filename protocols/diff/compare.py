"""The difference of two versions, by meaning."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from protocols.diff.change import Change, wording
from protocols.diff.histories import History, Reach, Situation, history_to, reach
from protocols.diff.match import Names, match
from protocols.diff.rest import rest
from protocols.diff.steps import steps
from protocols.diff.visible import Sees, Visibility, visibility
from protocols.engine.plan import Plan
from protocols.language.formula import OUT, WAITING
from protocols.reading.words import outcome_title, step_title
from protocols.territory import Territory
from protocols.text import Text

_OPENING = frozenset(
    {
        "after",
        "guard",
        "when",
        "race",
        "each",
        "waits_for",
        "outcome",
        "outcome_added",
        "outcome_removed",
        "step_added",
    }
)


class Passage(Struct, frozen=True):
    """Where cases can go in one version and not in the other. `history`: an example, shortest of
    those found; of the new version if `gained`, of the old one if not."""

    step: str
    gained: bool
    it: str
    en: str
    history: tuple[Text, ...] = ()

    @property
    def text(self) -> Text:
        return Text(self.it, self.en)


class Difference(Struct, frozen=True):
    """`changes`: of behaviour; `apart`: words, order, comments. `unexplored`: steps whose passages
    were not all tried."""

    old: str
    new: str
    changes: tuple[Change, ...]
    apart: tuple[Change, ...]
    passages: tuple[Passage, ...]
    visible: tuple[Visibility, ...]
    renamed: dict[str, str]
    unexplored: tuple[str, ...] = ()

    @property
    def same_behaviour(self) -> bool:
        return not (self.changes or self.passages or self.visible)

    @property
    def marks(self) -> dict[str, str]:
        """Step of the new version (of the old one, if it is gone) → added, removed, renamed or
        changed; for the drawing."""
        marks: dict[str, str] = {}
        for change in self.changes:
            if change.step:
                kind = (
                    change.kind.removeprefix("step_")
                    if change.kind.startswith("step_")
                    else "changed"
                )
                if marks.get(change.step) not in ("added", "removed"):
                    marks[change.step] = kind
        return marks


def compare(old: Plan, new: Plan, territory: Territory, sees: Sees | None = None) -> Difference:
    """What differs. `sees`: see `protocols.diff.visible`."""
    names = match(old.protocol, new.protocol)
    found = [*steps(old.protocol, new.protocol, names), *rest(old.protocol, new.protocol, names)]
    if not found and old.text != new.text:
        found.append(
            wording(
                "comments",
                "",
                "solo commenti e disposizione del testo",
                "comments and the layout of the text only",
            )
        )
    changes = tuple(change for change in found if change.behaviour)
    passages, unexplored = _passages(old, new, names, changes, territory)
    return Difference(
        old.protocol.type_name,
        new.protocol.type_name,
        changes,
        tuple(change for change in found if not change.behaviour),
        tuple(passages),
        tuple(visibility(old.protocol, new.protocol, names, sees)),
        names.steps,
        tuple(unexplored),
    )


# ── where cases can go ───────────────────────────────────────────────────────────────────────


def _passages(
    old: Plan, new: Plan, names: Names, changes: tuple[Change, ...], territory: Territory
) -> tuple[list[Passage], list[str]]:
    backwards = {b: a for a, b in names.steps.items()}
    touched = {change.step for change in changes if change.kind in _OPENING and change.step}
    looked = [n for n in new.names if n in touched or _reads(new, n, touched)]
    passages: list[Passage] = []
    unexplored: list[str] = []
    for name in looked:
        was = backwards.get(name, name)
        before = old.steps.get(was)
        sources = _sources(new, name)
        then = reach(new, name, sources, territory)
        if before is None:
            passages += _opens_at_all(new, name, then)
            whole = then.whole
        else:
            theirs = _sources(old, was)
            common = tuple(s for s in sources if backwards.get(s, s) in theirs) or ()
            common += tuple(
                n for s in theirs if (n := names.step(s)) in new.steps and n not in common
            )
            common += tuple(
                s for s in sources if s not in common and backwards.get(s, s) in old.steps
            )
            then = reach(new, name, common, territory)
            earlier = reach(old, was, tuple(backwards.get(s, s) for s in common), territory)
            whole = then.whole and earlier.whole
            passages += _compared(new, name, common, earlier, then, names, backwards)
        if not whole:
            unexplored.append(name)
    passages += _endings(old, new, names, territory)
    return passages, unexplored


def _reads(plan: Plan, name: str, touched: set[str]) -> bool:
    return bool(touched & set(_sources(plan, name)))


def _sources(plan: Plan, name: str) -> tuple[str, ...]:
    step = plan.steps[name]
    reads = [*(step.formula.steps if step.formula else ()), *filter(None, [step.region])]
    return tuple(dict.fromkeys(reads))


def _opens_at_all(plan: Plan, name: str, found: Reach) -> Iterator[Passage]:
    if found.situations:
        title = step_title(plan.protocol, name)
        history = min(found.situations.values(), key=len)
        yield Passage(
            name,
            True,
            f"ora si può arrivare a {title.it}",
            f"{title.en} can now be reached",
            history,
        )


def _compared(
    new: Plan,
    name: str,
    sources: tuple[str, ...],
    earlier: Reach,
    then: Reach,
    names: Names,
    backwards: dict[str, str],
) -> Iterator[Passage]:
    """Situations in which the step opens in one version only."""

    def renamed(situation: Situation) -> Situation:
        return tuple(
            (source, names.outcomes.get((source, stands), stands))
            for source, (_, stands) in zip(sources, situation, strict=True)
        )

    before = {renamed(s): history for s, history in earlier.situations.items()}
    title = step_title(new.protocol, name)
    gained = {s: h for s, h in then.situations.items() if s not in before}
    lost = {s: h for s, h in before.items() if s not in then.situations}
    for those, gain in ((gained, True), (lost, False)):
        complete = earlier.whole if gain else then.whole
        if those and complete:
            situation, history = min(those.items(), key=lambda item: len(item[1]))
            when = _said(new, situation)
            verb = (
                ("ora si apre anche", "now opens also")
                if gain
                else ("non si apre più", "no longer opens")
            )
            yield Passage(
                name,
                gain,
                f"{title.it} {verb[0]} {when.it}".strip(),
                f"{title.en} {verb[1]} {when.en}".strip(),
                history,
            )


def _said(plan: Plan, situation: Situation) -> Text:
    it, en = [], []
    for name, stands in situation:
        title = step_title(plan.protocol, name)
        if stands == OUT:
            it.append(f"{title.it} non si fa")
            en.append(f"{title.en} is ruled out")
        elif stands in (WAITING, "open"):
            it.append(f"{title.it} non è concluso")
            en.append(f"{title.en} is not done")
        elif name in plan.steps:
            said = outcome_title(plan.protocol, name, stands)
            it.append(f"{title.it} è {said.it}")
            en.append(f"{title.en} is {said.en}")
    return Text(f"se {' e '.join(it)}" if it else "", f"if {' and '.join(en)}" if en else "")


def _endings(old: Plan, new: Plan, names: Names, territory: Territory) -> Iterator[Passage]:
    """Reasons with which a case can now end from a step, or can no longer."""
    before = {
        (names.step(name), names.outcome(name, key)): (outcome.ends, name, key)
        for name, step in old.steps.items()
        for key, outcome in step.outcomes.items()
    }
    after = {
        (name, key): (outcome.ends, name, key)
        for name, step in new.steps.items()
        for key, outcome in step.outcomes.items()
    }
    for plan, mine, theirs, gain in ((new, after, before, True), (old, before, after, False)):
        for place, (ends, name, key) in mine.items():
            if not ends or theirs.get(place, ("", "", ""))[0] == ends:
                continue
            title, said = step_title(plan.protocol, name), outcome_title(plan.protocol, name, key)
            can = (
                ("ora il caso può chiudersi", "the case can now end")
                if gain
                else ("il caso non può più chiudersi", "the case can no longer end")
            )
            history: History = history_to(plan, name, key, territory) or ()
            yield Passage(
                place[0],
                gain,
                f"{can[0]} ({ends}) da {title.it} con {said.it}",
                f"{can[1]} ({ends}) from {title.en} with {said.en}",
                history,
            )
