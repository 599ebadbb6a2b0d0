"""Protocols made by rule, to the size that is asked."""

from __future__ import annotations

from typing import Any

HEAD: dict[str, Any] = {
    "protocol": "made",
    "version": "1.0.0",
    "title": "Fatto a macchina",
    "territory": "adda-martesana",
    "valid_from": "2026-01-01",
    "roles": {
        "municipal_referent": {
            "title": "Referente comunale",
            "held_by": {"organisation": "comune"},
        }
    },
}


def step(after: str | None = None, **more: Any) -> dict[str, Any]:
    """A step of the municipal referent."""
    found: dict[str, Any] = {"title": "Passo", "role": "municipal_referent", **more}
    return {**found, "after": after} if after else found


def parallel(steps: int, abreast: int = 6) -> dict[str, Any]:
    """Phases of `abreast` assessments of two outcomes each, joined, then a choice, a way back and
    a chain; `steps` in all."""
    made: dict[str, Any] = {"start": step()}
    last = "start"
    number = 0
    while len(made) < steps:
        number += 1
        names = [f"assess_{number}_{i}" for i in range(abreast)]
        if len(made) + abreast + 3 > steps:
            made[f"last_{number}_{len(made)}"] = step(last)
            last = f"last_{number}_{len(made) - 1}"
            continue
        for name in names:
            made[name] = step(last, outcomes=["fine", "worrying"])
        worrying = ", ".join(f"{name}.worrying" for name in names)
        made[f"confer_{number}"] = step(
            f"settled({', '.join(names)})",
            outcomes={"admit": None, "again": {"again": names[0], "at_most": 1}},
        )
        made[f"attend_{number}"] = step(f"confer_{number}.admit and at_least(2, {worrying})")
        made[f"go_on_{number}"] = step(f"settled(attend_{number}) and confer_{number}.admit")
        last = f"go_on_{number}"
    return {**HEAD, "steps": made}
