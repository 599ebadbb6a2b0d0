"""An independent reader and runner of BPMN: what a protocol's drawing does when it is executed."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

_ISO = re.compile(r"^(R\d*/)?P(T?\d+[YMWDHS])+$")


class _Absent(dict[str, Any]):
    """A step that has no outcome is not there: it is None."""

    def __missing__(self, key: str) -> Any:
        return None


class _Environment(TaskDataEnvironment):  # type: ignore[misc]
    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        if _ISO.match(expression):
            return expression
        return eval(expression, {}, _Absent({**context, **(external_context or {})}))

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        done = super().execute(script, context, external_context)
        for name in [name for name, value in context.items() if value is None]:
            del context[name]
        return done


class _Engine(PythonScriptEngine):  # type: ignore[misc]
    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        done = task.parent.internal_data.get("merged") if task.parent else None
        counted = {} if done is None else {"numberOfCompletedInstances": len(done)}
        return super().evaluate(task, expression, counted)


class Executed:
    """A process in the middle of its run. `data`: variables that stand when it starts."""

    def __init__(self, xml: str, **data: Any) -> None:
        parser = BpmnParser(validator=BpmnValidator())
        parser.add_bpmn_xml(etree.fromstring(xml.encode()))
        (process,) = parser.get_process_ids()
        spec = parser.get_spec(process)
        subprocesses = parser.get_subprocess_specs(process)
        self.workflow = BpmnWorkflow(spec, subprocesses, script_engine=_Engine(_Environment()))
        self.workflow.data.update(data)
        for task in self.workflow.get_tasks(state=TaskState.READY):
            task.data.update(data)
        self._settle()

    def _settle(self) -> None:
        for _ in range(500):
            self.workflow.refresh_timers()
            ready = [
                t for t in self.workflow.get_tasks(state=TaskState.READY) if not self._by_hand(t)
            ]
            if not ready:
                return
            ready[0].run()
        raise AssertionError("the process does not come to rest")

    @staticmethod
    def _by_hand(task: Any) -> bool:
        kind = type(task.task_spec).__name__
        return kind in ("UserTask", "ServiceTask")

    def _tasks(self) -> list[Any]:
        kinds = ("UserTask", "ServiceTask", "ReceiveTask", "IntermediateCatchEvent")
        return [
            task
            for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING)
            if type(task.task_spec).__name__ in kinds
            and "." not in task.task_spec.name.removesuffix(" [child]")
        ]

    @property
    def open(self) -> Counter[str]:
        """The steps whose task can be done now, and how many tasks each has."""
        return Counter(task.task_spec.name.removesuffix(" [child]") for task in self._tasks())

    @property
    def ended(self) -> bool:
        return bool(self.workflow.completed)

    def complete(self, step: str, outcome: str, **data: Any) -> None:
        task = next(t for t in self._tasks() if t.task_spec.name.removesuffix(" [child]") == step)
        task.data[step] = outcome
        task.data.update(data)
        task.run()
        self._settle()

    def happen(self, event: str) -> None:
        self.workflow.catch(BpmnEvent(MessageEventDefinition(event), {}))
        self._settle()
