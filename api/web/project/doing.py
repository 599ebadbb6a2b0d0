"""What a task's page adds where the task writes or signs a personal project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from api.http.documents import DocumentView
from api.web.case.rooms import project_of
from api.web.case.seen import look_into
from api.web.desk import Desk
from api.web.project.versions import (
    Version,
    proposed,
    signed_files,
    to_start_from,
    versions,
    writes,
)
from api.web.task.view import Subject


class Doing(msgspec.Struct, frozen=True):
    """`latest`: the version there is, if any; `writes`: the step writes another one; `next`: the
    one that the answers would make; `signs`: the step signs it, with `papers` or somebody's word.
    """

    latest: Version | None
    writes: bool
    next: Version | None
    signs: bool
    papers: tuple[DocumentView, ...]


def doing(desk: Desk, about_it: Subject, answers: Mapping[str, Any], outcome: str) -> Doing | None:
    """None where the task is none of a project's. `outcome`: the one that was chosen, or empty."""
    steps = project_of(about_it.plan)
    step = about_it.task.step
    if step not in steps.steps:
        return None
    seen = look_into(desk, about_it.case)
    found = versions(seen)
    signs = step in steps.signing
    if outcome:
        records = about_it.plan.protocol.steps[step].records
        signs = signs and any(not each.on or outcome in each.on for each in records)
    return Doing(
        found[-1] if found else None,
        writes(seen, step),
        proposed(seen, found, step, answers),
        signs,
        signed_files(seen, about_it.task.key) if signs else (),
    )


def beginning(desk: Desk, about_it: Subject) -> dict[str, Any]:
    """What a form of a project has in it before anybody typed: what the project says already."""
    if about_it.task.step not in project_of(about_it.plan).steps:
        return {}
    return to_start_from(look_into(desk, about_it.case), about_it.task.step)
