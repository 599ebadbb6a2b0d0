"""What is inside a step is known to whoever checks, draws, reads, compares, simulates or lists."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID

from domain.log.recorded import Recorded
from projections.cases.handler import Cases
from projections.indicators.handler import Indicators
from projections.rows import Rows
from projections.timeline.sentences import SENTENCES
from projections.titles import TitlesOf
from protocols.checker.check import check
from protocols.diff.compare import compare
from protocols.drawing.bpmn import bpmn
from protocols.drawing.translate import diagram
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.library import Library
from protocols.language.load import Reading, read
from protocols.reading.page import page
from protocols.registry import Registry
from protocols.simulation.running import simulate
from protocols.territory import default_pack
from tests.drawing.test_bpmn_runs import HARMLESS, run_beside
from tests.engine.gwt import CASE, TERRITORY, complete, given, opened

_HEAD = """\
protocol: {name}
version: 1.0.0
title: {name}
territory: adda-martesana
valid_from: 2021-01-01
"""
_SMALL = """
takes: {until: date}
gives: {hours: second.hours}
roles:
  tutor: {title: Tutor, held_by: {organisation: employment}}
forms:
  hours: {title: Ore, fields: {hours: {type: integer, title: Ore}}}
steps:
  first: {title: Primo, role: tutor, outcomes: {yes: , no: {ends: failed}}}
  second: {title: Secondo, role: tutor, after: first.yes, form: hours, outcomes: {done: {
    result: well}}}
  beside: {title: Accanto, role: tutor}
"""
_PATH = """
roles:
  district_referent: {title: Referente, held_by: {organisation: district}}
forms:
  plan: {title: Piano, fields: {until: {type: date, title: Fino al}}}
steps:
  begin: {title: Inizio, role: district_referent, form: plan, outcomes: {go: , stop: {ends: no}}}
  within:
    title: Dentro
    after: begin.go
    uses: small/1.0.0
    with: {until: begin.until}
    outcomes: {completed: {ends: ran_out}, failed: {again: begin, at_most: 1}, well: }
  last: {title: Ultimo, role: district_referent, after: within.well, outcomes: {done: {ends: fine}}}
  other: {title: Altro, role: district_referent, after: within.failed, outcomes: {done: {
    ends: other}}}
indicators:
  inside: {title: Quanto dura, from: within.opened, to: within.done}
"""


def reading(small: str = _SMALL, outer: str = _PATH) -> Reading:
    library = Library().with_text(_HEAD.format(name="small") + small, "small/1.0.0.yaml")
    return read(_HEAD.format(name="outer") + outer, "outer/1.0.0.yaml", library)


def plan() -> Plan:
    return reading().plan


# ── the checker ──────────────────────────────────────────────────────────────────────────────


def checked(found: Reading) -> list[tuple[str, str, str]]:
    report = check(found.plan, TERRITORY, found.document)
    assert not report.not_explored
    return [(finding.rule, finding.file, finding.where) for finding in report.findings]


def test_a_sound_use_is_not_accused_nor_is_the_used_protocol_alone() -> None:
    assert checked(reading()) == []
    assert (
        checked(read(_HEAD.format(name="small") + _SMALL, "small/1.0.0.yaml"))
        == [
            # Alone, nobody says what follows where it is refused a reason.
        ]
    )


def test_a_fault_inside_is_told_in_the_file_where_it_is() -> None:
    dead = "after: first.yes and first.no, form"
    found = reading(_SMALL.replace("after: first.yes, form", dead))
    assert ("dead-step", "small/1.0.0.yaml", "steps.second") in checked(found)


def test_what_can_never_follow_outside_is_told_outside() -> None:
    found = reading(_SMALL, _PATH.replace("after: within.well", "after: within.well and not begin"))
    assert ("dead-step", "outer/1.0.0.yaml", "steps.last") in checked(found)


def test_data_that_only_some_ends_give_are_missed() -> None:
    outer = _PATH.replace("after: within.failed,", "after: within.failed, when: within.hours > 3,")
    found = reading(_SMALL, outer)
    report = check(found.plan, TERRITORY, found.document)
    (finding,) = [finding for finding in report.findings if finding.rule == "data-not-there"]
    assert "«within.hours»" in finding.message.it, "named as it is written outside"
    assert "«within»" in finding.remedy.it


# ── drawing, reading, comparing ──────────────────────────────────────────────────────────────


def test_the_drawing_has_a_sub_process_that_runs_as_the_engine_does() -> None:
    once = reading(_SMALL, _PATH.replace("{again: begin, at_most: 1}", "")).plan
    xml, losses = bpmn(once)
    assert {loss.construct for loss in losses} <= HARMLESS
    run_beside(once, xml, most=40)
    drawn = {node.step: node for node in diagram(once).nodes if node.step}
    assert drawn["within"].kind == "subprocess"
    assert drawn["first"].parent == "within"
    assert drawn["last"].parent == ""


def test_what_the_drawing_of_a_scope_cannot_say_is_named() -> None:
    assert ("within", "loop_limit") in {(loss.step, loss.construct) for loss in bpmn(plan())[1]}


def test_the_page_lists_the_steps_inside_under_the_step() -> None:
    (section,) = [s for s in page(plan()).sections if s.title == "Passi"]
    titles = [row[0] for row in section.table.rows]
    at = titles.index("Dentro")
    assert titles[at + 1 : at + 4] == ["↳ Primo", "↳ Secondo", "↳ Accanto"]
    assert "small/1.0.0" in section.table.rows[at][1]
    assert "«Dentro» si conclude (failed)" in section.table.rows[at + 1][5]


def test_a_change_inside_is_a_change_of_what_uses_it() -> None:
    other = reading(_SMALL.replace("beside: {title: Accanto", "later: {title: Poi, after: first"))
    difference = compare(plan(), other.plan, TERRITORY)
    assert not compare(plan(), plan(), TERRITORY).changes
    assert {change.kind for change in difference.changes} >= {"step_renamed", "after"}


# ── simulation ───────────────────────────────────────────────────────────────────────────────


def test_it_is_simulated_to_its_ends() -> None:
    figures = simulate(plan(), default_pack(), cases=30, replications=1, seed=3)
    shown = repr(figures)
    assert "second" in shown
    assert "fine" in shown


# ── read models ──────────────────────────────────────────────────────────────────────────────


def history() -> tuple[Plan, list[Recorded]]:
    followed = plan()
    case = given(followed)
    bodies: list[tuple[e.Body, int]] = [(opened(followed), 0)]
    task = case.task("begin")
    bodies.append((e.StepOpened("begin", "begin", 1, task.role, task.scope), 0))
    commands = (
        complete("begin", "go", until="2026-09-01"),
        complete("first", "yes"),
        complete("second", hours=7),
        complete("beside"),
    )
    for day, command in enumerate(commands):
        decided = case.when(command)
        assert decided.refusal is None
        bodies += [(body, day) for body in decided.events]
        case = case.did(command)
    return followed, [
        Recorded(
            position=number, originator_id=CASE, originator_version=number, body=body,
            at=case.now + timedelta(days=day), actor="everybody", command_id=UUID(int=day),
        )
        for number, (body, day) in enumerate(bodies, start=1)
    ]  # fmt: skip


def test_read_models_know_a_scope_and_never_take_it_for_a_task() -> None:
    followed, events = history()
    plans = Registry([followed])
    cases, indicators = Cases(plans, TERRITORY), Indicators(plans, TERRITORY)
    rows, figures = Rows(cases.tables), Rows(indicators.tables)
    for event in events:
        cases.apply(rows, event)
        indicators.apply(figures, event)
    row = rows.get("cases", CASE)
    assert row.open_tasks == ["last"]
    assert row.result == "", "the sub-protocol's result is not the case's"
    assert row.event_count == len(events)
    wait = figures.get("waits", CASE, (1, "inside"))
    assert wait.ended - wait.started == timedelta(days=3)
    titles = TitlesOf(plans, UTC)("outer", "1.0.0")
    told = [SENTENCES[type(event.body)](titles, event.body)[0] for event in events]
    assert "Comincia: «Dentro»" in told
    assert "Si conclude: «Dentro», esito «well»" in told


# ── the territory's own ──────────────────────────────────────────────────────────────────────


def test_every_shipped_protocol_that_uses_another_reads_and_draws() -> None:
    library = Library.of_pack(Path(default_pack()))
    used = [source for source in library.sources() if b"\n    uses:" in source.text]
    for source in used:
        if not source.variant:
            found = read(source.text, source.name, library)
            assert found.plan.scopes
            assert bpmn(found.plan)[0]
