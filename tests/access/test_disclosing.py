"""What a person authorised, enforced on every read: given, withdrawn, refused, expired."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace

from api.http.sights import sight_of
from domain.access.capacities import Reader
from domain.access.reading import may_read_field
from protocols import facts
from protocols.territory import end_of_day
from tests.access.conftest import SECRET, Told
from tests.api.conftest import TERRITORY

CPS, OTHER_CPS, WORK, AUDIT = "cps-melzo-1", "cps-trezzo-1", "sil-1", "audit-1"


def test_before_any_authorisation_nothing_passes_between_organisations(told: Told) -> None:
    story = told.case(recipients=None)
    assert told.state(story.holder("municipal_referent"), story)["triage"]["needs"] == [
        "functioning"
    ]
    assert told.state(CPS, story)["triage"]["needs"] == {"withheld": "social"}


def test_what_is_authorised_passes_and_what_is_not_stays(told: Told) -> None:
    story = told.assessed(categories=["social", "work"])
    assert told.state(CPS, story)["triage"]["needs"] == ["functioning"]
    comune = story.holder("municipal_referent")
    fit = told.state(comune, story)["give_fitness_opinion"]
    # What can be worked is the comune's to know; the clinical part was not authorised.
    assert fit["fitness"] == "fit"
    assert SECRET not in told.history(comune, story)
    assert SECRET in told.history(CPS, story)


def test_a_withdrawal_between_two_reads_stops_the_second_and_keeps_the_first(told: Told) -> None:
    story = told.assessed()
    assert told.state(CPS, story)["triage"]["needs"] == ["functioning"]
    withdrawn = {"withdrawn_on": story.day(), "recipients": ["health_provider"]}
    story.event("authorisation_withdrawn", withdrawn)
    assert told.state(CPS, story)["triage"]["needs"] == {"withheld": "social"}
    # What they wrote themselves they still read; the comune goes on.
    assert SECRET in told.history(CPS, story)
    line = told.people.get(CPS, f"/api/v1/cases/{story.case}/disclosures").json()
    (given,) = line["authorisations"]
    assert (given["status"], given["excluded"]) == ("in_force", ["health_provider"])
    assert {flow["read_by"] for flow in line["flows"]} == {"municipality", "employment", "host"}
    assert "health_provider" not in {flow["recorded_by"] for flow in line["flows"]}
    # The log keeps what had been disclosed, and who had read it.
    told.people.last_position()
    told.people.project()
    person = str(told.people.service.state(story._uuid()).attributes["person"])
    answer = told.people.get(AUDIT, f"/api/v1/persons/{person}/reads", case=story.case, by=CPS)
    shown = [set(read["shown"]) for read in answer.json()["reads"]]
    assert any("social" in categories for categories in shown)
    told.conforms(story)


def test_a_refusal_asked_anew_ends_all_that_was_given(told: Told) -> None:
    story = told.assessed()
    story.event("authorisation_withdrawn", {"withdrawn_on": story.day(), "recipients": ["host"]})
    assert told.state(CPS, story)["triage"]["needs"] == ["functioning"]
    story.do("stop_disclosures", "informed_again")
    story.do("authorise_disclosure", "refused")
    assert told.state(CPS, story)["triage"]["needs"] == {"withheld": "social"}
    found = told.people.get(CPS, f"/api/v1/cases/{story.case}/disclosures").json()
    assert [one["status"] for one in found["authorisations"]] == ["refused"]
    assert found["flows"] == []


def test_a_withdrawal_towards_everyone_or_nobody_in_particular_ends_it(told: Told) -> None:
    for recipients in (["everyone"], []):
        story = told.case()
        story.event(
            "authorisation_withdrawn", {"withdrawn_on": story.day(), "recipients": recipients}
        )
        found = told.people.get(CPS, f"/api/v1/cases/{story.case}/disclosures").json()
        assert [one["status"] for one in found["authorisations"]] == ["withdrawn"], recipients


def test_an_authorisation_ends_with_its_last_day_to_the_second(told: Told) -> None:
    last = told.now.astimezone(TERRITORY.timezone).date() + timedelta(days=40)
    story = told.case(until=last.isoformat())
    over = end_of_day(last, TERRITORY.timezone)
    told.until(over - timedelta(seconds=1))
    assert told.state(CPS, story)["triage"]["needs"] == ["functioning"]
    told.until(over)
    # Enforcement waits for no event …
    assert told.state(CPS, story)["triage"]["needs"] == {"withheld": "social"}
    assert "case.disclosure-expired" not in told.topics(story)
    agenda = told.people.service.agenda(story._uuid())
    assert agenda.next_at is not None
    assert agenda.next_at <= over
    # … and the workflow writes one down, once.
    while told.people.service.agenda(story._uuid()).next_at <= told.now:
        told.pass_time(story, uuid4())
    assert told.topics(story).count("case.disclosure-expired") == 1
    (line,) = told.people.get(CPS, f"/api/v1/cases/{story.case}/disclosures").json()[
        "authorisations"
    ]
    assert (line["status"], line["until"]) == ("expired", last.isoformat())
    told.conforms(story)


def test_an_authorisation_given_anew_replaces_the_one_before(told: Told) -> None:
    last = told.now.astimezone(TERRITORY.timezone).date() + timedelta(days=3)
    story = told.case(until=last.isoformat())
    told.until(end_of_day(last, TERRITORY.timezone))
    told.pass_time(story, uuid4())
    told.pass_time(story, uuid4())
    story.do(
        "renew_authorisation", "granted",
        {
            "recipients": ["health_provider"], "categories": ["social"],
            "purpose": "taking_in_charge",
        },
    )  # fmt: skip
    assert told.state(CPS, story)["triage"]["needs"] == ["functioning"]
    found = told.people.get(CPS, f"/api/v1/cases/{story.case}/disclosures").json()
    assert [one["status"] for one in found["authorisations"]] == ["expired", "in_force"]


def test_a_move_hands_the_file_to_the_new_comune_and_leaves_the_old_one_what_it_may_see(
    told: Told,
) -> None:
    story = told.assessed()
    old = story.holder("municipal_referent")
    receiving = TERRITORY.holders("district_referent", "district:4", date.today())[0][0]
    story.event(
        "residence_change",
        {
            "comune": "015106", "district": 4, "moved_on": story.day(),
            "receiving_referent": receiving,
        },
    )  # fmt: skip
    assert told.people.get(old, f"/api/v1/cases/{story.case}").status_code == 200
    new = TERRITORY.holders("municipal_referent", "comune:015106", date.today())[0][0]
    before = told.people.get(new, f"/api/v1/cases/{story.case}")
    assert before.status_code == 404
    assert receiving in told.history(receiving, story)


def test_a_forged_case_and_a_person_without_roles_get_nothing(told: Told) -> None:
    story = told.case()
    for path in ("", "/state", "/disclosures", "/emergency-accesses"):
        unknown = told.people.get(CPS, f"/api/v1/cases/{uuid4()}{path}")
        hidden = told.people.get("design-1", f"/api/v1/cases/{story.case}{path}")
        assert (unknown.status_code, hidden.status_code) == (404, 404)
        assert unknown.json()["type"] == hidden.json()["type"]
    assert told.people.get(OTHER_CPS, f"/api/v1/cases/{story.case}").status_code == 404
    assert told.people.get("nobody", f"/api/v1/cases/{story.case}").status_code == 401


def test_the_work_service_sees_profile_and_limits_and_no_more(told: Told) -> None:
    story = told.assessed(categories=["work"])
    seen = told.state(WORK, story)
    assert seen["give_fitness_opinion"]["fitness"] == "fit"
    assert seen["triage"]["needs"] == {"withheld": "social"}
    assert SECRET not in told.history(WORK, story)
    detail = told.people.get(WORK, f"/api/v1/cases/{story.case}").json()
    assert detail["person"]["particulars"] == {"withheld": "identity"}


def test_the_name_passes_to_who_prepares_the_placement_from_reservation_to_end(
    told: Told,
) -> None:
    story = told.case(categories=["work"])
    service = told.people.service
    history = list(service.history(UUID(story.case)))
    afol = Reader("afol-1", (("promoter", "employment", False),))

    def reads_the_name(*bodies: facts.Fact) -> bool:
        happened = [replace(history[-1], body=body) for body in bodies]
        sight = sight_of([*history, *happened], service.territory, told.now)
        assert sight
        return may_read_field(afol, sight, "identity", True)

    reserved = facts.PlaceReserved("choose_host", "forno-rossi", "TRAINEESHIP")
    released = facts.PlaceReleased("choose_host", "forno-rossi", "refused")
    ended = facts.PlacementEnded("placement", "completed")
    assert not reads_the_name()
    assert reads_the_name(reserved)
    assert not reads_the_name(reserved, released)
    assert not reads_the_name(reserved, ended)
    assert reads_the_name(reserved, released, reserved)
