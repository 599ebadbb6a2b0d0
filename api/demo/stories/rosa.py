"""Rosa, 51, Vaprio: NOA; three absences, closed; she returns after 7 months and completes."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fondo-poverta"


def rosa(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "noa-martesana-1", service="noa-martesana", comune="015230",
        who={"first_name": "Rosa", "last_name": "Colzani", "sex": "F", "birth_date": "1974-11-20"},
    )  # fmt: skip
    path.registered(story, ["functioning", "work"])
    for attempt in range(3):
        yield path.days(8)
        story.event("no_show", {"appointment_on": story.day(-1)})
        yield path.days(3)
        if attempt < 2:
            story.do("recontact", "new_appointment")
    story.do("recontact", "close", {"reason": "Tre appuntamenti mancati, nessuna risposta."})
    yield path.days(213)
    # Sette mesi dopo: stesso caso, secondo episodio.
    story.event("re_entry", {"returned_on": story.day(), "why": "ready_now"})
    path.registered(story, ["functioning", "work"])
    yield path.days(7)
    path.triaged(story, "complex", ["functioning", "work"])
    yield path.days(3)
    path.authorised(story)
    yield path.days(5)
    story.do("constitute_team", "complete", path.team(story))
    yield path.days(10)
    path.fit(story, ("alcohol_nearby",))
    yield from path.assessed(story, 3, work=2)
    yield path.days(3)
    # Nessun accordo in équipe: media il coordinatore.
    path.decided(story, "no_consensus")
    yield path.days(6)
    story.do("mediate", "consensus")
    yield path.days(4)
    path.decided(story, "admit")
    path.signed_minutes(story)
    yield path.days(6)
    yield from path.project(story, "WORK_GRANT", 8, STREAM, 2400)
    yield path.days(14)
    path.balanced(story, "kitchen", 18)
    yield path.days(2)
    yield from path.matched(story, hosts["canteen"])
    yield path.days(2)
    yield from path.started(story, 4, 18, 380, STREAM)
    for _ in range(3):
        yield from path.month(story, 78, 76, 380, STREAM)
    yield path.days(23)
    story.do("placement", "completed", {"ended_on": story.day()})
    yield path.days(4)
    story.do("close_attendance", "validated", path.sheet(story, 74, 74, 380, STREAM))
    yield from path.left(
        story, "autonomy", 4, functioning=5, uncertified="La persona non vuole l'attestato."
    )
    employed = {"employed": True, "contract": "part_time"}
    yield from path.followed_up(story, employed, employed, employed)
