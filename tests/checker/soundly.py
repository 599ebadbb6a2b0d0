"""Protocols that are sound because of how they are put together: blocks inside blocks."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.checker.tiny import completed

# What each block may be; `step` most often, so that protocols stay small.
_BLOCKS = ("step", "step", "sequence", "parallel", "choice", "loop", "milestone", "each", "race",
           "guarded", "pause", "wait")  # fmt: skip


class Builder:
    """Collects steps and events; a block opens after the formula `after` and says what to wait for
    when it is over: a formula that becomes true in every history in which `after` does."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.steps: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.attributes = 0

    def name(self) -> str:
        return f"s{len(self.steps)}"

    def step(self, after: str, **more: Any) -> str:
        name = self.name()
        self.steps[name] = {**({"after": after} if after else {}), **more}
        return name

    def block(self, after: str, depth: int) -> str:
        kind = self.draw(st.sampled_from(_BLOCKS)) if depth else "step"
        return str(getattr(self, f"_{kind}")(after, depth - 1))

    def _step(self, after: str, depth: int) -> str:
        return self.step(after, due="20 days")

    def _sequence(self, after: str, depth: int) -> str:
        return self.block(self.block(after, depth), depth)

    def _parallel(self, after: str, depth: int) -> str:
        ends = [self.block(after, depth) for _ in range(self.draw(st.integers(2, 3)))]
        return self.step(" and ".join(f"({end})" for end in ends))

    def _choice(self, after: str, depth: int) -> str:
        keys = "xyz"[: self.draw(st.integers(2, 3))]
        asked = self.step(after, outcomes=dict.fromkeys(keys))
        ends = [self.block(f"{asked}.{key}", depth) for key in keys]
        return self.step(" or ".join(f"({end})" for end in ends))

    def _loop(self, after: str, depth: int) -> str:
        first = self.step(after)
        last = self.block(first, depth)
        again = {"again": first, "at_most": self.draw(st.integers(1, 2))}
        asked = self.step(last, outcomes={"fine": None, "redo": again})
        return f"{asked}.fine"

    def _milestone(self, after: str, depth: int) -> str:
        lasting = self.step(after)
        self.step("", during=lasting)
        self.step("", during=lasting, every="week")
        return lasting

    def _each(self, after: str, depth: int) -> str:
        team = self.step(after, form="team")
        return self.step(team, each=f"{team}.members", enough=self.draw(st.integers(1, 2)))

    def _race(self, after: str, depth: int) -> str:
        race = f"race_{self.name()}"
        one, other = self.step(after, race=race), self.step(after, race=race)
        return self.step(f"{one} or {other}")

    def _guarded(self, after: str, depth: int) -> str:
        self.attributes += 1
        read = f"case.a{self.attributes}"
        one = self.step(after, when=f"{read} == true")
        other = self.step(after, when=f"!has({read}) || {read} != true")
        return f"settled({one}, {other})" if not after else self.step(f"{one} or {other}")

    def _pause(self, after: str, depth: int) -> str:
        back = self.step("", outcomes={"x": {"resumes": "clocks"}})
        self.events[f"crisis_{back}"] = {"pauses": "clocks", "opens": back}
        return self.step(after)

    def _wait(self, after: str, depth: int) -> str:
        first = self.step(after)
        return self.step(first, starts=f"2 days after {first}")


@st.composite
def sound(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A document with nothing wrong in it."""
    builder = Builder(draw)
    last = builder.block("", depth)
    builder.step(last, outcomes={"done": {"ends": "completed"}})
    used = {step.get("form") for step in builder.steps.values()}
    document = completed(builder.steps, builder.events)
    return {**document, "forms": {k: v for k, v in document["forms"].items() if k in used}}
