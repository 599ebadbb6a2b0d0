"""Ivo, 42, Melzo: CPS, a bakery, 40 days in hospital, reduced hours, a part-time job."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fondo-disabili"


def ivo(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "cps-melzo-1", service="cps-melzo", comune="015142",
        who={"first_name": "Ivo", "last_name": "Terzaghi", "sex": "M", "birth_date": "1983-05-14"},
        attributes={"disability": True},
    )  # fmt: skip
    path.registered(story, ["functioning", "work", "networks"])
    yield path.days(9)
    path.triaged(story, "complex", ["functioning", "work"])
    yield path.days(4)
    path.authorised(story)
    yield path.days(7)
    story.do("constitute_team", "complete", path.psychiatric_team(story))
    yield path.days(10)
    path.fit(story, ("lone_work", "night_work"), treatment_reference="Piano 12 del 2024")
    # Il piano per le crisi si scrive quando sta bene: servirà.
    story.do(
        "agree_crisis_plan", "agreed",
        {"agreed_on": story.day(), "whom_to_call": "L'infermiera del centro, poi la sorella."},
    )  # fmt: skip
    yield from path.assessed(story, 3, work=2, networks=2)
    yield path.days(5)
    # La riunione chiede un'integrazione, una volta sola.
    path.decided(story, "integrate", reason="Manca il quadro delle reti familiari.")
    yield path.days(12)
    story.do("integrate_assessment", "integrated", path.dimensions(3, work=2))
    yield path.days(3)
    path.decided(story, "admit")
    yield path.days(2)
    path.signed_minutes(story)
    yield path.days(8)
    yield from path.project(story, "INCLUSION_TRAINEESHIP", 12, STREAM, 4800)
    yield path.days(20)
    path.companion(story, "punto-d-incontro")
    path.balanced(story, "baker")
    yield path.days(3)
    yield from path.matched(story, hosts["bakery"])
    yield path.days(3)
    yield from path.started(story, 6, 20, 400, STREAM)
    for _ in range(4):
        yield from path.month(story, 86, 80, 400, STREAM)
    yield path.days(10)
    # Quinto mese: ricovero. I termini si fermano.
    story.event("clinical_crisis")
    suspended = {"suspended_on": story.day(), "reason": "illness"}
    story.event("placement_suspended", suspended)
    yield path.days(40)
    story.do(
        "clinical_return", "returns_with_limits",
        {"fitness": "fit_with_limits", "limits": ["lone_work", "night_work", "shift_work"]},
    )  # fmt: skip
    story.do("resume_placement", "resumed", {"ends_on": story.day(60), "hours_week": 14})
    story.event("project_amendment")
    yield path.days(4)
    story.do("amend_project", "signed", {"signed_on": story.day(), "ends_on": story.day(120)})
    yield from path.month(story, 60, 57, 300, STREAM)
    yield path.days(16)
    story.do("placement", "hired", {"ended_on": story.day(), "contract": "part_time"})
    yield path.days(4)
    story.do("close_attendance", "validated", path.sheet(story, 50, 50, 250, STREAM))
    yield from path.left(story, "employment", 4, contract="part_time", work=5)
    at_work = {"employed": True, "contract": "part_time"}
    yield from path.followed_up(story, at_work, at_work, at_work)
