"""A case inside a sub-protocol moves like any other: its steps stay where they are."""

from __future__ import annotations

from protocols.engine.plan import Plan
from protocols.language.library import Library
from protocols.language.load import read_protocol
from tests.engine.gwt import complete, given
from tests.migration.versions import moved, placed

_HEAD = """\
protocol: {name}
version: {version}
title: {name}
territory: adda-martesana
valid_from: 2021-01-01
"""
_INNER = """
roles:
  worker: {title: Chi lavora, held_by: {organisation: comune}}
steps:
  first: {title: Primo, role: worker}
  second: {title: Secondo, role: worker, after: first}
"""
_OUTER = """
roles:
  worker: {title: Chi lavora, held_by: {organisation: comune}}
steps:
  begin: {title: Inizio, role: worker}
  within: {title: Dentro, after: begin, uses: inner/1.0.0, outcomes: [completed]}
  last: {title: Ultimo, role: worker, after: within}
exceptions: {skip: worker, redo: worker, force: worker, correct: worker}
"""


def version(number: str, inner: str = _INNER, outer: str = _OUTER) -> Plan:
    library = Library().with_text(
        _HEAD.format(name="inner", version="1.0.0") + inner, "inner/1.0.0.yaml"
    )
    text = _HEAD.format(name="test", version=number) + outer
    return read_protocol(text, f"test/{number}.yaml", library)


def test_a_case_inside_a_sub_protocol_goes_on_there_and_comes_out_of_it() -> None:
    case = given(version("1.0.0")).did(complete("begin"), complete("first"))
    assert case.open == {"second"}
    after = moved(case, version("2.0.0"))
    assert after.open == {"second"}
    assert after.status("within") == "open"
    assert after.did(complete("second")).open == {"last"}


def test_a_longer_sub_protocol_opens_what_comes_after_and_asks_of_what_came_before() -> None:
    longer = _INNER + "  third: {title: Terzo, role: worker, after: second}\n"
    case = given(version("1.0.0")).did(complete("begin"), complete("first"))
    after = moved(case, version("2.0.0", longer))
    assert after.did(complete("second")).open == {"third"}
    earlier = _INNER + "  zero: {title: Zero, role: worker}\n"
    assert placed(case, version("2.0.0", earlier)).why == ("late:zero",)


def test_where_the_new_version_has_no_sub_protocol_the_open_step_needs_a_decision() -> None:
    flat = _OUTER.replace(
        "after: begin, uses: inner/1.0.0, outcomes: [completed]",
        "role: worker, after: begin, outcomes: [completed]",
    )
    case = given(version("1.0.0")).did(complete("begin"), complete("first"))
    asked = placed(case, version("2.0.0", outer=flat))
    assert set(asked.why) == {"shape:within", "removed:second"}
    decisions = {"shape:within": "reopen", "removed:second": "withdraw"}
    after = moved(case, version("2.0.0", outer=flat), decisions=decisions)
    assert after.open == {"within"}
    assert after.did(complete("within", "completed")).open == {"last"}


_RESULTS = """
roles:
  worker: {title: Chi lavora, held_by: {organisation: comune}}
steps:
  first: {title: Primo, role: worker, outcomes: [done, {stop: {ends: stopped}}]}
  second:
    title: Secondo
    role: worker
    after: first.done
    outcomes: {done: {}, hired: {result: hired}}
  third: {title: Terzo, role: worker, after: second}
""".replace("[done, {stop: {ends: stopped}}]", "{done: {}, stop: {ends: stopped}}")
_FLAT = """
roles:
  worker: {title: Chi lavora, held_by: {organisation: comune}}
steps:
  begin: {title: Inizio, role: worker}
  first: {title: Primo, role: worker, after: begin, outcomes: [done, stop]}
  second: {title: Secondo, role: worker, after: first.done, outcomes: [done, hired]}
  third: {title: Terzo, role: worker, after: second}
  last: {title: Ultimo, role: worker, after: third or first.stop}
exceptions: {skip: worker, redo: worker, force: worker, correct: worker}
"""


def test_steps_that_had_begun_one_by_one_go_on_inside_the_sub_protocol_that_now_has_them() -> None:
    outer = _OUTER.replace("outcomes: [completed]", "outcomes: [completed, hired, stopped]")
    old, new = version("1.0.0", outer=_FLAT), version("2.0.0", _RESULTS, outer)
    case = given(old).did(complete("begin"), complete("first"))
    inside = moved(case, new)
    assert (inside.status("within"), inside.open) == ("open", {"second"})
    hired = moved(case.did(complete("second", "hired")), new)
    assert hired.open == {"third"}
    assert hired.did(complete("third")).state.marks["within"].outcome == "hired"
    done = moved(case.did(complete("second"), complete("third")), new)
    assert (done.state.marks["within"].outcome, done.open) == ("completed", {"last"})
    stopped = moved(given(old).did(complete("begin"), complete("first", "stop")), new)
    assert (stopped.state.marks["within"].outcome, stopped.open) == ("stopped", {"last"})
