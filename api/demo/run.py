"""Playing the ten stories on a running stack."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any

from rich.console import Console

from api.demo.desk import Desk
from api.demo.progress import Progress
from api.demo.stories import HOSTS, STORIES
from api.demo.story import Story
from api.demo.timeline import play
from api.http.tokens import Issuer
from domain.clock import MovableClock
from domain.service import CaseService
from domain.settings import Settings
from workflows.clock import ClockDriver

# A Monday with a long way to today, so that figures have years behind them and each run the same
# calendar.
BEGINNING = datetime(2024, 1, 8, 8, 0, tzinfo=UTC)

HOST_KEEPER = "afol-1"
BOARD_MEMBER = "lead-1"


class Demo:
    """The stories of one installation, and what they left."""

    def __init__(self, settings: Settings, address: str) -> None:
        self.settings = settings
        self.service = CaseService.connect(settings)
        self.desk = Desk(address, Issuer.of(settings.home).token)
        self.stories = [Story(name, self.desk, self.service) for name in STORIES]
        self.waiting = Story("Alla porta", self.desk, self.service)
        self.seconds = 0.0

    def close(self) -> None:
        self.desk.close()
        self.service.close()

    def play(self, console: Console) -> None:
        """Raises StoryError, ClockRefused, AdvanceStuck."""
        assert isinstance(self.service.clock, MovableClock)
        began = monotonic()
        self.service.clock.begin_at(BEGINNING)
        hosts = {name: self._host(name, fields) for name, fields in HOSTS.items()}
        scripts = [(story, STORIES[story.name](story, hosts)) for story in self.stories]
        with ClockDriver(self.settings) as driver, Progress(console, self.stories) as progress:

            def advance(instant: datetime) -> None:
                if instant > self.service.clock.now():
                    driver.advance(instant)

            play(scripts, BEGINNING, advance, progress.moved)
        self._at_the_door()
        self.seconds = monotonic() - began

    def _at_the_door(self) -> None:
        """One more referral, on the day on which the stories end and so under the version of then:
        it waits for the service that sent it, whose form whoever looks around may fill in."""
        self.waiting.refer(
            "cps-melzo-1", service="cps-melzo", comune="015142",
            who={"first_name": "Dario", "last_name": "Bonfanti", "sex": "M"},
        )  # fmt: skip
        lacks = {"needs": ["economic", "housing"], "missing": ["reason", "assent"]}
        self.waiting.do("register_referral", "incomplete", lacks)

    def _host(self, name: str, fields: dict[str, Any]) -> str:
        return str(self.desk.write(HOST_KEEPER, "/hosts", fields, f"host/{name}")["host"])

    def board(self) -> dict[str, Any]:
        """The board's tables, once they have come to the log's end."""
        return self.desk.read(
            BOARD_MEMBER, "/reports/board", after=self.service.recorder.last_position()
        )

    def titles(self) -> dict[str, str]:
        """The protocol's own words for its steps, events and ends of a placement; for its
        indicators, which may be called like steps, under `wait:<name>`."""
        said: dict[str, str] = {}
        played = (self.service.plan(story.state()) for story in self.stories if story.case)
        for plan in (*self.service.registry.all(), *played):
            protocol = plan.protocol
            for name, indicator in protocol.indicators.items():
                said[f"wait:{name}"] = indicator.title.it
            said.update({name: step.title.it for name, step in protocol.steps.items()})
            said.update({name: event.title.it for name, event in protocol.events.items()})
            # A community project has no such step; it ends as a placement does.
            ends = protocol.steps.get("placement")
            for outcome, meaning in ends.outcomes.items() if ends else ():
                if meaning and meaning.title:
                    said[outcome] = meaning.title.it
        return said

    def summary(self, verified: bool) -> dict[str, Any]:
        """What `--json` leaves."""
        return {
            "cases": [self._case(story) for story in self.stories],
            "waiting": self._case(self.waiting),
            "run": {
                "events": self.service.recorder.last_position(),
                "commands": self.desk.commands,
                "seconds": round(self.seconds, 3),
                "verified": verified,
            },
        }

    @staticmethod
    def _case(story: Story) -> dict[str, Any]:
        state = story.state()
        assert state.opened is not None
        return {
            "id": story.case,
            "story": story.name,
            "protocol": state.opened.protocol,
            "version": state.opened.version,
            "episodes": state.episode,
            "event_count": state.version,
            "state": "ended" if state.ended else "open",
            "exit_reason": state.ended or None,
        }
