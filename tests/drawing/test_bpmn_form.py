"""The BPMN file: valid, complete, placed, and honest about what it cannot say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator

from protocols.drawing.bpmn import bpmn
from protocols.drawing.layout import lay_out
from protocols.drawing.losses import iso
from protocols.drawing.translate import diagram
from protocols.engine.plan import Plan
from protocols.language.durations import Duration
from protocols.language.load import load_protocol
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.drawing.spiff import Executed
from tests.engine.gwt import protocol

NAMES = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "d": "http://www.omg.org/spec/BPMN/20100524/DI",
    "i": "http://www.omg.org/spec/DD/20100524/DI",
}
MINI = load_protocol(Path(__file__).parents[1] / "engine" / "mini.yaml")
SHIPPED = Registry.load(default_pack()).all()
PLANS = [MINI, *SHIPPED]


def xml_of(plan: Plan) -> etree._Element:
    return etree.fromstring(bpmn(plan)[0].encode())


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.protocol.type_name)
def test_it_is_valid_bpmn_and_an_independent_reader_opens_it(plan: Plan) -> None:
    xml, _ = bpmn(plan)
    BpmnValidator().validate(etree.fromstring(xml.encode()))
    executed = Executed(xml)
    first = [n for n, s in plan.steps.items() if not (s.formula or s.dormant or s.region)]
    assert set(executed.open) <= set(first)
    assert executed.open


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.protocol.type_name)
def test_every_step_is_drawn_once_and_every_shape_and_line_has_a_place(plan: Plan) -> None:
    root = xml_of(plan)
    ids = Counter(root.xpath("//@id"))
    assert [name for name, count in ids.items() if count > 1] == []
    tasks = root.xpath(
        "//b:userTask/@id | //b:serviceTask/@id | //b:receiveTask/@id"
        " | //b:intermediateCatchEvent/@id | //b:subProcess/@id",
        namespaces=NAMES,
    )
    assert set(plan.names) <= set(tasks)
    shapes = set(root.xpath("//d:BPMNShape/@bpmnElement", namespaces=NAMES))
    flows = set(root.xpath("//b:sequenceFlow/@id", namespaces=NAMES))
    assert set(root.xpath("//d:BPMNEdge/@bpmnElement", namespaces=NAMES)) == flows
    nodes = set(root.xpath("//b:process//*[b:incoming or b:outgoing]/@id", namespaces=NAMES))
    assert nodes <= shapes
    for edge in root.xpath("//d:BPMNEdge", namespaces=NAMES):
        assert len(edge.findall("i:waypoint", NAMES)) >= 2


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.protocol.type_name)
def test_flows_stay_within_their_sub_process_and_lanes_hold_what_is_theirs(plan: Plan) -> None:
    drawn = diagram(plan)
    parents = {node.id: node.parent for node in drawn.nodes}
    assert all(parents[flow.source] == parents[flow.target] for flow in drawn.flows)
    layout = lay_out(drawn)
    for node in drawn.nodes:
        box = layout.nodes[node.id]
        outer = layout.nodes[node.parent] if node.parent else layout.lanes[node.lane]
        assert outer.x <= box.x
        assert box.x + box.width <= outer.x + outer.width
        assert outer.y <= box.y
        assert box.y + box.height <= outer.y + outer.height


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.protocol.type_name)
def test_no_two_steps_lie_on_one_another(plan: Plan) -> None:
    drawn = diagram(plan)
    layout = lay_out(drawn)
    steps = [n for n in drawn.nodes if n.kind in ("user", "service", "receive")]
    for i, a in enumerate(steps):
        for b in steps[:i]:
            if a.parent == b.parent:
                one, other = layout.nodes[a.id], layout.nodes[b.id]
                apart = (
                    one.x + one.width <= other.x
                    or other.x + other.width <= one.x
                    or one.y + one.height <= other.y
                    or other.y + other.height <= one.y
                )
                assert apart, (a.id, b.id)


def test_the_same_protocol_gives_the_same_file() -> None:
    assert bpmn(MINI) == bpmn(MINI)
    assert 'name="Short path"' in bpmn(MINI, "en")[0]


def test_constructs_have_their_bpmn_signs() -> None:
    root = xml_of(MINI)

    def one(path: str) -> etree._Element:
        (found,) = root.xpath(path, namespaces=NAMES)
        return found

    many = one("//b:userTask[@id='assess']/b:multiInstanceLoopCharacteristics")
    assert many.findtext("b:loopDataInputRef", namespaces=NAMES) == "team_members"
    assert many.findtext("b:completionCondition", namespaces=NAMES).endswith(">= 2")
    due = one("//b:boundaryEvent[@id='triage.due']")
    assert due.get("cancelActivity") == "false"
    assert due.findtext(".//b:timeDuration", namespaces=NAMES) == "P20D"
    assert one("//b:boundaryEvent[@id='monitor.every']").get("attachedToRef") == "placement"
    assert one("//b:boundaryEvent[@id='placement.host_withdrawal']").get("cancelActivity") == "true"
    assert one("//b:subProcess[@id='event.death']").get("triggeredByEvent") == "true"
    lanes = root.xpath("//b:lane/@name", namespaces=NAMES)
    assert "Referente comunale" in lanes
    assert "Macchina" in lanes


def test_what_bpmn_cannot_say_is_named_at_its_step() -> None:
    _, losses = bpmn(MINI)
    told = {(loss.step, loss.construct) for loss in losses}
    assert {
        ("assess", "quorum"),
        ("assess", "added_later"),
        ("triage", "working_days"),
        ("triage", "ladder"),
        ("crisis", "clocks"),
        ("reentry", "reopening"),
        ("conference", "outcome_limit"),
    } <= told
    assert all(loss.it and loss.en for loss in losses)


@pytest.mark.parametrize(
    ("steps", "loss"),
    [
        ("a: {after: 'x or y'}", "opens_early"),
        ("a: {after: 'at_least(1, x, y)'}", "opens_early"),
        ("a: {after: x, during: y}", "milestone"),
        ("a: {after: x, race: r}\n  b: {title: B, role: worker, after: y, race: r}", "race"),
        ("a: {after: x, optional: true}", "optional"),
        ("a: {after: x, starts: 2 days after x}", ""),
        ("a: {after: x and y}", ""),
        ("a: {after: x, outcomes: {again: {again: x}}}", ""),
        ("a: {after: x, outcomes: {ok: , again: {again: x}}}\n"
         "  b: {title: B, role: worker, after: x}", "new_round"),
    ],
)  # fmt: skip
def test_a_loss_is_told_where_there_is_one_and_only_there(steps: str, loss: str) -> None:
    text = steps.replace("a: {", "a: {title: A, role: worker, ", 1)
    plan = protocol(
        "steps:\n  x: {title: X, role: worker}\n  y: {title: Y, role: worker}\n  " + text + "\n"
    )
    constructs = {each.construct for each in bpmn(plan)[1]}
    assert constructs == ({loss} if loss else set())


def test_an_event_that_takes_a_step_away_interrupts_it() -> None:
    plan = protocol(
        "steps:\n  a: {title: A, role: worker}\n  b: {title: B, role: worker}\n"
        "  c: {title: C, role: worker, after: b and settled(a)}\n"
        "events: {stop: {title: Stop, by: worker, cancels: a}}\n"
    )
    executed = Executed(bpmn(plan)[0])
    executed.complete("b", "done")
    assert executed.open == Counter(a=1)
    executed.happen("stop")
    assert executed.open == Counter(c=1)


def test_a_join_that_a_loop_repeats_asks_for_all_its_tokens_again() -> None:
    plan = protocol(
        "steps:\n  a: {title: A, role: worker}\n  b: {title: B, role: worker, after: a}\n"
        "  c: {title: C, role: worker, after: a}\n"
        "  d: {title: D, role: worker, after: b and c, outcomes: {ok: , bad: {again: a}}}\n"
    )
    kinds = {node.id: node.kind for node in diagram(plan).nodes}
    assert kinds["d.join"] == "parallel"
    assert {f.target for f in diagram(plan).flows if f.back} == {"a"}


def test_lengths_of_time_in_iso_8601() -> None:
    lengths = [Duration(3, "month"), Duration(2, "week"), Duration(0, "day"), Duration(5, "minute")]
    assert [iso(length) for length in lengths] == ["P3M", "P2W", "P0D", "PT5M"]


def test_the_event_of_a_case_interrupts_or_opens_what_it_opens() -> None:
    xml, _ = bpmn(MINI)
    executed = Executed(xml)
    executed.happen("crisis")
    assert executed.open == Counter(triage=1, clinical_return=1)
    executed.complete("clinical_return", "back")
    assert executed.open == Counter(triage=1)
    (crisis, death) = (
        etree.fromstring(xml.encode()).xpath(
            f"//b:subProcess[@id='event.{name}']/b:startEvent", namespaces=NAMES
        )[0]
        for name in ("crisis", "death")
    )
    assert crisis.get("isInterrupting") == "false"
    # Interrupting is what a start event is unless it says otherwise (BPMN 2.0, table 10.86).
    assert death.get("isInterrupting") is None
    assert death.getparent().find(".//b:terminateEventDefinition", NAMES) is not None
