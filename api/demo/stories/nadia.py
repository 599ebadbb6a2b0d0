"""Nadia, 35, Trezzo: CAV, sealed address; the ex-partner's employer is blocked; placed in D4."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "bando-fondazioni"


def nadia(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "cav-1", service="cav-mariposa", comune="015221",
        who={
            "first_name": "Nadia", "last_name": "Orsenigo", "alias": "Elle", "sex": "F",
            "birth_date": "1990-09-02", "sealed": True,
        },
        attributes={"violence": True},
    )  # fmt: skip
    path.registered(story, ["housing", "work", "networks"])
    yield path.days(2)
    # Prima di ogni altra cosa: l'impresa in cui lavora l'ex compagno non deve vederla mai.
    story.exclude_from(hosts["logistics"], by="cav-1")
    story.do(
        "agree_safety_plan", "done",
        {
            "agreed_on": story.day(), "alias_in_use": True, "hosts_excluded": True,
            "contact": "solo dal centro, in orario di sportello",
        },
    )  # fmt: skip
    yield path.days(4)
    path.triaged(story, "complex", ["housing", "work"])
    yield path.days(1)
    # Decide lei chi può sapere, e fino a quando.
    path.authorised(
        story, recipients=["municipality", "employment", "anti_violence"],
        categories=["social", "work"], purpose="placement_only", until=story.day(720),
    )  # fmt: skip
    yield path.days(6)
    members = path.team(story, anti_violence_referent="cav-1")
    story.do("constitute_team", "complete", members)
    yield path.days(8)
    yield from path.assessed(story, 3, housing=2, work=4)
    yield path.days(4)
    path.decided(story, "admit", number=5)
    path.signed_minutes(story)
    yield path.days(6)
    yield from path.project(story, "TRAINEESHIP", 10, STREAM, 3600)
    yield path.days(15)
    path.balanced(story, "packer", 30)
    # Un errore di battitura: il valore di prima resta agli atti.
    story.correct("balance_competences", {"hours_week": 25}, "Chiede 25 ore, non 30.")
    yield path.days(1)
    checked = {"checked_on": story.day(), "hosts_excluded": True, "alias_for_host": False}
    story.do("check_exclusions", "checked", checked)
    yield path.days(2)
    # La graduatoria esclude l'impresa; chi provasse a sceglierla lo stesso è fermato.
    story.refused("host_excluded", "choose_host", "chosen", {"host": hosts["logistics"]})
    yield from path.matched(story, hosts["cooperative"])
    yield path.days(2)
    yield from path.started(story, 4, 30, 500, STREAM)
    for _ in range(3):
        yield from path.month(story, 130, 124, 500, STREAM)
    yield path.days(24)
    story.do("placement", "completed", {"ended_on": story.day()})
    yield path.days(5)
    story.do("close_attendance", "validated", path.sheet(story, 120, 120, 500, STREAM))
    yield from path.left(story, "autonomy", 4, work=5, housing=4)
    employed = {"employed": True, "contract": "fixed_term"}
    yield from path.followed_up(story, {"employed": False}, employed, employed)
