"""BPMN 2.0 as XML, with its diagram interchange (OMG formal/2013-12-09, clauses 10 and 12)."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree as ET

from protocols.drawing.graph import Diagram, Flow, Loss, Node
from protocols.drawing.layout import Box, Layout, lay_out
from protocols.drawing.translate import diagram
from protocols.engine.plan import Plan
from protocols.text import Language

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/DD/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMES = {"bpmn": _BPMN, "bpmndi": _BPMNDI, "dc": _DC, "di": _DI, "xsi": _XSI}

_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "escalation": "endEvent",
    "user": "userTask",
    "service": "serviceTask",
    "receive": "receiveTask",
    "script": "scriptTask",
    "exclusive": "exclusiveGateway",
    "inclusive": "inclusiveGateway",
    "parallel": "parallelGateway",
    "event_based": "eventBasedGateway",
    "catch_message": "intermediateCatchEvent",
    "catch_timer": "intermediateCatchEvent",
    "boundary_timer": "boundaryEvent",
    "boundary_message": "boundaryEvent",
    "subprocess": "subProcess",
    "event_subprocess": "subProcess",
}


def bpmn(plan: Plan, language: Language = "it") -> tuple[str, tuple[Loss, ...]]:
    """(the XML text, what it could not say). The same plan gives the same text.

    Expressions are Python's, over one variable for each step: the outcome it was done with, absent
    while it has none; `when_<step>` stands for a guard.
    """
    drawn = diagram(plan, language)
    return _Writer(drawn, lay_out(drawn), plan, language).text(), drawn.losses


def _tag(name: str, space: str = _BPMN) -> str:
    return f"{{{space}}}{name}"


class _Writer:
    def __init__(self, drawn: Diagram, layout: Layout, plan: Plan, language: Language) -> None:
        self.drawn = drawn
        self.layout = layout
        self.plan = plan
        self.language: Language = language
        self.into: dict[str, list[Flow]] = defaultdict(list)
        self.out: dict[str, list[Flow]] = defaultdict(list)
        self.losses: dict[str, list[Loss]] = defaultdict(list)
        for flow in drawn.flows:
            self.into[flow.target].append(flow)
            self.out[flow.source].append(flow)
        for loss in drawn.losses:
            self.losses[loss.step].append(loss)
        self.parents = {node.id: node.parent for node in drawn.nodes}

    def text(self) -> str:
        for prefix, space in _NAMES.items():
            ET.register_namespace(prefix, space)
        root = ET.Element(
            _tag("definitions"),
            {
                "id": "definitions",
                "targetNamespace": f"urn:cantiere:{self.plan.protocol.type_name.replace('/', ':')}",
                "expressionLanguage": "https://docs.python.org/3/reference/expressions.html",
                "exporter": "cantiere",
            },
        )
        messages = [n.message for n in self.drawn.nodes if n.message]
        for event in dict.fromkeys(messages):
            ET.SubElement(root, _tag("message"), {"id": f"message.{event}", "name": event})
        collaboration = ET.SubElement(root, _tag("collaboration"), {"id": "collaboration"})
        ET.SubElement(
            collaboration,
            _tag("participant"),
            {"id": "pool", "name": self.drawn.name, "processRef": self.drawn.id},
        )
        self._process(root)
        self._diagram(root)
        ET.indent(root)
        return ET.tostring(root, "unicode", xml_declaration=False).join(
            ['<?xml version="1.0" encoding="UTF-8"?>\n', "\n"]
        )

    # ── the process ──────────────────────────────────────────────────────────────────────────

    def _process(self, root: ET.Element) -> None:
        process = ET.SubElement(
            root,
            _tag("process"),
            {"id": self.drawn.id, "name": self.drawn.name, "isExecutable": "true"},
        )
        lanes = ET.SubElement(process, _tag("laneSet"), {"id": "lanes"})
        for lane, title in self.drawn.lanes.items():
            element = ET.SubElement(lanes, _tag("lane"), {"id": lane, "name": title})
            for node in self.drawn.nodes:
                if node.lane == lane and not node.parent:
                    ET.SubElement(element, _tag("flowNodeRef")).text = node.id
        self._elements(process, "")

    def _elements(self, element: ET.Element, parent: str) -> None:
        for node in self.drawn.nodes:
            if node.parent == parent:
                self._flow_node(element, node)
        for flow in self.drawn.flows:
            if self.parents[flow.source] == parent:
                self._sequence_flow(element, flow)

    def _flow_node(self, parent: ET.Element, node: Node) -> None:
        element = ET.SubElement(parent, _tag(_TAGS[node.kind]), self._attributes(node))
        notes = [*filter(None, [node.note]), *self._notes(node)]
        if notes:
            ET.SubElement(element, _tag("documentation")).text = "\n".join(notes)
        for flow in self.into[node.id]:
            ET.SubElement(element, _tag("incoming")).text = flow.id
        for flow in self.out[node.id]:
            ET.SubElement(element, _tag("outgoing")).text = flow.id
        if node.collection:
            self._many(element, node)
        if node.script:
            ET.SubElement(element, _tag("script")).text = node.script
        self._event_definition(element, node)
        if node.kind in ("subprocess", "event_subprocess"):
            self._elements(element, node.id)

    def _attributes(self, node: Node) -> dict[str, str]:
        attributes = {"id": node.id}
        if node.name:
            attributes["name"] = node.name
        default = next((flow.id for flow in self.out[node.id] if flow.default), None)
        if default:
            attributes["default"] = default
        if node.on:
            attributes["attachedToRef"] = node.on
            attributes["cancelActivity"] = str(node.interrupting).lower()
        if node.kind == "start" and not node.interrupting:
            attributes["isInterrupting"] = "false"
        if node.kind == "event_subprocess":
            attributes["triggeredByEvent"] = "true"
        if node.kind == "receive":
            attributes["messageRef"] = f"message.{node.message}"
        if node.kind == "script":
            attributes["scriptFormat"] = "text/x-python"
        return attributes

    def _notes(self, node: Node) -> list[str]:
        """What is only written down, beside the step or event that it belongs to."""
        about = node.step or (
            node.id.removeprefix("event.") if node.kind == "event_subprocess" else ""
        )
        return [loss.text.in_(self.language) for loss in self.losses.get(about, ())]

    def _many(self, element: ET.Element, node: Node) -> None:
        many = ET.SubElement(
            element, _tag("multiInstanceLoopCharacteristics"), {"isSequential": "false"}
        )
        ET.SubElement(many, _tag("loopDataInputRef")).text = node.collection
        ET.SubElement(many, _tag("inputDataItem"), {"id": f"{node.id}.member", "name": "member"})
        if node.enough:
            # BPMN 2.0, table 10.30: what the engine counts for an activity of many instances.
            condition = ET.SubElement(many, _tag("completionCondition"))
            condition.text = f"numberOfCompletedInstances >= {node.enough}"

    def _event_definition(self, element: ET.Element, node: Node) -> None:
        if node.kind == "terminate":
            ET.SubElement(element, _tag("terminateEventDefinition"))
        elif node.kind == "escalation":
            ET.SubElement(element, _tag("escalationEventDefinition"))
        elif node.timer:
            timer = ET.SubElement(element, _tag("timerEventDefinition"))
            when = ET.SubElement(
                timer, _tag(node.timer_kind), {f"{{{_XSI}}}type": "bpmn:tFormalExpression"}
            )
            when.text = node.timer
        elif node.message and node.kind != "receive":
            message = ET.SubElement(element, _tag("messageEventDefinition"))
            message.set("messageRef", f"message.{node.message}")

    def _sequence_flow(self, parent: ET.Element, flow: Flow) -> None:
        attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
        if flow.name:
            attributes["name"] = flow.name
        element = ET.SubElement(parent, _tag("sequenceFlow"), attributes)
        if flow.condition:
            expression = ET.SubElement(
                element, _tag("conditionExpression"), {f"{{{_XSI}}}type": "bpmn:tFormalExpression"}
            )
            expression.text = flow.condition

    # ── the drawing ──────────────────────────────────────────────────────────────────────────

    def _diagram(self, root: ET.Element) -> None:
        drawing = ET.SubElement(root, _tag("BPMNDiagram", _BPMNDI), {"id": "diagram"})
        plane = ET.SubElement(
            drawing,
            _tag("BPMNPlane", _BPMNDI),
            {"id": "plane", "bpmnElement": "collaboration"},
        )
        self._shape(plane, "pool", self.layout.pool, {"isHorizontal": "true"})
        for lane, box in self.layout.lanes.items():
            self._shape(plane, lane, box, {"isHorizontal": "true"})
        for node in self.drawn.nodes:
            expanded = node.kind in ("subprocess", "event_subprocess")
            self._shape(
                plane,
                node.id,
                self.layout.nodes[node.id],
                {"isExpanded": "true"} if expanded else {},
            )
        for flow in self.drawn.flows:
            edge = ET.SubElement(
                plane,
                _tag("BPMNEdge", _BPMNDI),
                {"id": f"{flow.id}.edge", "bpmnElement": flow.id},
            )
            for x, y in self.layout.flows[flow.id]:
                ET.SubElement(edge, _tag("waypoint", _DI), {"x": f"{x:g}", "y": f"{y:g}"})

    def _shape(self, plane: ET.Element, id_: str, box: Box, attributes: dict[str, str]) -> None:
        shape = ET.SubElement(
            plane,
            _tag("BPMNShape", _BPMNDI),
            {"id": f"{id_}.shape", "bpmnElement": id_, **attributes},
        )
        bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        ET.SubElement(shape, _tag("Bounds", _DC), {k: f"{v:g}" for k, v in bounds.items()})
