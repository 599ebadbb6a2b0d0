"""Formulas in three values (Kleene's strong logic): true, false, unknown yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.language.formula import DONE, OPEN, OUT, WAITING, FormulaError, Mark, parse

T, F, U = Mark(DONE, "yes"), Mark(OUT), Mark(WAITING)
VALUE = {T: True, F: False, U: None}


def value(text: str, **marks: Mark) -> bool | None:
    return parse(text).evaluate(marks)


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, True, True),
        (T, F, False, True),
        (T, U, None, True),
        (F, T, False, True),
        (F, F, False, False),
        (F, U, False, None),
        (U, T, None, True),
        (U, F, False, None),
        (U, U, None, None),
    ],
)
def test_and_and_or_follow_kleene(a: Mark, b: Mark, both: object, either: object) -> None:
    assert value("a and b", a=a, b=b) is both
    assert value("a or b", a=a, b=b) is either


@pytest.mark.parametrize(("a", "negated"), [(T, False), (F, True), (U, None)])
def test_not_leaves_the_unknown_unknown(a: Mark, negated: object) -> None:
    assert value("not a", a=a) is negated


@pytest.mark.parametrize(
    ("mark", "of_yes", "of_step"),
    [
        (Mark(DONE, "yes"), True, True),
        (Mark(DONE, "no"), False, True),
        (Mark(OUT), False, False),
        (Mark(OPEN), None, None),
        (Mark(WAITING), None, None),
    ],
)
def test_an_atom_is_known_once_its_step_is_settled(
    mark: Mark, of_yes: object, of_step: object
) -> None:
    assert value("a.yes", a=mark) is of_yes
    assert value("a", a=mark) is of_step


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((T, T, U), True),
        ((T, U, U), None),
        ((T, F, U), None),
        ((F, F, U), False),
        ((T, F, F), False),
        ((T, T, T), True),
    ],
)
def test_at_least_is_decided_as_soon_as_it_can_be(
    marks: tuple[Mark, Mark, Mark], expected: object
) -> None:
    a, b, c = marks
    assert value("at_least(2, a, b, c)", a=a, b=b, c=c) is expected


def test_settled_waits_for_each_and_never_fails() -> None:
    assert value("settled(a, b)", a=T, b=F) is True
    assert value("settled(a, b)", a=T, b=Mark(OPEN)) is None
    assert value("settled(a, b)", a=F, b=F) is True


def test_and_binds_closer_than_or_and_parentheses_closest() -> None:
    assert value("a or b and c", a=T, b=F, c=F) is True
    assert value("(a or b) and c", a=T, b=F, c=F) is False
    assert value("not a or b", a=T, b=T) is True
    assert value("not (a or b)", a=F, b=T) is False


def test_a_formula_names_the_steps_it_reads_once() -> None:
    formula = parse("a.x and settled(b, c) or not a.y")
    assert formula.steps == ("a", "b", "c")
    assert formula.atoms == (("a", "x"), ("b", None), ("c", None), ("a", "y"))


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "a and", "and a", "a b", "(a", "a)", "a.", ".a", "a..b", "a.1", "1", "A", "a-b",
        "at_least(a, b)", "at_least(3, a, b)", "at_least(0, a)", "at_least(2)", "settled()",
        "settled(a.x)", "not", "a && b", "è", "a\0b", "(" * 200 + "a" + ")" * 200,
        "not " * 2000 + "a",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_message(text: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert str(error.value)


@given(st.text(alphabet="ab.() ,andortleastsetd_2\n", max_size=60))
def test_reading_any_text_gives_a_formula_or_a_formula_error(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaError:
        return
    waiting = {step: Mark(WAITING) for step in formula.steps}
    assert formula.evaluate(waiting) in (True, False, None)


_atoms = st.sampled_from(["a", "b", "c", "a.yes", "b.yes", "settled(a, b)"])
_formulas = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        inner.map(lambda x: f"not ({x})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) and ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) or ({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"at_least(2, {p[0]}, {p[1]}, {p[2]})"),
    ),
    max_leaves=8,
)
_marks = st.sampled_from(
    [Mark(WAITING), Mark(OPEN), Mark(OUT), Mark(DONE, "yes"), Mark(DONE, "no")]
)


@given(_formulas, st.fixed_dictionaries(dict.fromkeys("abc", _marks)), st.data())
def test_what_is_known_stays_so_whatever_settles_later(
    text: str, marks: dict[str, Mark], data: st.DataObject
) -> None:
    """Monotony: why a join waits for what can still happen and for nothing else."""
    formula = parse(text)
    before = formula.evaluate(marks)
    settled = st.sampled_from([Mark(OUT), Mark(DONE, "yes"), Mark(DONE, "no")])
    later = {
        step: data.draw(settled) if mark.status in (WAITING, OPEN) else mark
        for step, mark in marks.items()
    }
    after = formula.evaluate(later)
    assert after is not None
    if before is not None:
        assert after is before
