"""The same sequence as BPMN user tasks, run by SpiffWorkflow in memory."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any

_XML = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             targetNamespace="https://example.org/sequence" id="definitions">
<process id="sequence" isExecutable="true">{nodes}{flows}</process>
</definitions>"""


def spiff_spec(length: int) -> Any:
    """A workflow specification of so many user tasks in a row."""
    from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

    names = ["start", *(f"s{number}" for number in range(length)), "end"]
    nodes = ['<startEvent id="start"/>', '<endEvent id="end"/>']
    nodes += [f'<userTask id="{name}" name="{name}"/>' for name in names[1:-1]]
    flows = [
        f'<sequenceFlow id="to_{after}" sourceRef="{before}" targetRef="{after}"/>'
        for before, after in pairwise(names)
    ]
    parser = BpmnParser()
    text = _XML.format(nodes="".join(nodes), flows="".join(flows))
    parser.add_bpmn_io(BytesIO(text.encode()))
    return parser.get_spec("sequence")


class SpiffCase:
    """One case, from its start to its end."""

    def __init__(self, spec: Any) -> None:
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
        from SpiffWorkflow.util.task import TaskState

        self._ready = TaskState.READY
        self._workflow = BpmnWorkflow(spec)

    def play(self) -> None:
        workflow = self._workflow
        workflow.do_engine_steps()
        while not workflow.is_completed():
            for task in workflow.get_tasks(state=self._ready, manual=True):
                task.run()
            workflow.do_engine_steps()
