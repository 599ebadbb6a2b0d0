"""A personal project as the case has it: version by version, what was written, what it changed, and
how it was signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from api.http.documents import DocumentView, documents_of
from api.web.case.rooms import Project, project_of
from api.web.case.seen import Seen
from api.web.forms.choices import Choices, choices_of
from api.web.forms.told import Told, told, withheld_category
from api.web.project.difference import Change, difference
from api.web.task.known import outcome_title
from domain.log.recorded import Recorded
from protocols import facts
from protocols.engine import events as e
from protocols.language.forms import FormField
from protocols.language.sums import totals
from protocols.territory import staff_name
from protocols.text import Text

# What is said of a signature is not part of what is signed.
SIGNED_ON = "signed_on"


class Signature(msgspec.Struct, frozen=True):
    """`on`: the day on the paper; `by`: names of those who confirmed it, at `at`; `documents`: the
    signed files that go with it, none where somebody's word is all there is."""

    on: date
    by: tuple[str, ...]
    at: datetime
    documents: tuple[DocumentView, ...]


class Version(msgspec.Struct, frozen=True):
    """`number` from 1; `data`: what the whole project says since then, as the reader may see it, by
    question (`fields`); `remarks`: what was said of this version alone; `changes`: against the one
    before; `not_signed`: how its signing ended, if not with a signature."""

    number: int
    step: str
    title: Text
    by: str
    at: datetime
    fields: Mapping[str, FormField]
    data: Mapping[str, Any]
    answers: tuple[Told, ...]
    remarks: tuple[Told, ...]
    changes: tuple[Change, ...]
    signature: Signature | None = None
    not_signed: Text | None = None


def versions(seen: Seen) -> tuple[Version, ...]:
    """The oldest first; none before anything was written."""
    steps = project_of(seen.plan)
    said = _choices(seen, steps)
    papers = _papers(seen) if seen.data else {}
    found: list[Version] = []
    done_before: dict[str, datetime] = {}
    for index, event in enumerate(seen.history):
        body = event.body
        if not isinstance(body, e.StepCompleted) or body.step not in steps.steps:
            continue
        before = found[-1] if found else None
        version = _version(
            seen, steps, said, before, body.step, _answers(seen, index),
            _name(seen, event.actor), event.at,
        )  # fmt: skip
        if version is not None:
            found.append(version)
        if found and body.step in steps.signing:
            since = done_before.get(body.task, _EVER)
            files = tuple(each for each in papers.get(body.task, ()) if each.at > since)
            found[-1] = _signed(seen, found[-1], index, files)
            done_before[body.task] = event.at
    return tuple(found)


def _signed(seen: Seen, version: Version, index: int, files: tuple[DocumentView, ...]) -> Version:
    """With how the completed step at `index` ended its signing; `files`: those of the task since
    it was last done."""
    event = seen.history[index]
    body: Any = event.body
    signed = _fact_of(seen.history, index)
    if signed is None:
        outcome = outcome_title(seen.plan, body.step, body.outcome)
        return msgspec.structs.replace(version, not_signed=outcome or version.title)
    if _done_again(seen.history, index):
        # What is attached later goes with the latest signature.
        files = tuple(each for each in files if each.at <= event.at)
    by = tuple(_name(seen, one) for one in body.signed or (event.actor,))
    signature = Signature(signed.signed_on, by, event.at, files)
    return msgspec.structs.replace(version, signature=signature, not_signed=None)


_EVER = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


def proposed(
    seen: Seen, found: tuple[Version, ...], step: str, answers: Mapping[str, Any]
) -> Version | None:
    """The version that these answers to a step's form would make after those there are; None where
    they write nothing of it."""
    steps = project_of(seen.plan)
    before = found[-1] if found else None
    said = _choices(seen, steps)
    form = seen.screen.form_of(step)
    whole = {**answers, **totals(form.fields, answers)} if form else answers
    return _version(seen, steps, said, before, step, whole, seen.desk.name, seen.at)


def writes(seen: Seen, step: str) -> bool:
    """Whether a step's form asks for something of the project, not only for its signature."""
    form = seen.screen.form_of(step)
    return form is not None and _content(form.fields)


def signed_files(seen: Seen, task: str) -> tuple[DocumentView, ...]:
    """Those that go with a task that is open: attached since it was last done."""
    done = [
        event.at
        for event in seen.history
        if isinstance(event.body, e.StepCompleted) and event.body.task == task
    ]
    since = done[-1] if done else _EVER
    return tuple(each for each in _papers(seen).get(task, ()) if each.at > since)


def to_start_from(seen: Seen, step: str) -> dict[str, Any]:
    """What the project says already of what a step's form asks, for whoever writes it anew."""
    form = seen.screen.form_of(step)
    if form is None or step not in project_of(seen.plan).steps:
        return {}
    found = versions(seen)
    if not found:
        return {}
    latest = found[-1]
    return {
        name: latest.data[name]
        for name, field in form.fields.items()
        if name in latest.data
        and latest.fields[name].type == field.type
        and not withheld_category(latest.data[name])
    }


def _version(
    seen: Seen,
    steps: Project,
    said: Choices,
    before: Version | None,
    step: str,
    answers: Mapping[str, Any],
    by: str,
    at: datetime,
) -> Version | None:
    form = seen.screen.form_of(step)
    if form is None or not _content(answers):
        return None
    fields = _fields(steps, step, before, form.fields)
    data = _merged(steps, step, before, fields, answers)
    own = {name: form.fields[name] for name in form.fields if name not in fields}
    own.pop(SIGNED_ON, None)
    return Version(
        before.number + 1 if before else 1,
        step,
        seen.plan.protocol.steps[step].title,
        by,
        at,
        fields,
        data,
        told(fields, data, said),
        told(own, {name: answers[name] for name in own if name in answers}, said),
        difference(fields, before.data, data, said) if before else (),
    )


def _choices(seen: Seen, steps: Project) -> Choices:
    """For all forms of a project at once: however many versions, they are asked for once."""
    forms = {step: seen.screen.form_of(step) for step in steps.steps}
    fields = {
        f"{step}.{name}": field
        for step, form in forms.items()
        if form is not None
        for name, field in form.fields.items()
    }
    return choices_of(seen.desk, fields, seen.case)


def _answers(seen: Seen, index: int) -> dict[str, Any]:
    """Of a completed step, with what was corrected of it until it was done again."""
    event = seen.history[index]
    body: Any = event.body
    found = _shown(seen, event)
    for later in seen.history[index + 1 :]:
        other = later.body
        if isinstance(other, e.StepCompleted) and other.task == body.task:
            break
        if isinstance(other, e.DataCorrected) and other.step == body.step:
            found |= _shown(seen, later)
    return found


def _shown(seen: Seen, event: Recorded) -> dict[str, Any]:
    shown = seen.body(event)
    return {**(shown.get("data") or {}), **(shown.get("personal") or {})}


def _content(answers: Mapping[str, Any]) -> bool:
    return bool(set(answers) - {SIGNED_ON, "outcome"})


def _fields(
    steps: Project, step: str, before: Version | None, own: Mapping[str, FormField]
) -> dict[str, FormField]:
    """The questions of the version that a step writes. Who amends a project answers some of those
    that it has; what else an amendment says is said of it alone."""
    known = dict(before.fields) if before else {}
    if before and step in steps.amending:
        return known
    own = {name: field for name, field in own.items() if name != SIGNED_ON}
    return {**own, **{name: field for name, field in known.items() if name not in own}}


def _merged(
    steps: Project,
    step: str,
    before: Version | None,
    fields: Mapping[str, FormField],
    answers: Mapping[str, Any],
) -> dict[str, Any]:
    """Who writes a project anew says all of it; who amends one, what changes."""
    kept = dict(before.data) if before and step not in steps.composing else {}
    return {**kept, **{name: answers[name] for name in fields if answers.get(name) is not None}}


def _fact_of(history: list[Recorded], index: int) -> facts.ProjectSigned | None:
    """What the completion at `index` established: in the same command as it."""
    done = history[index]
    for event in history[index + 1 :]:
        if event.command_id != done.command_id:
            return None
        if isinstance(event.body, facts.ProjectSigned):
            return event.body
    return None


def _done_again(history: list[Recorded], index: int) -> bool:
    done: Any = history[index].body
    later = (event.body for event in history[index + 1 :])
    return any(isinstance(body, e.StepCompleted) and body.task == done.task for body in later)


def _papers(seen: Seen) -> dict[str, tuple[DocumentView, ...]]:
    """By task, the documents that stand."""
    found: dict[str, tuple[DocumentView, ...]] = {}
    for each in documents_of(seen.desk.door, seen.sight, seen.case).documents:
        if each.state == "attached" and each.task:
            found[each.task] = (*found.get(each.task, ()), each)
    return found


def _name(seen: Seen, person: str) -> str:
    return staff_name(seen.desk.door.service.territory, person)


def version_numbered(found: tuple[Version, ...], number: int) -> Version | None:
    """The latest for 0; None where there is none of that number."""
    if number == 0:
        return found[-1] if found else None
    return next((each for each in found if each.number == number), None)
