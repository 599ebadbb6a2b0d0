"""Sami, 17 years and 8 months, Gorgonzola: UOMPIA, parents who disagree, a late handover."""

from __future__ import annotations

from datetime import date

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fondo-disabili"


def sami(story: Story, hosts: dict[str, str]) -> Script:
    adult_on = date.fromisoformat(story.day(122))
    birth = adult_on.replace(year=adult_on.year - 18)
    story.refer(
        "uompia-martesana-1", service="uompia-martesana", comune="015108",
        who={
            "first_name": "Sami", "last_name": "Belhadj", "sex": "M",
            "birth_date": birth.isoformat(),
        },
        attributes={"minor": True, "guardian": True, "disability": True},
    )  # fmt: skip
    path.registered(story, ["education", "work", "functioning"])
    yield path.days(8)
    adult = adult_on.isoformat()
    path.triaged(story, "complex", ["education", "functioning"], adult_on=adult)
    yield path.days(6)
    story.do("hear_minor", "heard", {"heard_on": story.day()})
    yield path.days(3)
    story.do("authorise_disclosure", "guardians_disagree", {})
    yield path.days(20)
    story.do("settle_guardians", "agreed", {"settled_on": story.day()})
    yield path.days(2)
    path.authorised(story, until=adult)
    yield path.days(5)
    clinical = story.holder("clinical_referent")
    members = path.team(story, clinical_referent=clinical)
    story.do("constitute_team", "complete", members)
    yield path.days(12)
    path.fit(story, ("crowds",))
    yield from path.assessed(story, 3, education=2)
    # Il passaggio al CPS tarda: dopo 60 giorni se ne occupano coordinatore e livello gestionale.
    yield path.days(30)
    service = {"service": "cps-cernusco", "agreed_on": story.day()}
    story.do("hand_to_adult_services", "accepted", service, by="asst-coordinator-1")
    path.decided(story, "admit", number=5, person_present=True)
    path.signed_minutes(story)
    yield path.days(8)
    yield from path.project(story, "TRAINEESHIP", 12, STREAM, 4200)
    while not story.is_open("renew_authorisation"):
        yield path.days(1)
    # A 18 anni decide lui.
    yield path.days(3)
    path.authorised(story, step="renew_authorisation", until=story.day(720))
    path.balanced(story, "office", 20)
    yield path.days(3)
    yield from path.matched(story, hosts["print_shop"])
    yield path.days(3)
    yield from path.started(story, 5, 20, 350, STREAM)
    for _ in range(4):
        yield from path.month(story, 86, 83, 350, STREAM)
    yield path.days(24)
    story.do("placement", "hired", {"ended_on": story.day(), "contract": "apprenticeship"})
    yield path.days(3)
    story.do("close_attendance", "validated", path.sheet(story, 80, 78, 350, STREAM))
    yield from path.left(story, "employment", 4, contract="apprenticeship", work=5)
    at_work = {"employed": True, "contract": "apprenticeship"}
    yield from path.followed_up(story, at_work, at_work, at_work)
