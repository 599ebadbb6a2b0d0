"""Lucia, 26: moves from Bellinzago to Vignate during the placement; two districts disagree."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fnps"


def lucia(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "sil-1", service="sil-offerta-sociale", comune="015016",
        who={"first_name": "Lucia", "last_name": "Brivio", "sex": "F", "birth_date": "1999-07-19"},
    )  # fmt: skip
    path.registered(story, ["work", "networks", "education"])
    yield path.days(6)
    path.triaged(story, "complex", ["work", "networks"])
    yield path.days(3)
    path.authorised(story)
    yield path.days(5)
    story.do("constitute_team", "complete", path.team(story))
    yield path.days(8)
    yield from path.assessed(story, 3, work=2)
    yield path.days(2)
    path.decided(story, "admit")
    path.signed_minutes(story)
    yield path.days(5)
    yield from path.project(story, "TRAINEESHIP", 12, STREAM, 4500)
    yield path.days(12)
    path.balanced(story, "office", 30)
    yield path.days(2)
    yield from path.matched(story, hosts["workshop"])
    yield path.days(2)
    yield from path.started(story, 6, 30, 500, STREAM)
    for _ in range(2):
        yield from path.month(story, 130, 129, 500, STREAM)
    # Si trasferisce. Il distretto 4 non vuole proseguire, il 5 tarda a rispondere.
    story.event(
        "residence_change",
        {
            "comune": "015237", "district": 5, "moved_on": story.day(-4),
            "receiving_referent": "dr-5",
        },
    )  # fmt: skip
    yield path.days(12)
    story.event("competence_dispute", {"position": "old_refuses"}, by="dr-4")
    yield from path.month(story, 130, 128, 500, STREAM)
    # Intanto il tutor continua le visite; decide il coordinamento gestionale.
    story.do(
        "rule_on_competence", "new_district",
        {"decided_on": story.day(), "reason": "La residenza è nel distretto 5."}, by="lead-1",
    )  # fmt: skip
    # Il nuovo distretto non conosce Lucia: rifà la verifica dei 90 giorni.
    story.exception("redo", "review_90_days", "Il distretto che subentra vuole incontrarla.")
    for _ in range(2):
        yield from path.month(story, 130, 125, 500, STREAM)
    yield path.days(7)
    story.do("placement", "hired", {"ended_on": story.day(), "contract": "permanent"})
    yield path.days(3)
    story.do("close_attendance", "validated", path.sheet(story, 90, 90, 400, STREAM))
    yield from path.left(story, "employment", 5, contract="permanent")
    at_work = {"employed": True, "contract": "permanent"}
    yield from path.followed_up(story, at_work, at_work, at_work)
