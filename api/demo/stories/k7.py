"""«K7», 29, Pioltello: SERT, anonymous until the placement; a relapse is not an expulsion."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story

STREAM = "fondo-sociale-regionale"


def k7(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "sert-pioltello-1", service="sert-pioltello", comune="015175",
        who={"anonymous": True, "pseudonym": "K7", "sex": "M"},
    )  # fmt: skip
    path.registered(story, ["functioning", "work"])
    yield path.days(11)
    path.triaged(story, "complex", ["functioning", "work"])
    yield path.days(3)
    path.authorised(story, categories=["social", "work"])
    yield path.days(6)
    # Il posto dell'ASST è vuoto: scaduti dieci giorni lavorativi lo copre il coordinatore.
    members = path.team(story)
    members["members"] = [m for m in members["members"] if m["role"] != "asst_referent"]
    story.do("constitute_team", "without_asst", members)
    yield path.days(17)
    story.do("fill_asst_seat", "named", {"member": "asst-3"}, by="asst-coordinator-1")
    path.fit(story, ("testing_duty",))
    yield from path.assessed(story, 3, functioning=2)
    yield path.days(3)
    path.decided(story, "admit_with_conditions", number=3, conditions="Colloqui regolari.")
    path.signed_minutes(story)
    yield path.days(7)
    yield from path.project(story, "INCLUSION_TRAINEESHIP", 9, STREAM, 3000)
    yield path.days(18)
    # Vorrebbe il carrello elevatore: c'è l'obbligo di accertamenti, la graduatoria lo esclude.
    path.balanced(story, "forklift")
    yield path.days(2)
    yield from path.matched(story, hosts["packing"])
    yield path.days(1)
    # Per l'indennità e la COB serve un nome: lo dà lui, quando vuole lui.
    story.do(
        "give_name", "named",
        {"first_name": "Kevin", "last_name": "Settimo", "birth_date": "1996-02-07", "sex": "M"},
    )  # fmt: skip
    yield path.days(1)
    yield from path.started(story, 4, 20, 400, STREAM)
    yield from path.month(story, 86, 84, 400, STREAM)
    story.event("attendance_alarm", {"noticed_on": story.day(), "sign": "unexplained_absences"})
    story.event("relapse", by="sert-pioltello-1")
    yield path.days(2)
    story.do("check_attendance", "plan_adapted", {"checked_on": story.day()})
    yield path.days(4)
    story.do(
        "review_relapse", "goes_on_with_limits",
        {"fitness": "fit_with_limits", "limits": ["testing_duty", "night_work"]},
    )  # fmt: skip
    for _ in range(2):
        yield from path.month(story, 86, 72, 360, STREAM)
    yield path.days(16)
    story.do("placement", "completed", {"ended_on": story.day()})
    yield path.days(4)
    story.do("close_attendance", "validated", path.sheet(story, 70, 66, 330, STREAM))
    yield from path.left(story, "goals_partly_met", 4, functioning=3)
    employed = {"employed": True, "contract": "temporary"}
    yield from path.followed_up(story, employed, employed, {"employed": False})
