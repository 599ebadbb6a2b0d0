"""Dragan, 47, Cassano: evicted with three children; emergency hotel; light pact, amended later."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fondo-poverta"


def dragan(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "desk-cassano-1", service="desk-015059", comune="015059",
        who={"first_name": "Dragan", "last_name": "Ilic", "sex": "M", "birth_date": "1978-03-03"},
        attributes={"measure": "ADI", "housing_emergency": True, "urgent": True},
    )  # fmt: skip
    # Chi lo accoglie lavora allo sportello; l'albergo è lo stesso giorno.
    path.registered(story, ["housing", "economic", "work"], pact_on=story.day(-10))
    story.do(
        "shelter", "sheltered",
        {"place": "hotel", "people": 5, "until": story.day(60), "cost": 5400},
    )  # fmt: skip
    yield path.days(6)
    path.triaged(story, "complex", ["housing", "economic", "work"])
    story.do("meet_beneficiary", "met")
    yield path.days(3)
    path.authorised(story, recipients=["municipality", "health_provider", "employment"])
    yield path.days(4)
    # Il patto leggero si firma subito, entro venti giorni lavorativi dall'analisi.
    story.do(
        "sign_light_project", "signed",
        {"signed_on": story.day(), "ends_on": story.day(180), "stream": STREAM, "amount": 1500},
    )  # fmt: skip
    yield path.days(4)
    story.do("constitute_team", "complete", path.team(story))
    yield path.days(3)
    story.event("specialist_needed", {"specialist": "housing"})
    yield path.days(9)
    story.do("specialist_opinion", "given", {"opinion": "Nucleo idoneo a un alloggio ERP."})
    yield from path.assessed(story, 3, housing=1, economic=2)
    yield path.days(4)
    path.decided(story, "waitlist")
    path.signed_minutes(story)
    yield path.days(25)
    story.event("place_available")
    yield path.days(5)
    yield from path.project(story, "WORK_GRANT", 9, STREAM, 4200)
    yield path.days(9)
    story.do("leave_shelter", "supported_housing")
    path.companion(story, "fondazione-somaschi")
    yield path.days(9)
    path.balanced(story, "gardening", 30)
    yield path.days(3)
    yield from path.matched(story, hosts["nursery"])
    yield path.days(3)
    yield from path.started(story, 5, 30, 500, STREAM)
    for _ in range(2):
        yield from path.month(story, 130, 128, 500, STREAM)
    story.event("project_amendment")
    yield path.days(6)
    story.do(
        "amend_project",
        "signed",
        {
            "signed_on": story.day(),
            "ends_on": story.day(150),
            "stream": STREAM,
            **path.budget(story, 800),
        },
    )
    for _ in range(2):
        yield from path.month(story, 130, 126, 500, STREAM)
    yield path.days(20)
    story.do("placement", "hired", {"ended_on": story.day(), "contract": "fixed_term"})
    yield path.days(4)
    story.do("close_attendance", "validated", path.sheet(story, 96, 96, 400, STREAM))
    yield from path.left(story, "employment", 4, contract="fixed_term", housing=4)
    at_work = {"employed": True, "contract": "fixed_term"}
    yield from path.followed_up(story, at_work, at_work, at_work)
