"""The checker as a whole: shortest histories, sizes, territory, what it leaves out."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from protocols.checker import Report, check_text
from protocols.checker.sarif import sarif
from protocols.checker.schema import language_schema
from protocols.documents import read_document
from protocols.language.library import Library
from protocols.territory import default_pack, load_territory
from tests.checker.generated import HEAD, parallel, step

HERE = Path(__file__).parent
TERRITORY = load_territory(default_pack())


def checked(document: dict[str, Any], **options: Any) -> Report:
    return check_text(json.dumps(document), "made.yaml", TERRITORY, **options)


def test_forty_steps_with_six_parallel_assessments_are_proved_within_the_budget() -> None:
    report = checked(parallel(40))
    assert report.findings == ()
    assert report.moves < 30_000


def test_two_hundred_steps_are_proved_within_the_budget() -> None:
    document = parallel(200)
    document["steps"]["never"] = step("assess_3_1.fine and assess_3_1.worrying")
    report = checked(document)
    assert [(f.rule, f.step) for f in report.errors] == [("dead-step", "never")]
    assert report.not_explored == ()
    assert report.moves < 30_000


def test_a_fault_deep_in_a_large_protocol_is_found_with_its_history() -> None:
    document = parallel(120)
    outcomes = {"done": {"when": "case.minor == true"}}
    document["steps"]["close"] = step("go_on_4", outcomes=outcomes)
    report = checked(document)
    assert {(f.rule, f.step) for f in report.errors} == {("stuck", "close")}
    assert len(report.errors[0].history) >= 5


def test_what_was_not_tried_is_said() -> None:
    steps = {f"s{i}": step(outcomes=list("xyz")) for i in range(9)}
    steps |= {f"t{i}": step(f"s{i}.x and not s{(i + 1) % 9}.y") for i in range(9)}
    steps["exit"] = step(
        " and ".join(f"not s{i}.z" for i in range(9)),
        outcomes={
            "done": {"when": "events.call.count > 5"},
            "again": {"again": "s0", "at_most": 3},
        },
    )
    events = {"call": {"title": "Chiamata", "by": "municipal_referent"}}
    report = checked({**HEAD, "steps": steps, "events": events})
    assert report.not_explored
    assert all(text.it and text.en for text in report.not_explored)


def test_the_history_is_the_shortest() -> None:
    steps = {
        "a": step(),
        "side": step(),
        "b": step("a", outcomes={"on": None, "redo": {"again": "a", "at_most": 3}}),
        "wait": step("b.on", outcomes={"done": {"when": "case.minor == true"}}),
    }
    report = checked({**HEAD, "steps": steps})
    (stuck,) = report.errors
    # What was supposed of the case, a, b: neither `side` nor a new round is needed.
    assert len(stuck.history) == 3


def test_a_protocol_of_another_territory_is_refused() -> None:
    report = checked({**HEAD, "territory": "altrove", "steps": {"a": step()}})
    assert [f.rule for f in report.errors] == ["territory"]


def test_a_text_that_cannot_be_read_is_a_finding_with_its_line() -> None:
    report = check_text("protocol: x\n\tversion: 1", "tab.yaml", TERRITORY)
    assert [f.rule for f in report.findings] == ["language"]
    assert report.findings[0].line == 2
    assert not report.publishable


def test_the_same_text_gives_the_same_report() -> None:
    assert checked(parallel(60)) == checked(parallel(60))


def test_the_order_of_the_steps_changes_nothing() -> None:
    document = parallel(30)
    document["steps"]["never"] = step("assess_1_1.fine and assess_1_1.worrying")
    names = list(document["steps"])
    random.Random(7).shuffle(names)
    shuffled = {**document, "steps": {name: document["steps"][name] for name in names}}
    one = {(f.rule, f.where) for f in checked(document).findings}
    assert one == {(f.rule, f.where) for f in checked(shuffled).findings}
    assert one


def test_a_role_is_held_only_within_its_dates() -> None:
    early = {**HEAD, "valid_from": "1990-01-01", "steps": {"a": step()}}
    assert [f.rule for f in checked(early).errors] == ["role-not-held"]


def test_sarif_places_each_finding_at_its_line() -> None:
    path = HERE / "broken" / "two_dead_and_loop.yaml"
    report = check_text(path.read_bytes(), path.name, TERRITORY)
    (run,) = sarif([report])["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding.rule
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == finding.line
        assert result["level"] in ("error", "warning")
    flows = [result for result in run["results"] if "codeFlows" in result]
    assert flows


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("path", sorted((HERE / "sound").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_schema_accepts_what_the_loader_accepts(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema_rs")
    validator = jsonschema.validator_for(language_schema())
    data = _plain(read_document(path.read_bytes(), path.name).data)
    assert [error.message for error in validator.iter_errors(data)] == []


def test_the_schema_accepts_the_shipped_protocols_and_refuses_a_misspelt_key() -> None:
    jsonschema = pytest.importorskip("jsonschema_rs")
    validator = jsonschema.validator_for(language_schema())
    for source in Library.of_pack(default_pack()).sources():
        data = _plain(source.document.data)
        assert [error.message for error in validator.iter_errors(data)] == [], source
        first = next(iter(data["steps"].values()))
        first["afterr"] = "x"
        assert not validator.is_valid(data)


def test_the_schema_explains_the_words_of_the_language() -> None:
    steps = language_schema()["$defs"]["Step"]["properties"]
    assert "CEL" in steps["when"]["description"]
