"""Who decides something by a datum."""

from __future__ import annotations

from protocols.checker.reads import Reads
from protocols.engine.plan import Plan


def attribute_readers(reads: Reads, within: frozenset[str]) -> dict[str, frozenset[str]]:
    """Attribute of the case → the steps in question that decide something by it."""
    found: dict[str, set[str]] = {}
    for place, _, paths in reads.guards.values():
        if str(place[1]) in within and place[-2:] != ("due", "when"):
            for path in paths:
                if path.startswith(("case.", "given.")):
                    found.setdefault(path, set()).add(str(place[1]))
    return {path: frozenset(who) for path, who in found.items()}


def data_readers(
    plan: Plan, reads: Reads, within: frozenset[str]
) -> dict[tuple[str, str], set[str]]:
    """(step, field) → the steps in question that decide something by it; deadlines do not."""
    found: dict[tuple[str, str], set[str]] = {}
    for place, _, paths in reads.guards.values():
        reader = str(place[1])
        if reader not in within or place[-2:] == ("due", "when"):
            continue
        for path in paths:
            name, _, rest = path.partition(".")
            if name in plan.steps:
                found.setdefault((name, rest.split(".")[0] or "outcome"), set()).add(reader)
    for reader, step in plan.protocol.steps.items():
        if reader in within and step.each and step.each.split(".")[0] in plan.steps:
            name, field = step.each.split(".")[:2]
            found.setdefault((name, field), set()).add(reader)
    return found


def event_fields(plan: Plan, reads: Reads, within: frozenset[str]) -> list[tuple[str, str]]:
    """(event, field) of what case events tell and conditions of steps in question read."""
    found = {
        (event, field)
        for place, _, paths in reads.guards.values()
        if place[1] in within
        for path in paths
        if path.startswith("events.") and path.count(".") > 1
        for event, field in [path.split(".")[1:3]]
        if event in plan.events and field not in ("count", "at")
    }
    return sorted(found)
