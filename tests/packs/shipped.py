"""The protocols of the shipped pack, and cases that walk through them in memory."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from domain.case.commands import Actor
from protocols.engine.plan import Plan
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import TERRITORY, Given, complete, given

TODAY = date(2026, 3, 2)
HOST = "host-1"


@cache
def registry() -> Registry:
    return Registry.load(default_pack())


def plan_for(service: str, comune: str, on: date = TODAY, **attributes: Any) -> Plan:
    """The text that a case referred on a day by this service, of this comune, would follow."""
    return registry().valid_on("presa-in-carico", on, _whole(service, comune, attributes))


def referred(service: str, comune: str = "015205", on: date = TODAY, **attributes: Any) -> Given:
    """A case just referred, on the text that it would follow; Segrate has no variant of its own."""
    plan = plan_for(service, comune, on, **attributes)
    case = given(
        plan,
        on=on.isoformat(),
        source=TERRITORY.service(service).kind,
        service=service,
        comune=comune,
        district=TERRITORY.district_of(comune),
        referred_on=on,
        attributes=attributes,
    )
    return case.by(_everybody(plan, service, comune))


def registered(case: Given) -> Given:
    return case.did(complete("register_referral", "complete", needs=["work"]))


def triaged(case: Given, **data: Any) -> Given:
    day = case.now.date().isoformat()
    return case.did(complete("triage", "complex", met_on=day, needs=["work"], **data))


def authorised(case: Given, **data: Any) -> Given:
    given_ = {"recipients": ["municipality"], "categories": ["social"], **data}
    return case.did(
        complete("authorise_disclosure", "granted", purpose="taking_in_charge", **given_)
    )


def in_team(case: Given, **data: Any) -> Given:
    """The team of one, who has assessed: what its size changes is not asked here."""
    people = [{"person": "mr-segrate-1", "role": "municipal_referent"}]
    case = case.did(
        complete("constitute_team", "complete", members=people, case_manager="mr-segrate-1", **data)
    )
    return case.did(complete("assess#mr-segrate-1"))


def admitted(case: Given) -> Given:
    day = case.now.date().isoformat()
    return case.did(
        complete("conference", "admit", held_on=day, present=3),
        complete("countersign_minutes", "signed", signed_on=day),
    )


def drafted(case: Given, kind: str = "TRAINEESHIP") -> Given:
    return case.did(complete("draft_project", "drafted", kind=kind, ends_on="2027-03-01"))


def signed(case: Given) -> Given:
    return case.did(complete("sign_project", "signed", signed_on=case.now.date().isoformat()))


def balanced(case: Given) -> Given:
    return case.did(complete("balance_competences", "balanced", interviews=2, target="packer"))


def accepted(case: Given) -> Given:
    """A host ranked and chosen; the person and the host accept."""
    return case.did(
        complete("rank_hosts"),
        complete("choose_host", "chosen", host=HOST),
        complete("person_accepts", "accepts"),
        complete("host_accepts", "accepts"),
    )


def _whole(service: str, comune: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        **attributes,
        "source": TERRITORY.service(service).kind,
        "service": service,
        "comune": comune,
        "district": TERRITORY.district_of(comune),
    }


def _everybody(plan: Plan, service: str, comune: str) -> Actor:
    kinds = {role.held_by.organisation for role in plan.protocol.roles.values()}
    scopes = [f"comune:{comune}", f"district:{TERRITORY.district_of(comune)}", f"service:{service}"]
    return Actor(
        "everybody",
        tuple((r, s, False) for r in plan.protocol.roles for s in (*scopes, *sorted(kinds))),
    )
