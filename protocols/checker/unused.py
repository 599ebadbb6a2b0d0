"""What a protocol defines and never uses."""

from __future__ import annotations

from protocols.checker.report import Notes
from protocols.engine.plan import Plan
from protocols.text import Text


def check_unused(plan: Plan, notes: Notes) -> None:
    """Forms and stages that nothing uses."""
    protocol = plan.protocol
    used = {
        "forms": {
            *(step.form for step in protocol.steps.values()),
            *(event.form for event in protocol.events.values()),
        },
        "stages": {step.stage for step in protocol.steps.values()},
    }
    for section, names in used.items():
        for name in getattr(protocol, section):
            if name not in names:
                notes.add(
                    "unused", (section, name),
                    Text(f"«{name}» non serve a nulla.", f"“{name}” is not used."),
                    Text("Toglierlo o usarlo.", "Remove it or use it."), severity="warning",
                )  # fmt: skip
