"""However a protocol's text is spoilt, it is refused with its mistakes or it can be run."""

from __future__ import annotations

import json

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocols.documents import DocumentError
from protocols.engine.plan import Plan
from protocols.language.load import read_protocol
from tests.engine import gwt
from tests.language.mistakes import MINI

LINES = MINI.splitlines()
WORDS = sorted(set(MINI.replace(":", " ").replace(",", " ").split()))
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def read(text: str | bytes) -> Plan | None:
    try:
        return read_protocol(text, "mini.yaml")
    except DocumentError as error:
        problems = error.problems
    assert problems
    for problem in problems:
        assert problem.file == "mini.yaml"
        assert problem.line >= 1
        assert problem.message.it
        assert problem.message.en
    return None


def runs(plan: Plan) -> None:
    """What was accepted opens a case, and time passes in it."""
    gwt.given(plan).on("2026-09-01").when(gwt.pass_time()).of(gwt.e.StepOpened)


@QUIET
@given(
    line=st.integers(0, len(LINES) - 1),
    start=st.integers(0, 200),
    length=st.integers(0, 12),
    new=st.one_of(
        st.sampled_from(WORDS),
        st.text(max_size=8),
        st.text(alphabet=":{}[],'\"-#&*!|> \t\n", max_size=5),
        st.just(""),
    ),
)
def test_a_piece_of_text_replaced(line: int, start: int, length: int, new: str) -> None:
    lines = list(LINES)
    text = lines[line]
    start = min(start, len(text))
    lines[line] = text[:start] + new + text[start + length :]
    plan = read("\n".join(lines))
    if plan is not None:
        runs(plan)


@QUIET
@given(
    first=st.integers(0, len(LINES) - 1),
    second=st.integers(0, len(LINES) - 1),
    how=st.sampled_from(["drop", "swap", "double", "indent", "outdent"]),
)
def test_lines_moved(first: int, second: int, how: str) -> None:
    lines = list(LINES)
    if how == "drop":
        del lines[min(first, second) : max(first, second)]
    elif how == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    elif how == "double":
        lines.insert(second, lines[first])
    elif how == "indent":
        lines[first] = "  " + lines[first]
    else:
        lines[first] = lines[first].removeprefix("  ")
    plan = read("\n".join(lines))
    if plan is not None:
        runs(plan)


DOCUMENT = yaml.safe_load(MINI)
DOCUMENT["valid_from"] = "2021-01-01"


def _places(node: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [path] if path else []
    children: list[tuple[object, object]] = []
    if isinstance(node, dict):
        children = [*node.items()]
    elif isinstance(node, list):
        children = [*enumerate(node)]
    for key, child in children:
        found += _places(child, (*path, key))
    return found


PLACES = _places(DOCUMENT)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(WORDS),
    st.sampled_from(
        ["0 days", "9999 years", "9999 working days", "triage", "triage.simple", "team.members",
         "1 day after triage", "1 day before case.referred_on", "not triage", "1 / 0 == 1",
         "settled(triage)", "clocks", "case.source", "date", "list"]
    ),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.dictionaries(st.sampled_from(WORDS), st.sampled_from(WORDS), max_size=3),
)  # fmt: skip


@QUIET
@given(st.lists(st.tuples(st.sampled_from(PLACES), _VALUES), min_size=1, max_size=3))
def test_values_replaced(changes: list[tuple[tuple[object, ...], object]]) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    for path, value in changes:
        node = document
        for key in path[:-1]:
            assume(isinstance(node, list) or (isinstance(node, dict) and key in node))
            assume(not isinstance(node, list) or (isinstance(key, int) and key < len(node)))
            node = node[key]  # type: ignore[index]
        assume(isinstance(node, dict))
        node[path[-1]] = value
    plan = read(json.dumps(document))
    if plan is not None:
        runs(plan)


@QUIET
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_anything_at_all(text: str | bytes) -> None:
    assert read(text) is None
