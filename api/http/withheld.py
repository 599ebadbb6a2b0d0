"""What a reader sees of recorded data: each field, or the category of what is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from api.http.access import Origin, Reader, Sight, may_read_field, may_read_place, scope_shown
from api.http.followed import Followed
from api.http.looks import Looks
from domain.case.events import NoteWritten
from domain.documents.events import DocumentAttached
from domain.log.recorded import Recorded
from domain.vault.events import PersonalReader
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.forms import Form, FormField


def withheld(category: str) -> dict[str, str]:
    """What stands in the place of a value."""
    return {"withheld": category}


# Bodies that say in which scope a task is to be done.
_PLACED = (e.StepOpened, e.Escalated, e.ClocksResumed, e.Migrated, e.MigrationReverted)


class Screen:
    """One reader before one case. `before`: the texts that it has followed; a field that any of
    them asked for may be read only by whoever may read it by each. `personal` opens what may be
    read; without it what is personal stays sealed. `looks` is told the categories of what is
    shown and withheld."""

    def __init__(
        self,
        reader: Reader,
        sight: Sight,
        plan: Plan,
        before: Followed | None = None,
        personal: PersonalReader | None = None,
        looks: Looks | None = None,
    ) -> None:
        self.reader = reader
        self.sight = sight
        self.plan = plan
        self._followed = before or Followed([])
        self.personal = personal
        self._looks = looks
        # The same few questions come with every field of a history.
        self._answers_known: dict[tuple[str, bool, Origin | None], bool] = {}

    def may(self, category: str, personal: bool, origin: Origin | None) -> bool:
        asked = (category, personal, origin)
        known = self._answers_known.get(asked)
        if known is None:
            known = may_read_field(self.reader, self.sight, category, personal, origin)
            self._answers_known[asked] = known
        return known

    def form_of(self, step: str) -> Form | None:
        """The form of a step or of a case event."""
        protocol = self.plan.protocol
        part = protocol.steps.get(step) or protocol.events.get(step)
        return protocol.forms.get(part.form) if part is not None and part.form else None

    def data(
        self, step: str, data: Mapping[str, Any], origin: Origin | None, *, personal: bool = False
    ) -> dict[str, Any]:
        """The fields of a step's data, those that may not be read replaced. What no form asks for
        (an automation's result) counts as social."""
        form = self.form_of(step)
        shown: dict[str, Any] = {}
        for name, value in data.items():
            fields: list[FormField | None] = list(self._followed.fields(step, name))
            if form and name in form.fields:
                fields.append(form.fields[name])
            shown[name] = self._field(name, value, fields or [None], origin, personal)
        return shown

    def _field(
        self,
        name: str,
        value: Any,
        fields: list[FormField | None],
        origin: Origin | None,
        personal: bool,
    ) -> Any:
        if name == "outcome":
            return value
        asked = [(f.category, f.personal) if f else ("social", False) for f in fields]
        hidden = [c for c, secret in asked if not self.may(c, personal or secret, origin)]
        self._saw([hidden[-1]] if hidden else [c for c, _ in asked], not hidden)
        return withheld(hidden[-1]) if hidden else value

    def _saw(self, categories: Iterable[str], may: bool) -> None:
        if self._looks is not None:
            for category in categories:
                self._looks.saw(category, may)

    def body(self, event: Recorded, origin: Origin) -> dict[str, Any]:
        """The body of an event of the case, as the reader may see it."""
        body = event.body
        shown: dict[str, Any] = msgspec.to_builtins(body, str_keys=True)
        if isinstance(body, (e.StepCompleted, e.StepSigned, e.DataCorrected)):
            shown |= self._answers(body.step, event, origin)
        elif isinstance(body, e.CaseEventHappened):
            shown |= self._answers(body.event, event, origin)
        elif isinstance(body, NoteWritten):
            shown["personal"] = self.note(event, body, origin)
        elif isinstance(body, DocumentAttached):
            shown["personal"] = self.document(event, body, origin)
        shown |= self._typed(event, origin)
        if "comune" in shown:
            may = may_read_place(self.reader, self.sight)
            if self.sight.sealed or not may:
                self._saw(["identity"], may)
            if not may:
                shown["comune"] = withheld("identity")
        if isinstance(body, _PLACED):
            self._places(shown)
        return shown

    def note(self, event: Recorded, body: NoteWritten, origin: Origin) -> dict[str, Any]:
        """The words: for whoever may read such data of the case, and those between whom they
        passed."""
        between = {body.by, body.to}
        if self.reader.id in between or between & self.reader.scopes:
            # As whoever wrote it: what is only stored they do not see either.
            origin = Origin(origin.role, origin.scope, self.reader.id)
        may = self.may(body.category, True, origin)
        self._saw([body.category], may)
        if not may:
            return {name: withheld(body.category) for name in body.personal}
        return self.personal.opened(event) if self.personal else body.personal

    def document(self, event: Recorded, body: DocumentAttached, origin: Origin) -> dict[str, Any]:
        """What is personal of a document, for whoever may read its content."""
        may = self.may(body.category, True, origin)
        self._saw([body.category], may)
        if not may:
            return {name: withheld(body.category) for name in body.personal}
        return self.personal.opened(event) if self.personal else body.personal

    def _typed(self, event: Recorded, origin: Origin) -> dict[str, Any]:
        """What somebody wrote of the case in their own words: personal, and social."""
        written = [name for name in event.body.typed if getattr(event.body, name)]
        if not written:
            return {}
        may = self.may("social", True, origin)
        self._saw(["social"], may)
        if not may:
            return dict.fromkeys(written, withheld("social"))
        reader = self.personal
        return {name: reader.typed(event, name) for name in written} if reader else {}

    def _places(self, part: Any) -> None:
        """Mask the scopes in a part of a body, in place."""
        if isinstance(part, (list, tuple)):
            for item in part:
                self._places(item)
        elif isinstance(part, dict):
            if "scope" in part:
                part["scope"] = scope_shown(self.reader, self.sight, part["scope"])
            for inner in part.values():
                self._places(inner)

    def _answers(self, step: str, event: Recorded, origin: Origin) -> dict[str, Any]:
        body, shown = event.body, dict[str, Any]()
        if body.data:
            shown["data"] = self.data(step, body.data, origin)
        if body.personal:
            allowed = self.data(step, body.personal, origin, personal=True)
            # What is withheld stays sealed: only what may be read is opened.
            shown["personal"] = {
                name: self.personal.open(event, name, value) if self.personal else value
                for name, value in allowed.items()
            }
        return shown


def origins(history: list[Recorded]) -> dict[int, Origin]:
    """By version, who recorded each event: the task's role and scope, or the role acted in where
    there is no task, and the person."""
    tasks: dict[str, tuple[str, str]] = {}
    found: dict[int, Origin] = {}
    for event in history:
        body = event.body
        if isinstance(body, e.StepOpened):
            tasks[body.task] = (body.role, body.scope)
        elif isinstance(body, (e.Migrated, e.MigrationReverted)):
            tasks |= {task.key: (task.role, task.scope) for task in body.tasks}
        role, scope = event.role or "", ""
        if isinstance(body, (e.StepCompleted, e.StepSigned)):
            role, scope = tasks.get(body.task, (role, ""))
        elif isinstance(body, e.DataCorrected):
            key = f"{body.step}#{body.instance}" if body.instance else body.step
            role, scope = tasks.get(key, (role, ""))
        found[event.originator_version] = Origin(role, scope, event.actor)
    return found


def origin_of_step(history: list[Recorded]) -> dict[str, Origin]:
    """By step or case event, who recorded its latest data."""
    by_version = origins(history)
    latest: dict[str, Origin] = {}
    before = latest
    for event in history:
        if isinstance(event.body, e.StepCompleted):
            latest[event.body.step] = by_version[event.originator_version]
        elif isinstance(event.body, e.CaseEventHappened):
            latest[event.body.event] = by_version[event.originator_version]
        elif isinstance(event.body, e.Migrated):
            renamed = {**event.body.events, **event.body.steps}
            before, latest = latest, {renamed.get(name, name): o for name, o in latest.items()}
        elif isinstance(event.body, e.MigrationReverted):
            latest = before
    return latest
