"""Piero, 58, Settala: a full host, one that withdraws in week 3, a rematch, a silent end."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "bilancio-comunale"


def piero(story: Story, hosts: dict[str, str]) -> Script:
    yield path.days(30)  # Lucia must hold the workshop's only place by then
    story.refer(
        "caf-1", service="caf-cgil", comune="015210",
        who={"first_name": "Piero", "last_name": "Vailati", "sex": "M",
             "birth_date": "1967-01-29"},
    )  # fmt: skip
    path.registered(story, ["work", "economic"])
    yield path.days(10)
    path.triaged(story, "complex", ["work", "economic"])
    yield path.days(4)
    path.authorised(story)
    yield path.days(6)
    story.do("constitute_team", "complete", path.team(story))
    yield path.days(9)
    yield from path.assessed(story, 3, economic=2)
    yield path.days(3)
    path.decided(story, "admit")
    path.signed_minutes(story)
    yield path.days(7)
    yield from path.project(story, "TRAINEESHIP", 8, STREAM, 3000)
    yield path.days(16)
    path.companion(story)
    path.balanced(story, "mechanic", 30)
    yield path.days(2)
    # Cinque dipendenti, un tirocinante c'è già: la legge non consente il secondo.
    story.refused("host_full", "choose_host", "chosen", {"host": hosts["workshop"]})
    yield from path.matched(story, hosts["metalwork"])
    yield path.days(2)
    yield from path.started(story, 4, 30, 500, STREAM)
    yield path.days(14)
    # Terza settimana: l'impresa si ritira. Si garantisce l'indennità e si cerca di nuovo.
    withdrawal = {"host": hosts["metalwork"], "ended_on": story.day()}
    story.event("host_withdrawal", withdrawal)
    yield path.days(3)
    story.do("secure_allowance", "paid", path.sheet(story, 78, 78, 300, STREAM))
    story.do("debrief_host", "rematch", {"heard_on": story.day()})
    yield path.days(6)
    yield from path.matched(story, hosts["garage"])
    story.do("secure_rematch", "rematched")
    yield path.days(2)
    yield from path.started(story, 3, 30, 500, STREAM)
    yield path.days(12)
    # Muore prima della verifica. Chiusura silenziosa: nessun avviso parte più.
    story.event("death")
