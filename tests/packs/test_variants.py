"""The variants of the shipped protocol: whom each is for, and what it makes different."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from protocols.territory import default_pack
from tests.engine.gwt import complete, event
from tests.packs.shipped import (
    accepted,
    admitted,
    authorised,
    balanced,
    drafted,
    in_team,
    plan_for,
    referred,
    registered,
    registry,
    signed,
    triaged,
)

PUBLISHED = "899460ea6f5e"
LATER = date(2026, 4, 1)


def test_the_published_text_is_as_it_was() -> None:
    assert registry().get("presa-in-carico", "1.0.0").digest.startswith(PUBLISHED)


@pytest.mark.parametrize(
    ("service", "comune", "attributes", "variants"),
    [
        ("desk-015205", "015205", {}, ""),
        ("cps-melzo", "015142", {}, "+cps-1.0.0+distretto-5-1.0.0"),
        ("cps-trezzo", "015136", {}, "+cps-1.0.0"),
        ("cav-mariposa", "015221", {}, "+violence-1.0.0"),
        ("desk-015221", "015221", {"violence": True}, "+violence-1.0.0"),
        ("sert-pioltello", "015175", {"anonymous": True}, "+sert-noa-1.0.0"),
        ("noa-martesana", "015230", {}, "+sert-noa-1.0.0"),
        ("desk-015175", "015175", {"anonymous": True}, "+sert-noa-1.0.0"),
        ("uompia-martesana", "015108", {"minor": True}, "+uompia-1.0.0"),
        ("desk-015108", "015108", {"minor": True}, "+uompia-1.0.0"),
        (
            "desk-015059", "015059", {"measure": "ADI", "housing_emergency": True},
            "+distretto-5-1.0.0+housing-emergency-1.0.0",
        ),
        (
            "cps-melzo", "015142",
            {"anonymous": True, "minor": True, "violence": True, "housing_emergency": True},
            "+cps-1.0.0+distretto-5-1.0.0+housing-emergency-1.0.0+sert-noa-1.0.0+uompia-1.0.0"
            "+violence-1.0.0",
        ),
    ],
)  # fmt: skip
def test_a_case_follows_the_base_and_every_variant_that_is_for_it(
    service: str, comune: str, attributes: dict[str, Any], variants: str
) -> None:
    followed = plan_for(service, comune, **attributes).protocol.version
    assert followed == f"2.0.0{variants}"


@pytest.mark.parametrize(
    ("service", "variants"),
    [
        ("desk-015205", ""),
        ("self", ""),
        ("cps-melzo", "+cps-1.1.0+servizio-inviante-1.0.0"),
        ("sert-pioltello", "+sert-noa-1.1.0+servizio-inviante-1.0.0"),
        ("noa-martesana", "+sert-noa-1.1.0+servizio-inviante-1.0.0"),
        ("uompia-martesana", "+servizio-inviante-1.0.0+uompia-1.1.0"),
        ("cav-mariposa", "+servizio-inviante-1.0.0+violence-1.1.0"),
        ("caf-cgil", "+servizio-inviante-1.0.0"),
        ("afol-est-milano", "+servizio-inviante-1.0.0"),
    ],
)
def test_from_april_2026_each_referring_service_has_its_variant(
    service: str, variants: str
) -> None:
    assert plan_for(service, "015205", LATER).protocol.version == f"2.1.0{variants}"


def test_cases_of_before_follow_the_text_of_before() -> None:
    attributes = {"source": "PSYCHIATRIC_CENTRE", "district": 5}
    before = registry().valid_on("presa-in-carico", date(2023, 12, 31), attributes)
    assert before.protocol.version == "1.0.0"


def test_a_variant_states_only_its_difference() -> None:
    folder = default_pack() / "protocols/presa-in-carico"
    base = len((folder / "2.1.0.yaml").read_text().splitlines())
    for path in (folder / "variants").glob("*.yaml"):
        assert len(path.read_text().splitlines()) < base / 12, path.name


# ── CPS ──────────────────────────────────────────────────────────────────────────────────────────


def test_cps_the_team_has_its_clinical_referent() -> None:
    case = authorised(triaged(registered(referred("cps-pioltello"))))
    members = [{"person": "mr-segrate-1", "role": "municipal_referent"}]
    without = complete("constitute_team", "complete", members=members, case_manager="mr-segrate-1")
    refused = case.when(without).refused("form_invalid")
    assert [problem.field for problem in refused.fields] == ["data.clinical_referent"]


def test_cps_the_project_is_signed_once_there_is_a_crisis_plan() -> None:
    case = in_team(
        authorised(triaged(registered(referred("cps-pioltello")))),
        clinical_referent="cps-pioltello-1",
    )
    opinion = complete(
        "give_fitness_opinion", "given", fitness="fit", treatment_reference="12/2026"
    )
    case = drafted(admitted(case.did(opinion)))
    assert "sign_project" not in case.open
    assert "sign_project" in case.did(complete("agree_crisis_plan", "not_wanted")).open


def test_cps_the_treatment_plan_is_referenced() -> None:
    case = in_team(
        authorised(triaged(registered(referred("cps-pioltello")))),
        clinical_referent="cps-pioltello-1",
    )
    case.when(complete("give_fitness_opinion", "given", fitness="fit")).refused("form_invalid")


# ── SerD, NOA ────────────────────────────────────────────────────────────────────────────────────


def test_sert_noa_the_opinion_has_room_for_fitness_and_limits_only() -> None:
    plan = plan_for("sert-pioltello", "015175")
    assert set(plan.protocol.forms["fitness"].fields) == {"fitness", "limits"}


def _matched(anonymous: bool) -> Any:
    case = in_team(authorised(triaged(registered(referred("sert-pioltello", anonymous=anonymous)))))
    case = case.did(complete("give_fitness_opinion", "given", fitness="fit"))
    return accepted(balanced(signed(drafted(admitted(case)))))


def test_sert_noa_a_name_is_asked_for_only_when_the_placement_needs_it() -> None:
    case = _matched(anonymous=True)
    assert "give_name" in case.open
    assert case.status("inserimento") == "waiting"
    named = case.did(
        complete("give_name", "named", first_name="A", last_name="B", birth_date="1990-01-01")
    )
    assert named.state.attributes["anonymous"] is False
    assert {"write_training_plan", "sign_convention"} <= named.open
    stays = case.did(complete("give_name", "stays_anonymous"))
    assert "draft_project" in stays.open
    assert stays.state.attributes["anonymous"] is True


def test_sert_noa_who_has_given_a_name_is_asked_nothing() -> None:
    case = _matched(anonymous=False)
    assert case.status("give_name") == "out"
    assert "write_training_plan" in case.open


def test_sert_noa_a_relapse_opens_a_review_and_ends_nothing() -> None:
    case = registered(referred("noa-martesana")).did(event("relapse"))
    assert case.open >= {"review_relapse", "triage"}
    case = case.did(complete("review_relapse", "goes_on", fitness="fit"))
    assert not case.state.ended


# ── UOMPIA ───────────────────────────────────────────────────────────────────────────────────────


def test_uompia_the_minor_is_heard_before_the_guardians_authorise() -> None:
    case = triaged(registered(referred("uompia-martesana", minor=True)), adult_on="2026-11-02")
    assert "authorise_disclosure" not in case.open
    case = case.did(complete("hear_minor", "heard", heard_on="2026-03-02"))
    case = case.did(complete("authorise_disclosure", "guardians_disagree"))
    case = case.did(complete("settle_guardians", "agreed", settled_on="2026-03-02"))
    assert "authorise_disclosure" in case.open


def test_uompia_handover_to_adult_services_opens_at_seventeen() -> None:
    case = triaged(registered(referred("uompia-martesana", minor=True)), adult_on="2026-11-02")
    assert "hand_to_adult_services" in case.open  # seventeen already
    case = triaged(registered(referred("uompia-martesana", minor=True)), adult_on="2028-03-02")
    assert "hand_to_adult_services" not in case.open
    waiting = case.task("hand_to_adult_services")
    assert waiting.opens_at is not None
    assert waiting.opens_at.date().isoformat() in ("2027-03-01", "2027-03-02")


# ── Women in situations of violence ──────────────────────────────────────────────────────────────


def _safe(case: Any) -> Any:
    return case.did(
        complete(
            "agree_safety_plan", agreed_on="2026-03-02", alias_in_use=True, hosts_excluded=True,
            contact="al centro",
        )
    )  # fmt: skip


def test_violence_nobody_interviews_her_before_the_safety_plan() -> None:
    case = registered(referred("cav-mariposa", "015221"))
    assert "triage" not in case.open
    assert "triage" in _safe(case).open


def test_violence_every_authorisation_has_an_end_that_she_sets() -> None:
    case = triaged(_safe(registered(referred("cav-mariposa", "015221"))))
    without = complete(
        "authorise_disclosure", "granted", recipients=["host"], categories=["work"],
        purpose="placement_only",
    )  # fmt: skip
    assert [p.field for p in case.when(without).refused("form_invalid").fields] == ["data.until"]


def test_violence_no_host_is_sought_before_exclusions_are_gone_over_with_her() -> None:
    case = triaged(_safe(registered(referred("cav-mariposa", "015221"))))
    case = admitted(in_team(authorised(case, until="2027-03-02")))
    case = balanced(signed(drafted(case)))
    assert case.status("rank_hosts") == "waiting"
    checked = complete("check_exclusions", "checked", checked_on="2026-03-02", hosts_excluded=True)
    assert "rank_hosts" in case.did(checked).open


# ── Housing emergency, district 5 ────────────────────────────────────────────────────────────────


def test_housing_emergency_is_met_the_same_day_and_the_assessment_runs_beside_it() -> None:
    case = registered(referred("desk-015205", housing_emergency=True))
    assert {"shelter", "triage"} <= case.open
    due = case.task("shelter").due
    assert due is not None
    assert due.date() == case.now.date()
    # A project at once, whatever the income: no measure was needed.
    assert "sign_light_project" in triaged(case).open


def test_without_the_emergency_there_is_no_shelter_until_it_happens() -> None:
    case = registered(referred("desk-015205"))
    assert "shelter" not in case.open
    assert "sign_light_project" not in triaged(case).open
    assert "shelter" in case.did(event("housing_emergency")).open


def test_district_5_offers_a_companion_and_writes_the_project_sooner() -> None:
    def at_signing(comune: str) -> Any:
        case = in_team(authorised(triaged(registered(referred(f"desk-{comune}", comune)))))
        return admitted(case)

    here, elsewhere = at_signing("015142"), at_signing("015205")
    assert here.task("draft_project").due < elsewhere.task("draft_project").due
    here = signed(drafted(here))
    assert "offer_companion" in here.open
    here.when(complete("offer_companion", "accepted")).refused("form_invalid")
    assert "offer_companion" not in signed(drafted(elsewhere)).open
