"""Cases told through the API by the people who work on them, on one shared database a module."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.demo.desk import Desk
from api.demo.stories import path
from api.demo.story import Story
from domain.case.commands import Actor, PassTime
from domain.conformance import check_case
from domain.log.topics import topic_of
from tests.api.conftest import People, registry, shared_people

__all__ = ["Told", "registry", "shared_people", "told"]

SECRET = "Sente voci"
WHO = {
    "first_name": "Ivo", "last_name": "D'Adda", "sex": "M", "birth_date": "1984-03-03",
}  # fmt: skip


class Told:
    """Tells cases; each of another person."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.desk = Desk(str(people.http.base_url), people.app.state.parts.issuer.token)
        self.count = 0

    @property
    def now(self) -> datetime:
        return self.people.service.clock.now()

    def case(self, **given: Any) -> Story:
        """Referred by the psychiatric centre of Melzo; `given`: the authorisation, `None` in
        `recipients` for none at all. Of a case of violence only the referral."""
        self.count += 1
        who = {**WHO, **given.pop("who", {}), "first_name": f"Ivo{self.count}"}
        by, service = given.pop("by", "cps-melzo-1"), given.pop("service", "cps-melzo")
        attributes = given.pop("attributes", {})
        story = Story(f"case-{self.count}", self.desk, self.people.service)
        story.refer(by, service=service, comune="015142", who=who, attributes=attributes)
        if attributes.get("violence"):
            return story
        path.registered(story, ["functioning"])
        path.triaged(story, "complex", ["functioning"])
        if given.get("recipients", ()) is None:
            return story
        path.authorised(story, **given)
        team = path.psychiatric_team(story) if service == "cps-melzo" else path.team(story)
        story.do("constitute_team", "complete", team)
        return story

    def assessed(self, **given: Any) -> Story:
        story = self.case(**given)
        path.fit(story, treatment_reference="Piano 7", remarks=SECRET)
        return story

    def state(self, person: str, story: Story) -> dict[str, Any]:
        answer = self.people.get(person, f"/api/v1/cases/{story.case}/state")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def history(self, person: str, story: Story) -> str:
        answer = self.people.get(person, f"/api/v1/cases/{story.case}/history")
        assert answer.status_code == 200, answer.text
        return answer.text

    def until(self, instant: datetime) -> None:
        """Let the time come."""
        self.people.service.clock.advance_to(instant)

    def later(self, **by: int) -> None:
        self.until(self.now + timedelta(**by))

    def pass_time(self, story: Story, command: UUID) -> None:
        actor = Actor("system:workflow")
        self.people.service.handle(PassTime(command_id=command, actor=actor, case=UUID(story.case)))

    def topics(self, story: Story) -> list[str]:
        history = self.people.service.history(UUID(story.case))
        return [topic_of(type(event.body)) for event in history]

    def conforms(self, story: Story) -> None:
        service, case = self.people.service, UUID(story.case)
        history = service.history(case)
        assert check_case(case, history, service.registry, service.territory).findings == []


@pytest.fixture(scope="module")
def told(shared_people: People) -> Told:
    return Told(shared_people)
