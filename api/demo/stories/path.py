"""Stretches of the path that several stories have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.demo.story import Script, Story


def days(number: int) -> timedelta:
    return timedelta(days=number)


def dimensions(base: int, **changes: int) -> dict[str, int]:
    """The six statutory dimensions on the ministry's scale, 1 to 6."""
    names = ("functioning", "economic", "work", "education", "housing", "networks")
    return {**dict.fromkeys(names, base), **changes}


def registered(story: Story, needs: list[str], **data: Any) -> None:
    story.do("register_referral", "complete", {"needs": needs, "channel": "letter", **data})


def triaged(story: Story, outcome: str, needs: list[str], **data: Any) -> None:
    story.do("triage", outcome, {"met_on": story.day(), "needs": needs, **data})


def authorised(story: Story, *, step: str = "authorise_disclosure", **data: Any) -> None:
    given = {
        "recipients": ["municipality", "health_provider", "employment", "host"],
        "categories": ["identity", "social", "clinical", "work"],
        "purpose": "taking_in_charge",
        "takes_part": True,
    }
    story.do(step, "granted", {**given, **data})


def team(story: Story, **roles: str) -> dict[str, Any]:
    """The four statutory members and the case manager; `roles` replace a holder or add one."""
    seats = ("municipal_referent", "district_referent", "asst_referent", "work_referent")
    members = {role: roles.get(role) or story.holder(role) for role in (*seats, *roles)}
    return {
        "members": [{"person": person, "role": role} for role, person in members.items()],
        "case_manager": members["municipal_referent"],
    }


def psychiatric_team(story: Story) -> dict[str, Any]:
    """With the clinical referent, whom the psychiatric centre's variant wants in the team."""
    clinical = story.holder("clinical_referent")
    return {**team(story, clinical_referent=clinical), "clinical_referent": clinical}


def assessed(story: Story, base: int, **changes: int) -> Script:
    """Every member assesses, some days apart."""
    members = [task.instance for task in story.state().open_tasks() if task.step == "assess"]
    for member in members:
        story.do("assess", "done", dimensions(base, **changes), instance=member)
        yield days(2)


def fit(story: Story, limits: tuple[str, ...] = (), **data: Any) -> None:
    opinion = {"fitness": "fit_with_limits" if limits else "fit", **data}
    if limits:
        opinion["limits"] = list(limits)
    story.do("give_fitness_opinion", "given", opinion)


def present(story: Story, number: int) -> Any:
    """So many members at a conference: until 2.0.0 their number, since then who and as what."""
    asked = story.question("conference", "present")
    if asked is None or asked.type != "list":
        return number
    members = story.state().data["constitute_team"]["members"]
    known = {each["person"]: each["role"] for each in members}
    known.setdefault(story.holder("coordinator"), "coordinator")
    return [{"person": who, "role": role} for who, role in known.items()][:number]


def budget(story: Story, amount: float) -> dict[str, Any]:
    """What a project costs: until 2.0.0 an amount, since then lines that come to it."""
    if story.question("draft_project", "budget") is None:
        return {"amount": amount}
    return {"budget": [{"item": "allowance", "amount": amount, "payer": "comune"}]}


def decided(story: Story, outcome: str, *, number: int = 4, **data: Any) -> None:
    there = present(story, number)
    story.do("conference", outcome, {"held_on": story.day(), "present": there, **data})


def signed_minutes(story: Story) -> None:
    story.do("countersign_minutes", "signed", {"signed_on": story.day()})


def project(story: Story, kind: str, months: int, stream: str, amount: float) -> Script:
    """Drafted with the person, then signed."""
    story.do(
        "draft_project",
        "drafted",
        {
            "kind": kind,
            "ends_on": story.day(30 * months),
            "mid_term_on": story.day(15 * months),
            "stream": stream,
            **budget(story, amount),
        },
    )
    yield days(3)
    story.do("sign_project", "signed", {"signed_on": story.day()})


def companion(story: Story, partner: str = "") -> None:
    """District 5 offers a local partner's company; without `partner` the person says no."""
    if partner:
        data = {"partner": partner, "met_on": story.day()}
        story.do("offer_companion", "accepted", data)
    else:
        story.do("offer_companion", "declined")


def balanced(story: Story, target: str, hours_week: float = 20) -> None:
    data = {"interviews": 3, "target": target, "hours_week": hours_week}
    story.do("balance_competences", "balanced", data)


def matched(story: Story, host: str) -> Script:
    """A host is chosen from the ranking; the person and the host accept."""
    story.do("choose_host", "chosen", {"host": host})
    yield days(2)
    story.do("person_accepts", "accepts")
    story.do("host_accepts", "accepts")


def started(story: Story, months: int, hours_week: float, allowance: float, stream: str) -> Script:
    """Training plan, convention, safety training, compulsory communication, first day."""
    starts, ends = 14, 14 + 30 * months
    story.do(
        "write_training_plan",
        "written",
        {
            "starts_on": story.day(starts),
            "ends_on": story.day(ends),
            "hours_week": hours_week,
            "allowance": allowance,
            "stream": stream,
        },
    )
    yield days(2)
    if story.is_open("sign_convention"):
        signed = {"signed_on": story.day(), "inail": True, "liability": True}
        story.do("sign_convention", "signed", signed)
    if story.is_open("sign_community_agreement"):
        story.do("sign_community_agreement", "signed")
    story.do("train_safety", "done", {"trained_on": story.day(), "hours": 4})
    yield days(8)  # meanwhile the machine reminds of the compulsory communication
    if story.is_open("communicate_start"):
        story.do("communicate_start", "sent", {"sent_on": story.day()})
    yield days(4)
    story.do("start_placement", "started", {"starts_on": story.day()})
    yield days(3)
    story.do("first_visit", "visited", {"visited_on": story.day(), "going": "well"})


def month(story: Story, planned: float, attended: float, paid: float, stream: str) -> Script:
    """A month at work: the monthly visit and the attendance sheet."""
    yield days(30)
    while not story.is_open("validate_attendance"):
        yield days(1)
    story.do(
        "monthly_visit", "visited", {"visited_on": story.day(), "going": "well"},
        instance=story.last("monthly_visit"),
    )  # fmt: skip
    story.do(
        "validate_attendance", "validated", sheet(story, planned, attended, paid, stream),
        instance=story.last("validate_attendance"),
    )  # fmt: skip
    if story.is_open("meet_every_90_days"):
        story.do("meet_every_90_days", "met", instance=story.last("meet_every_90_days"))
    for review in ("review_90_days", "review_mid_term", "review_before_end"):
        if story.is_open(review):
            story.do(review, "confirm", {"held_on": story.day(), "person_present": True})


def sheet(
    story: Story, planned: float, attended: float, paid: float, stream: str
) -> dict[str, Any]:
    return {
        "month": story.month(),
        "hours_planned": planned,
        "hours_attended": attended,
        "paid": paid,
        "stream": stream,
    }


def left(
    story: Story, exit_: str, base: int, *, contract: str = "", uncertified: str = "",
    **changes: int,
) -> Script:  # fmt: skip
    """Project concluded, dimensions assessed again, skills certified, case closed.

    `uncertified`: the reason why the certificate of skills is left out.
    """
    story.do("carry_out_project", "concluded")
    yield days(5)
    story.do("reassess", "assessed", dimensions(base, **changes))
    if story.is_open("certify_skills") and uncertified:
        story.exception("skip", "certify_skills", uncertified)
    elif story.is_open("certify_skills"):
        story.do("certify_skills", "issued")
    yield days(2)
    story.do("close_case", exit_, {"contract": contract} if contract else {})


def followed_up(story: Story, *answers: dict[str, Any]) -> Script:
    """What became of the person 3, 6 and 12 months later."""
    for months, answer in zip((3, 6, 12), answers, strict=False):
        step = f"follow_up_{months}_months"
        while not story.is_open(step):
            yield days(10)
        story.do(step, "reached", answer)
