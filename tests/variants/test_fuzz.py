"""Whatever a variant says, it is read or refused in words; and no order of variants matters."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.checker.together import check_together
from protocols.documents import DocumentError, Problem, read_document
from protocols.language.library import Library, Source
from protocols.language.load import compose
from protocols.language.overlay import conflicts, difference, merged
from protocols.language.variants import read_head
from protocols.territory import default_pack, load_territory
from tests.variants.writing import BASE, library

TERRITORY = load_territory(default_pack())
STEPS = ["triage", "team", "letter", "plan"]
HEAD = {
    "protocol": "mini", "version": "1.0.0", "of": "1.0.0", "title": "X",
    "valid_from": "2021-01-01", "applies_to": {"violence": True},
}  # fmt: skip
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 3, "x", "triage", "10 days", "done", []]
)
DUE = st.sampled_from(["5 days", {"within": "5 days"}, {"remind": "1 day before due"}, {}])
OUTCOMES = st.sampled_from(
    [["done", "other"], {"done": None}, {"other": {"ends": "over"}}, {"done": {"ends": "x"}}]
)
STEP = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["A", {"it": "B"}]),
        "after": st.sampled_from(["triage", "team", "triage.done"]),
        "role": st.sampled_from(["municipal_referent", "nobody"]),
        "due": DUE,
        "outcomes": OUTCOMES,
    },
)
SENSIBLE = st.fixed_dictionaries(
    {"steps": st.dictionaries(st.sampled_from(STEPS), STEP, min_size=1, max_size=3)},
    optional={
        "removes": st.lists(
            st.sampled_from(["steps.letter", "steps.team", "steps.triage.due"]), max_size=2
        )
    },
)
ANY: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["steps", "triage", "due", "outcomes", "title", "form", "x"]), inner
        )
    ),
    max_leaves=12,
)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def written(name: str, body: dict[str, Any]) -> str:
    return json.dumps({**HEAD, "variant": name, **body})


@QUICK
@given(st.dictionaries(st.sampled_from(["steps", "forms", "events", "removes", "of", "x"]), ANY))
def test_any_variant_is_read_or_refused_in_words(body: dict[str, Any]) -> None:
    reports = check_together(written("any", body), "own.yaml", TERRITORY, library(base=BASE))
    for finding in (f for report in reports for f in report.findings):
        assert finding.line >= 1
        assert finding.message.it
        assert finding.message.en
        assert finding.file in ("own.yaml", "base.yaml")


@QUICK
@given(SENSIBLE, SENSIBLE, SENSIBLE)
def test_no_order_of_variants_matters_where_they_do_not_conflict(
    first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]
) -> None:
    base = read_document(BASE, "base.yaml")
    documents = [
        read_document(written(name, body), name)
        for name, body in zip("abc", (first, second, third), strict=True)
    ]
    differences = [difference(document, read_head(document)) for document in documents]
    backwards = differences[::-1]
    assert bool(conflicts(differences)) == bool(conflicts(backwards))
    if not conflicts(differences):
        assert merged(base, differences)[0].data == merged(base, backwards)[0].data
        # One after the other gives the same as all at once.
        step = base
        for each in differences:
            step = merged(step, [each])[0]
        assert step.data == merged(base, differences)[0].data


@QUICK
@given(SENSIBLE)
def test_what_a_variant_writes_is_told_in_its_file(body: dict[str, Any]) -> None:
    source = Source(written("any", body), "own.yaml")
    base = Source(BASE, "base.yaml")
    problems: tuple[Problem, ...] = ()
    try:
        reading = compose(base, [source], Library([base, source]))
    except DocumentError as error:
        problems = error.problems
    assert {problem.file for problem in problems} <= {"own.yaml", "base.yaml"}
    if problems:
        return
    for name, step in body["steps"].items():
        for key in step:
            assert reading.document.place(("steps", name, key))[0] == "own.yaml"
    assert reading.document.place(("steps", "team", "after"))[0] in ("base.yaml", "own.yaml")
