"""Whatever the text, a few seconds and 500 MB are enough to answer it: enforced by the system."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.territory import default_pack
from tests.checker.confined import SECONDS, Answer, checked
from tests.checker.generated import HEAD, parallel, step
from tests.patterns.patterns import patterns

calm = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = [pattern.text for pattern in patterns()]
SHIPPED = [path.read_text() for path in sorted((default_pack() / "protocols").rglob("*.yaml"))]


def document(steps: dict[str, Any], **more: Any) -> str:
    return json.dumps({**HEAD, "steps": steps, **more})


def guarded(guard: str) -> str:
    return document({"a": step(), "b": step("a", when=guard)})


def numbers(count: int) -> str:
    return f"[{','.join(map(str, range(count)))}]"


REFUSED: dict[str, Callable[[], str]] = {
    "a bomb of anchors": lambda: "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "ten megabytes": lambda: "a: " + "x" * 10_000_000,
    "a hundred thousand levels": lambda: "a: " + "[" * 100_000,
    "a megabyte of keys": lambda: "".join(f"k{i}: 1\n" for i in range(80_000)),
    "a megabyte of keys in a step": lambda: document(
        {"a": {**step(), **{f"k{i}": 1 for i in range(60_000)}}}
    ),
    "a megabyte of steps": lambda: document({f"a{i}": step() for i in range(9_000)}),
    "four hundred names misspelt": lambda: document(
        {f"step_number_{i}": step(f"stepnumber_{i}") for i in range(400)}
    ),
    "thousands of outcomes": lambda: document(
        {"a": step(outcomes=[f"o{i}" for i in range(5_000)])}
    ),
    "a loop in a loop in a loop": lambda: guarded(
        f"{numbers(99)}.all(x, {numbers(99)}.all(y, {numbers(99)}.all(z, x + y + z >= 0)))"
    ),
    "a text that doubles itself": lambda: guarded(
        "['aaaaaaaaaa']" + ".map(x, x+x+x+x+x+x+x+x+x+x)" * 9 + "[0].size() > 3"
    ),
    "a path without end": lambda: guarded("a" + ".b" * 20_000 + " == 1"),
    "a guard without end": lambda: guarded(" && ".join(["case.minor == true"] * 5_000)),
    "parentheses without end": lambda: guarded("(" * 990 + "true" + ")" * 990),
    "a formula of parentheses": lambda: document(
        {"a": step(), "b": step("(" * 10_000 + "a" + ")" * 10_000)}
    ),
    "a formula of blanks": lambda: document({"a": step(), "b": step("a" + " " * 500_000 + "and")}),
    "a quorum without measure": lambda: document(
        {"a": step(), "b": step(f"at_least({'9' * 50}, a)")}
    ),
    "days without end": lambda: document({"a": step(due="9" * 5_000 + " days")}),
    "a million working days": lambda: document({"a": step(due="999999 working days")}),
    "thousands of years": lambda: document(
        {"a": step(), "b": step("a", starts="9999 years after a")}
    ),
    "the last day of all": lambda: document({"a": step()}, valid_from="9999-12-31"),
    "the first day of all": lambda: document({"a": step()}, valid_from="0001-01-01"),
}  # fmt: skip


def _well_answered(answer: Answer) -> None:
    assert answer.failure == ""
    assert answer.seconds < SECONDS
    assert all(line >= 1 and message for _, line, message, _ in answer.findings)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_line(name: str) -> None:
    answer = checked(REFUSED[name]())
    _well_answered(answer)
    assert {rule for rule, *_ in answer.findings} == {"language"}


CHECKED: dict[str, Callable[[], str]] = {
    "a division by nothing": lambda: guarded("1 / 0 == 2"),
    "a number beyond all numbers": lambda: guarded("9223372036854775807 + 1 > 0"),
    "an expression that tries all ways": lambda: guarded(f"'{'a' * 40}!'.matches('^(a+)+$')"),
    "an expression that repeats itself": lambda: guarded("'a'.matches('((a{0,100}){0,100}){0,9}')"),
    "a loop in a loop": lambda: guarded(
        f"{numbers(250)}.all(x, {numbers(250)}.all(y, x + y >= 0))"
    ),
    "sixty abreast": lambda: document({f"a{i}": step(outcomes=list("xyz")) for i in range(60)}),
    "four hundred abreast": lambda: document({f"a{i}": step() for i in range(400)}),
    "many quorums": lambda: document({
        **{f"a{i}": step(outcomes=list("xyz")) for i in range(12)},
        **{f"b{j}": step(f"at_least({j}, {', '.join(f'a{i}.x' for i in range(12))})")
           for j in range(1, 12)},
    }),
    "two hundred events": lambda: document(
        {f"a{i}": step() for i in range(20)},
        events={
            f"e{i}": {"title": "E", "by": "municipal_referent", "again": f"a{i % 20}"}
            for i in range(200)
        },
    ),
    "thirty attributes": lambda: document(
        {f"a{i}": step(when=f"case.x{i} == true && case.y{i} > {i}") for i in range(30)}
    ),
    "working days without end": lambda: document(
        {"a": step(), "b": step("a", starts="9999 working days after a")}, valid_from="2199-12-31"
    ),
    "two hundred steps": lambda: json.dumps(parallel(200)),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKED)
def test_it_is_checked_as_far_as_it_goes(name: str) -> None:
    answer = checked(CHECKED[name]())
    _well_answered(answer)
    assert "language" not in {rule for rule, *_ in answer.findings}


def test_what_one_second_does_not_explore_is_said() -> None:
    large = next(text for text in SHIPPED if "protocol: presa-in-carico\n" in text)
    answer = checked(large.replace("at_most: ", "at_most: 9"))
    _well_answered(answer)
    assert answer.not_explored or {rule for rule, *_ in answer.findings} == {"language"}


# ── texts that people have, with what slips of the hand make of them ─────────────────────────────

_ODD = ["", ":", "- ", "{", "}", "[", "'", '"', "#", "&x ", "*x", "!!int ", "\t", "\0", "…", "null",
        "true", "2026-02-30", "9" * 30, "<<: ", "---", "?", "|", ">", "%", "@", "🌊",
        "\ud800"]  # fmt: skip
_WORD = re.compile(r"[A-Za-z_][\w.-]*|\d+")


@st.composite
def slips(draw: st.DrawFn, texts: list[str]) -> str:
    """One of the texts, with a few slips."""
    lines = draw(st.sampled_from(texts)).splitlines()
    words = sorted({word for line in lines for word in _WORD.findall(line)})
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(
            st.sampled_from(["word", "word", "gone", "twice", "indent", "swap", "odd", "cut"])
        )
        found = list(_WORD.finditer(lines[at]))
        if kind == "word" and found:
            start, end = draw(st.sampled_from(found)).span()
            lines[at] = lines[at][:start] + draw(st.sampled_from(words)) + lines[at][end:]
        elif kind == "gone" and len(lines) > 1:
            del lines[at]
        elif kind == "twice":
            lines.insert(at, lines[at])
        elif kind == "indent":
            lines[at] = " " * draw(st.integers(0, 6)) + lines[at].lstrip()
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "odd":
            where = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:where] + draw(st.sampled_from(_ODD)) + lines[at][where:]
        elif kind == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
    return "\n".join(lines)


@calm
@given(text=slips(TEXTS))
def test_a_pattern_with_slips_is_answered(text: str) -> None:
    _well_answered(checked(text))


@pytest.mark.slow
@settings(calm, max_examples=3000)
@given(text=slips(TEXTS))
def test_thousands_of_slips_are_answered(text: str) -> None:
    _well_answered(checked(text))


@pytest.mark.slow
@settings(calm, max_examples=300)
@given(text=slips(SHIPPED))
def test_the_shipped_protocols_with_slips_are_answered(text: str) -> None:
    _well_answered(checked(text))
