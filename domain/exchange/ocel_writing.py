"""Our log as OCEL 2.0 in JSON: cases, persons, hosts, tasks and actors, and what happened to them.

The specification wants the objects in one list and the events in another. Events are written as
they come; objects wait in a temporary file without a name, so that memory stays small.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any, TextIO

from domain.exchange.told import ToldCase, ToldEvent

# Object type → its attributes.
_TYPES: dict[str, dict[str, str]] = {
    "case": {"protocol": "string", "version": "string", "source": "string", "district": "integer"},
    "person": {},
    "task": {"step": "string"},
    "actor": {},
    "host": {},
}
_SAID = {"transition": "string", "role": "string", "outcome": "string", "kind": "string"}


def write_ocel(cases: Iterable[ToldCase], out: TextIO) -> int:
    """One case after the other; how many."""
    kinds = [{"name": name, "attributes": _attributes(of)} for name, of in _TYPES.items()]
    out.write('{"objectTypes":' + _json(kinds) + ',\n"events":[')
    activities: set[str] = set()
    shared: set[str] = set()
    count = 0
    comma = ""
    with TemporaryFile("w+", encoding="utf-8") as objects:
        for case in cases:
            for thing in _objects(case, shared):
                objects.write(_json(thing) + "\n")
            for event in case.events:
                activities.add(event.activity)
                out.write(comma + "\n" + _json(_event(case, event)))
                comma = ","
            count += 1
        out.write('],\n"eventTypes":')
        out.write(
            _json([{"name": a, "attributes": _attributes(_SAID)} for a in sorted(activities)])
        )
        out.write(',\n"objects":[')
        objects.seek(0)
        comma = ""
        for line in objects:
            out.write(comma + "\n" + line.rstrip("\n"))
            comma = ","
    out.write("]}\n")
    return count


def _objects(case: ToldCase, shared: set[str]) -> Iterator[dict[str, Any]]:
    """The case's own; persons, hosts and actors, who belong to several, only the first time."""
    at = _instant(case.events[0].at) if case.events else _instant(datetime.fromtimestamp(0, UTC))
    values = {
        "protocol": case.protocol,
        "version": case.version,
        "source": case.source,
        "district": case.district,
    }
    person = f"person:{case.person}"
    yield {
        "id": f"case:{case.case}",
        "type": "case",
        "attributes": [{"name": n, "time": at, "value": v} for n, v in values.items()],
        "relationships": [{"objectId": person, "qualifier": "of"}],
    }
    tasks: dict[str, ToldEvent] = {}
    others = {person: "person"}
    for event in case.events:
        if event.task:
            tasks.setdefault(event.task, event)
        if event.actor:
            others[f"actor:{event.actor}"] = "actor"
        others |= {f"host:{host}": "host" for host in event.hosts}
    for name, kind in others.items():
        if name not in shared:
            shared.add(name)
            yield {"id": name, "type": kind, "attributes": [], "relationships": []}
    for task, event in tasks.items():
        yield {
            "id": f"task:{case.case}/{task}",
            "type": "task",
            "attributes": [
                {"name": "step", "time": _instant(event.at), "value": task.partition("#")[0]}
            ],
            "relationships": [{"objectId": f"case:{case.case}", "qualifier": "part of"}],
        }


def _event(case: ToldCase, event: ToldEvent) -> dict[str, Any]:
    said = {
        "transition": event.transition,
        "role": event.role,
        "outcome": event.outcome,
        "kind": event.kind,
    }
    of = [(f"case:{case.case}", "case"), (f"person:{case.person}", "person")]
    if event.task:
        of.append((f"task:{case.case}/{event.task}", "task"))
    if event.actor:
        of.append((f"actor:{event.actor}", "actor"))
    of += [(f"host:{host}", "host") for host in event.hosts]
    return {
        # Several things may be said by one event of our log: the task tells them apart.
        "id": f"event:{case.case}/{event.number}/{event.activity}/{event.task or event.transition}",
        "type": event.activity,
        "time": _instant(event.at),
        "attributes": [{"name": name, "value": value} for name, value in said.items() if value],
        "relationships": [{"objectId": name, "qualifier": how} for name, how in of],
    }


def _attributes(of: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in of.items()]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
