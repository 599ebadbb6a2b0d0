"""Amadou, 23, Segrate: work-only triage; a hidden depression emerges; a second triage."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "pn-inclusione"


def amadou(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "desk-segrate-1", service="self", comune="015205",
        who={"first_name": "Amadou", "last_name": "Diallo", "sex": "M",
             "birth_date": "2002-10-11", "citizenship": "SN"},
    )  # fmt: skip
    path.registered(story, ["work"])
    yield path.days(7)
    path.triaged(story, "work_only", ["work"])
    yield path.days(45)
    # Ai colloqui AFOL emerge altro: si torna all'analisi, la prima resta agli atti.
    story.do("work_path", "other_need", {"need": "health"})
    yield path.days(6)
    path.triaged(story, "complex", ["work", "functioning", "networks"])
    yield path.days(4)
    path.authorised(story)
    yield path.days(6)
    story.do("constitute_team", "complete", path.team(story))
    yield path.days(2)
    story.event("specialist_needed", {"specialist": "psychiatric_centre"})
    # Il componente ASST manca due volte: parere scritto.
    absent = {"member": story.holder("asst_referent"), "meeting_on": story.day()}
    story.event("member_absent", absent)
    yield path.days(4)
    story.do("hear_absent_member", "will_attend")
    yield path.days(4)
    story.event("member_absent", {**absent, "meeting_on": story.day()})
    story.do("specialist_opinion", "given", {"opinion": "Presa in carico ambulatoriale avviata."})
    yield path.days(4)
    story.do("hear_absent_member", "written_opinion", {"opinion": "Favorevole al progetto."})
    yield from path.assessed(story, 3, functioning=2)
    yield path.days(3)
    path.decided(story, "admit", number=3, dissent=False)
    path.signed_minutes(story)
    yield path.days(8)
    yield from path.project(story, "TRAINEESHIP", 9, STREAM, 3600)
    yield path.days(12)
    path.balanced(story, "warehouse", 30)
    yield path.days(2)
    yield from path.matched(story, hosts["warehouse"])
    yield path.days(2)
    yield from path.started(story, 3, 30, 500, STREAM)
    for _ in range(2):
        yield from path.month(story, 130, 118, 500, STREAM)
    yield path.days(12)
    story.do("placement", "interrupted", {"ended_on": story.day(), "reason": "job_found"})
    yield path.days(3)
    story.do("close_attendance", "validated", path.sheet(story, 60, 58, 260, STREAM))
    story.do("decide_after_interruption", "no_rematch")
    yield from path.left(story, "employment", 4, contract="fixed_term", functioning=4)
    yield from path.followed_up(
        story,
        {"employed": True, "contract": "fixed_term"},
        {"employed": False},
        {"employed": True, "contract": "permanent"},
    )
