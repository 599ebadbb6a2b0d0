"""A step that uses another protocol, as it is written: names, what is passed, mistakes."""

from __future__ import annotations

import pytest

from protocols.documents import DocumentError
from protocols.language.load import read, read_protocol
from tests.engine.gwt import complete, given, pass_time
from tests.engine.scoped import HEAD, PATH, PLACEMENT, library, path

SMALL = "steps: {one: {title: Uno, role: worker, outcomes: {yes: , no: {ends: failed}}}}"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("uses: smal/1.0.0, outcomes: [completed, failed]", "Forse «small/1.0.0»?"),
        ("uses: small/1.0.0, outcomes: [completed]", "può finire anche così: failed"),
        ("uses: small/1.0.0, outcomes: [completed, failed, faild]", "Forse «failed»?"),
        ("uses: small/1.0.0, role: worker, outcomes: [completed, failed]", "non è un compito"),
        ("uses: small/1.0.0, with: {x: a.b}, outcomes: [completed, failed]", "«x» inesistente"),
        ("uses: placement/1.0.0, outcomes: [completed, hired, interrupted, finished_well]",
         "vuole anche: ends_on"),
        ("uses: small/1.0.0, each: case.people, outcomes: [completed, failed]", "'at_most'"),
        ("uses: small/1.0.0, outcomes: {completed: , failed: {when: 'true'}}", "non lo sceglie"),
        ("uses: path/1.0.0, outcomes: [completed]", "in cerchio"),
        ("role: worker, prefix: x_", "'prefix' vuole anche 'uses'"),
    ],
)  # fmt: skip
def test_a_wrong_use_is_told_with_its_line(step: str, said: str) -> None:
    text = HEAD.format(name="path") + f"steps:\n  it: {{title: X, {step}}}\n"
    known = library(small=SMALL, placement=PLACEMENT).with_text(text, "path/1.0.0.yaml")
    with pytest.raises(DocumentError) as caught:
        read_protocol(text, "path/1.0.0.yaml", known)
    assert any(
        said in problem.message.it and problem.message.en and problem.line == 11
        for problem in caught.value.problems
    ), caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  one: {title: Altro, role: worker}", "«prefix: x_»"),
        ("  other: {title: Altro, role: worker, after: one.yes}", "«one» è dentro «it»"),
        ("  other: {title: Altro, role: worker, when: one.outcome == 'yes'}", "è dentro «it»"),
    ],
)
def test_what_is_inside_keeps_its_names_to_itself(text: str, said: str) -> None:
    steps = "steps:\n  it: {title: X, uses: small/1.0.0, outcomes: [completed, failed]}\n"
    with pytest.raises(DocumentError, match=said):
        path(steps + text, small=SMALL)


def test_a_prefix_keeps_two_uses_apart() -> None:
    plan = path(
        "steps:\n"
        "  it: {title: X, uses: small/1.0.0, outcomes: [completed, failed]}\n"
        "  two: {title: Y, uses: small/1.0.0, prefix: b_, outcomes: [completed, failed]}\n",
        small=SMALL,
    )
    assert given(plan).open == {"one", "b_one"}


def test_what_one_gives_another_may_take() -> None:
    first = """
gives: {until: one.until}
forms: {when: {title: Q, fields: {until: {type: date, title: F}}}}
steps: {one: {title: Uno, role: worker, form: when}}
"""
    second = """
takes: {until: date}
steps: {two: {title: Due, role: worker, starts: 5 days before given.until}}
"""
    plan = path(
        "steps:\n"
        "  b: {title: Y, uses: second/1.0.0, after: a, outcomes: [completed], with: {until: a.until"
        "}}\n"
        "  a: {title: X, uses: first/1.0.0, outcomes: [completed]}\n",
        first=first, second=second,
    )  # fmt: skip
    case = given(plan).did(complete("one", until="2026-09-01"))
    assert str(case.task("two").opens_at)[:10] == "2026-08-26"


def test_protocols_that_use_one_another_do_not_grow_without_end() -> None:
    used = {"a0": SMALL.replace("one", "step")}
    uses = (
        "{{title: X, uses: {0}/1.0.0, each: case.people, at_most: 12, prefix: {1}_, outcomes: {2}}}"
    )
    for level in range(1, 5):
        one = uses.format(f"a{level - 1}", f"p{level}", "[completed, failed]" if level == 1 else
                          "[completed]")  # fmt: skip
        used[f"a{level}"] = f"steps:\n  it{level}: {one}\n"
    with pytest.raises(DocumentError, match="più di 600"):
        path("steps:\n  it: " + uses.format("a4", "p", "[completed]"), **used)


def test_what_is_passed_has_the_type_that_is_taken() -> None:
    wrong = PATH.replace("type: date", "type: text")
    with pytest.raises(DocumentError, match="è di tipo text"):
        path(wrong, placement=PLACEMENT)


def test_what_is_inside_is_told_where_it_was_written() -> None:
    text = HEAD.format(name="path") + PATH
    reading = read(text, "path/1.0.0.yaml", library(placement=PLACEMENT))
    assert reading.document.place(("steps", "work"))[0] == "placement/1.0.0.yaml"
    assert reading.document.place(("steps", "review"))[0] == "path/1.0.0.yaml"
    assert [source.name for source in reading.plan.sources] == [
        "path/1.0.0.yaml", "placement/1.0.0.yaml",
    ]  # fmt: skip


def test_it_also_stands_alone_and_its_case_says_what_it_takes() -> None:
    plan = read_protocol(HEAD.format(name="placement") + PLACEMENT, "placement/1.0.0.yaml")
    case = given(plan, attributes={"ends_on": "2026-09-01"})
    case = case.did(complete("start", "started"), complete("work", "finished"))
    case = case.on("2026-08-28").did(pass_time())
    assert case.open == {"close"}
