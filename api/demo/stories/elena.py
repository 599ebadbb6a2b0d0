"""Elena, 33, Masate: withdraws the authorisation after the assessment and asks for erasure."""

from __future__ import annotations

from api.demo.stories import path
from api.demo.story import Script, Story


def elena(story: Story, hosts: dict[str, str]) -> Script:
    story.refer(
        "cps-trezzo-1", service="cps-trezzo", comune="015136",
        who={"first_name": "Elena", "last_name": "Mauri", "sex": "F", "birth_date": "1992-06-08"},
    )  # fmt: skip
    path.registered(story, ["functioning", "networks"])
    yield path.days(9)
    path.triaged(story, "complex", ["functioning", "networks"])
    yield path.days(4)
    path.authorised(story)
    yield path.days(6)
    story.do("constitute_team", "complete", path.psychiatric_team(story))
    yield path.days(12)
    path.fit(story, treatment_reference="Piano 7 del 2024")
    yield from path.assessed(story, 4, functioning=3)
    yield path.days(3)
    # Da qui nessun dato passa più all'ASST. Quanto è stato fatto resta, con accesso limitato.
    withdrawn = {"withdrawn_on": story.day(), "recipients": ["health_provider"]}
    story.event("authorisation_withdrawn", withdrawn)
    story.do("stop_disclosures", "informed_again")
    received = {"received_on": story.day(), "ground": "authorisation_withdrawn"}
    story.event("erasure_requested", received)
    yield path.days(5)
    story.do("authorise_disclosure", "refused", {"words": "Preferisco solo il Comune."})
    yield path.days(7)
    story.do(
        "agree_municipal_project", "signed",
        {
            "signed_on": story.day(), "ends_on": story.day(240), "stream": "bilancio-comunale",
            "amount": 900,
        },
    )  # fmt: skip
    yield path.days(8)
    story.do(
        "answer_erasure", "restricted",
        {"answered_on": story.day(), "reason": "Atti da conservare: art. 17(3) GDPR."},
    )  # fmt: skip
    # Il progetto con il Comune va avanti ed è ancora aperto alla fine della dimostrazione.
    yield path.days(120)
