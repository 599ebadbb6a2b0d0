"""Whatever text it is given, the checker answers with findings and never with a traceback."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.checker import Report, check_text
from protocols.engine.plan import Plan
from protocols.territory import default_pack, load_territory
from tests.checker.generated import HEAD
from tests.engine.generated import protocols

TERRITORY = load_territory(default_pack())
# More than any small input needs; far less than two seconds of the engine.
MOST_MOVES = 60_000


def _well_told(report: Report) -> None:
    assert report.moves < MOST_MOVES
    for finding in report.findings:
        assert finding.line >= 1
        assert finding.message.it
        assert finding.message.en
        assert "Traceback" not in finding.message.it


@settings(max_examples=20, deadline=None)
@given(plan=protocols())
def test_any_readable_protocol_is_checked(plan: Plan) -> None:
    _well_told(check_text(plan.text, "random.yaml", TERRITORY))


_WORDS = st.sampled_from(
    [
        "a", "b", "a.x", "a and b", "not a", "b.y or a", "settled(a)", "1 month after a", "10 days",
        "case.minor == true", "a.n > 3", "1 / 0 == 2", "municipal_referent", "month", "go",
        "events.go.count >= 2", "f", None, True, 0, 3, "[", "x", "9999 working days", "same day",
        "has(a.n)", "a.n", "3 days before a.n", "tables.t == 1", "size(a.n) > 2",
        "9999 months",
    ]
)  # fmt: skip
_KEYS = st.sampled_from(
    [
        "after", "when", "during", "starts", "role", "waits_for", "each", "enough", "every", "race",
        "optional", "form", "due", "records", "priority", "signed_by", "one_at_a_time",
    ]
)  # fmt: skip
_OUTCOME = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["again", "at_most", "ends", "result", "when", "resumes", "requires"]),
        _WORDS,
        max_size=2,
    ),
)
_STEP = st.fixed_dictionaries(
    {"title": st.just("Passo"), "role": st.just("municipal_referent")},
    optional={"outcomes": st.dictionaries(st.sampled_from("xyz"), _OUTCOME, min_size=1)},
).flatmap(
    lambda fixed: st.dictionaries(_KEYS, _WORDS, max_size=2).map(lambda more: {**fixed, **more})
)
_EVENT = st.dictionaries(
    st.sampled_from(["opens", "pauses", "completes", "again", "ends", "reopens", "after", "keeps"]),
    st.one_of(_WORDS, st.sampled_from(["clocks", "a.x", "12 months"])),
    max_size=2,
).map(lambda more: {"title": "Evento", "by": "municipal_referent", **more})
_FORMS = {"f": {"title": "M", "fields": {"n": {"type": "integer", "title": "N"}}}}


@settings(max_examples=300, deadline=None)
@given(
    steps=st.dictionaries(st.sampled_from("abcd"), _STEP, min_size=1, max_size=4),
    events=st.dictionaries(st.just("go"), _EVENT, max_size=1),
)
def test_any_mixture_of_words_is_checked(steps: dict[str, Any], events: dict[str, Any]) -> None:
    document = {**HEAD, "forms": _FORMS, "steps": steps, "events": events}
    _well_told(check_text(json.dumps(document), "mixed.yaml", TERRITORY))


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_any_text_is_answered(text: str | bytes) -> None:
    report = check_text(text, "any.yaml", TERRITORY)
    assert not report.publishable
    _well_told(report)
