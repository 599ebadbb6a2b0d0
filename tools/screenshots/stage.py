"""What is on the desks in the pictures: the ten stories stopped on the way, and an ordinary week.

Everything is told on the real stack by the people who would do it; only the calendar is chosen, so
that on the day of the pictures each story is where it is worth looking at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from api.demo.desk import Desk, task_path
from api.demo.run import HOST_KEEPER
from api.demo.stories import HOSTS, STORIES, path
from api.demo.story import Script, Story
from api.demo.timeline import play
from api.http.tokens import Issuer
from domain.clock import MovableClock
from domain.service import CaseService
from domain.settings import Settings
from workflows.clock import ClockDriver

BEGINNING = datetime(2025, 9, 1, 7, 30, tzinfo=UTC)
LENGTH = 408
"""Days from the beginning to the day of the pictures, a Wednesday."""

# On which day of its own each story is, on the day of the pictures.
_DAYS = {
    "Ivo": 262,
    "Nadia": 61,
    "K7": 78,
    "Sami": 90,
    "Rosa": 280,
    "Dragan": 340,
    "Lucia": 190,
    "Amadou": 55,
    "Piero": 125,
    "Elena": 70,
}

# Invented people of an ordinary week in Melzo and round about: given name, family name, sex,
# birth, comune, who referred them (of `_SERVICES`), how far they have come, how many days ago.
_WEEK = (
    ("Bianca", "Fumagalli", "F", "1984-03-12", "015142", "cps-melzo-1", "triage", 34),
    ("Omar", "Haddad", "M", "1991-07-30", "015142", "desk-melzo-1", "triage", 27),
    ("Teresa", "D'Angelo", "F", "1966-11-02", "015142", "caf-1", "triage", 23),
    ("Gabriele", "Brusa", "M", "1979-05-21", "015178", "cps-melzo-1", "triage", 8),
    ("Ines", "Valtorta", "F", "1988-01-17", "015142", "cps-melzo-1", "authorise", 21),
    ("Marco", "Perego", "M", "1972-09-09", "015224", "cps-melzo-1", "authorise", 12),
    ("Yasmin", "Chaari", "F", "1995-12-03", "015142", "cps-melzo-1", "assess", 47),
    ("Aldo", "Mandelli", "M", "1969-04-25", "015142", "cps-melzo-1", "conference", 62),
    ("Sofia", "Redaelli", "F", "1982-08-14", "015142", "caf-1", "project", 74),
    ("Luca", "Dell'Orto", "M", "2001-02-28", "015142", "caf-1", "referral", 0),
)

_SERVICES = {"cps-melzo-1": "cps-melzo", "caf-1": "caf-cgil", "desk-melzo-1": "desk-015142"}

CASES = tuple(f"{first} {last}" for first, last, *_ in _WEEK)


class Stage:
    """The stories by name, on a running stack."""

    def __init__(self, settings: Settings, address: str) -> None:
        self.settings = settings
        self.service = CaseService.connect(settings)
        self.desk = Desk(address, Issuer.of(settings.home).token)
        self.stories = {name: Story(name, self.desk, self.service) for name in (*STORIES, *CASES)}

    def close(self) -> None:
        self.desk.close()
        self.service.close()

    def case(self, name: str) -> str:
        return self.stories[name].case

    def holder(self, name: str, role: str) -> str:
        return self.stories[name].holder(role)

    def address(self, name: str, step: str) -> str:
        """Of the page of a task that is open now."""
        task = next(t for t in self.stories[name].state().open_tasks() if t.step == step)
        return f"/attivita/{self.case(name)}/{task.key.replace('#', '%23')}"

    def set(self) -> None:
        """Raises StoryError, ClockRefused, AdvanceStuck."""
        assert isinstance(self.service.clock, MovableClock)
        self.service.clock.begin_at(BEGINNING)
        hosts = {name: self._host(name, fields) for name, fields in HOSTS.items()}
        scripts = [
            (self.stories[name], _on_its_day(STORIES[name](self.stories[name], hosts), reached))
            for name, reached in _DAYS.items()
        ]
        for name, (first, last, sex, born, comune, by, reached, ago) in zip(
            CASES, _WEEK, strict=True
        ):
            story = self.stories[name]
            who = {"first_name": first, "last_name": last, "sex": sex, "birth_date": born}
            refer = partial(story.refer, by, service=_SERVICES[by], comune=comune, who=who)
            clinical = by.startswith("cps")
            scripts.append((story, _on_its_day(_ordinary(story, refer, reached, clinical), ago)))
        with ClockDriver(self.settings) as driver:

            def advance(instant: datetime) -> None:
                if instant > self.service.clock.now():
                    driver.advance(instant)

            play(scripts, BEGINNING, advance, lambda *_: None)
            advance(BEGINNING + timedelta(days=LENGTH, hours=1))
        self._talk()
        self.desk.read("lead-1", "/reports/board", after=self.service.recorder.last_position())

    def _talk(self) -> None:
        """Words and small things of the day."""
        question = {"to": "mr-melzo-1", "text": "Quando possiamo vedere insieme il suo rientro?"}
        self._note("cps-melzo-1", "Ivo", question)
        self._note("mr-melzo-1", "Ivo", {"text": "Ha chiamato la sorella: passa giovedì mattina."})
        for name, step in (("Bianca Fumagalli", "triage"), ("Sofia Redaelli", "draft_project")):
            key = next(t.key for t in self.stories[name].state().open_tasks() if t.step == step)
            claim = task_path(self.case(name), key, "claim")
            self.desk.write("mr-melzo-1", claim, {}, f"claim {name}")

    def _note(self, person: str, name: str, body: dict[str, Any]) -> None:
        self.desk.write(person, f"/cases/{self.case(name)}/notes", body, f"note {person} {name}")

    def _host(self, name: str, fields: dict[str, Any]) -> str:
        return str(self.desk.write(HOST_KEEPER, "/hosts", fields, f"host/{name}")["host"])


def _on_its_day(script: Script, reached: int) -> Script:
    """A script that begins so late that it is at its day `reached` when the pictures are made, and
    does nothing more."""
    yield path.days(LENGTH - reached)
    gone = timedelta()
    for wait in script:
        gone += wait
        if gone > path.days(reached):
            return
        yield wait


def _ordinary(story: Story, refer: Callable[[], None], reached: str, clinical: bool) -> Script:
    """`clinical`: a psychiatric centre referred, and is in the team."""
    needs = ["work", "housing"]
    refer()
    if reached == "referral":
        return
    path.registered(story, needs)
    yield path.days(4)
    if reached == "triage":
        return
    path.triaged(story, "complex", needs)
    yield path.days(3)
    if reached == "authorise":
        return
    path.authorised(story)
    yield path.days(6)
    members = path.psychiatric_team(story) if clinical else path.team(story)
    story.do("constitute_team", "complete", members)
    yield path.days(8)
    if reached == "assess":
        for task in [t for t in story.state().open_tasks() if t.step == "assess"][1:3]:
            story.do("assess", "done", path.dimensions(3, work=2), instance=task.instance)
        return
    if clinical:
        path.fit(story, treatment_reference="Piano 31")
    assessing = [task for task in story.state().open_tasks() if task.step == "assess"]
    for number, task in enumerate(assessing):
        differing = path.dimensions(3, work=2 + number % 2, networks=4 - number % 3)
        story.do("assess", "done", differing, instance=task.instance)
        yield path.days(2)
    if reached == "conference":
        return
    path.decided(story, "admit")
    path.signed_minutes(story)
    yield path.days(5)
