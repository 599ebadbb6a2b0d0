"""Stories told on the test's own installation: no Temporal, and the moments that matter clicked.

`Machine` does at once what a case's workflow would do at its time (the workflows have their own
tests, on a real server). `tell` runs a story's script as the demo does, through the API; the acts
that a test names are handed to it, to be done on the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from playwright.sync_api import Page, expect

from api.demo.desk import ApiRefused
from api.demo.stories import STORIES
from api.demo.story import Story, StoryError
from domain.clock import MovableClock
from domain.service import CaseService
from workflows.activities import CaseActivities
from workflows.automations import REGISTRY
from workflows.wire import AutomationCall, Look


class Act:
    """What `person` does in a story: complete the task `key`, or report the event `key`; `data` is
    what the form is filled with."""

    def __init__(self, story: Story, person: str, key: str, body: dict[str, Any]) -> None:
        self.story, self.person, self.key = story, person, key
        self.data: dict[str, Any] = body["data"]
        self.outcome: str = body.get("outcome", "")
        self.case = f"/casi/{story.case}"
        self.task = f"/attivita/{story.case}/{quote(key, safe='')}"

    def fill(self, page: Page, **other: Any) -> None:
        """The form that is open; `other` data than the story's."""
        for name, value in {**self.data, **other}.items():
            for number, each in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(each, dict):
                    _put_row(page, f"{name}[{number}]", each)
                else:
                    _put(page, name, each)
        outcome = page.locator(f'input[type=radio][name=_esito][value="{self.outcome}"]')
        if self.outcome and outcome.count():
            outcome.check()

    def review(self, page: Page) -> None:
        page.get_by_role("button", name="Controlla e conferma").last.click()

    def complete(self, page: Page) -> None:
        """The whole task: form, last look, confirmation."""
        page.goto(self.task)
        self.fill(page)
        self.review(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Ultimo sguardo")
        page.get_by_role("button", name="Conferma e registra").click()
        expect(page.get_by_text("Registrato.")).to_be_visible()

    def report(self, page: Page, title: str) -> None:
        """The event, from the case's page, which is shown again."""
        page.goto(self.case)
        page.get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        self.fill(page)
        page.get_by_role("button", name="Registra").last.click()
        page.wait_for_url(f"**{self.case}*")

    def refused(self, code: str) -> StoryError:
        """To be raised by a scene that saw the page say no, for a script that expects it."""
        error = StoryError(f"{self.key}: {code}")
        error.__cause__ = ApiRefused(409, {"type": f"urn:{code}"})
        return error


Scene = Callable[[Act], None]


def _put_row(page: Page, path: str, row: dict[str, Any]) -> None:
    if not page.locator(f'[name^="{path}."]').count():
        page.locator(f'button[name="_aggiungi"][value="{path.partition("[")[0]}"]').click()
    for name, value in row.items():
        _put(page, f"{path}.{name}", value)


def _put(page: Page, name: str, value: Any) -> None:
    written = str(value).lower() if isinstance(value, bool) else str(value)
    marks = page.locator(f'input[name="{name}"][value="{written}"]')
    if marks.count() and marks.first.get_attribute("type") in ("radio", "checkbox"):
        marks.first.check()
        return
    field = page.locator(f'[name="{name}"]')
    if field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(written)
    else:
        field.fill(written.replace(".", ",") if isinstance(value, float) else written)


class Machine:
    """The hands and the clock of a case's workflow."""

    def __init__(self, service: CaseService) -> None:
        assert isinstance(service.clock, MovableClock)
        self._clock = service.clock
        activities = CaseActivities(service)
        self._automations = dict(zip(REGISTRY, activities.all()[3:], strict=True))
        self._pass_time = activities.pass_time

    def settle(self, case: str) -> datetime | None:
        """Do all that is due by now. When something will be next; None: nothing is to come."""
        while True:
            agenda = msgspec.convert(self._pass_time(case), Look).agenda
            if not agenda.automations:
                return agenda.next_at
            for due in agenda.automations:
                call = AutomationCall(case, agenda.episode, due.task, due.round)
                self._automations[due.automation](msgspec.to_builtins(call))

    def advance(self, case: str, to: datetime) -> None:
        """Move the clock, stopping wherever the case has something due."""
        while (due := self.settle(case)) is not None and due <= to:
            self._clock.advance_to(max(due, self._clock.now()))
        if to > self._clock.now():
            self._clock.advance_to(to)
        self.settle(case)


class _Told(Exception):
    """The last scene has been played."""


class _Acted(Story):
    """Hands each act that has a scene to it."""

    scenes: dict[str, Scene]
    times: dict[str, int]

    def _write(self, person: str, step: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        name = step.partition("#")[0].rpartition("/")[2]
        self.times[name] = self.times.get(name, 0) + 1
        scene = self.scenes.pop(f"{name}:{self.times[name]}", None) or self.scenes.pop(name, None)
        if scene is None:
            return super()._write(person, step, path, body)
        self.last_step = step
        scene(Act(self, person, step, body))
        if not self.scenes:
            raise _Told
        return {}


def tell(
    name: str, installation: Any, hosts: Mapping[str, str], scenes: Mapping[str, Scene]
) -> Story:
    """The story as far as its last scene. `scenes` by the name of the step or event, which may be
    followed by the time it is met: `triage:2`."""
    story = _Acted(name, installation.api, installation.service)
    story.scenes, story.times = dict(scenes), {}
    machine, clock = Machine(installation.service), installation.service.clock
    try:
        for wait in STORIES[name](story, dict(hosts)):
            if story.case:
                machine.advance(story.case, clock.now() + wait)
    except _Told:
        machine.settle(story.case)
        return story
    raise AssertionError(f"{name}: {', '.join(story.scenes)} did not come")
