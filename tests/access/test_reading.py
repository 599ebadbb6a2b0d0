"""Who may read what: the policies of the shipped territory, asked about facts made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from domain.access.capacities import CATEGORIES, Origin, Reader, Sight, relations
from domain.access.reading import (
    may_open_emergency,
    may_read,
    may_read_field,
    may_read_place,
    may_read_tables,
    may_review_emergencies,
    scope_shown,
)
from domain.case.state import Restriction
from domain.disclosure.ledger import Flow

MELZO = "015142"
CIRCLES = ("municipality", "health_provider", "employment", "anti_violence")
ALONE = Sight(
    MELZO, 5, "cps-melzo", "PSYCHIATRIC_CENTRE",
    frozenset({f"comune:{MELZO}", "district:5", "health_provider", "comune:015108", "employment"}),
    frozenset({("by-name", "employment")}),
)  # fmt: skip
AUTHORISED = replace(
    ALONE,
    flows=frozenset(Flow(a, b, c) for a in CIRCLES for b in CIRCLES for c in CATEGORIES if a != b),
)
BY_ASST = Origin("asst_referent", "health_provider", "asst-1")
BY_COMUNE = Origin("municipal_referent", f"comune:{MELZO}", "mr-1")
BY_WORK = Origin("work_referent", "employment", "wr-1")


def reader(*scopes: str, name: str = "somebody") -> Reader:
    return Reader(name, tuple(("role", scope, False) for scope in scopes))


def seen(who: Reader, sight: Sight, origin: Origin) -> str:
    """Letters of the categories that are seen: capital where also what is personal is."""
    letters = ""
    for category in CATEGORIES:
        if may_read_field(who, sight, category, False, origin):
            whole = may_read_field(who, sight, category, True, origin)
            letters += category[0].upper() if whole else category[0]
    return letters


PARTS = [
    # scope, summary, timeline, data
    (f"comune:{MELZO}", True, True, True),
    ("district:5", True, True, True),
    ("service:cps-melzo", True, True, True),
    ("health_provider", True, True, True),
    ("employment", True, True, True),
    ("comune:015108", True, True, True),
    ("comune:015205", False, False, False),
    ("district:3", False, False, False),
    ("anti_violence", False, False, False),
    ("management", True, True, False),
    ("steering", False, False, False),
    ("audit", True, True, True),
    ("design", False, False, False),
    ("system", False, False, False),
]


@pytest.mark.parametrize("row", PARTS, ids=lambda row: row[0])
def test_each_scope_opens_what_is_its_own(row: tuple[Any, ...]) -> None:
    scope, summary, timeline, data = row
    assert may_read(reader(scope), ALONE, "summary") is summary
    assert may_read(reader(scope), ALONE, "timeline") is timeline
    assert may_read(reader(scope), ALONE, "data") is data


# Of what the comune, the health provider and the employment service recorded, without and with
# the person's authorisation. Identity, social, clinical, work, judicial; a capital: names and
# free text too.
FIELDS = [
    (f"comune:{MELZO}", "ISWJ", "ISW", "ISW", "ISWJ", "IScWJ", "IScWJ"),
    ("district:5", "isw", "isw", "isw", "isw", "isw", "isw"),
    ("comune:015108", "isw", "isw", "isw", "isw", "isw", "isw"),
    ("service:cps-melzo", "", "ISCWJ", "", "ISCWJ", "ISCWJ", "ISCWJ"),
    ("health_provider", "", "IsCw", "", "IsCwj", "IsCw", "IsCwj"),
    ("employment", "w", "w", "Isw", "Iswj", "Iswj", "Isw"),
    ("comune:015205", "", "", "", "", "", ""),
    ("management", "", "", "", "", "", ""),
    ("audit", "iscwj", "iscwj", "iscwj", "iscwj", "iscwj", "iscwj"),
    ("design", "", "", "", "", "", ""),
]


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: row[0])
def test_what_another_organisation_recorded_takes_an_authorisation(row: tuple[str, ...]) -> None:
    scope, *expected = row
    who = reader(scope)
    found = [
        "".join(sorted(seen(who, sight, origin), key=lambda c: "iscwj".index(c.lower())))
        for sight in (ALONE, AUTHORISED)
        for origin in (BY_COMUNE, BY_ASST, BY_WORK)
    ]
    assert found == expected


def test_whoever_recorded_a_field_reads_it_and_so_does_the_role_that_was_asked() -> None:
    who = Reader("asst-1")
    assert may_read_field(who, ALONE, "clinical", True, BY_ASST)
    colleague = Reader("asst-2", (("asst_referent", "health_provider", True),))
    assert may_read_field(colleague, ALONE, "judicial", True, BY_ASST)
    other = Reader("asst-3", (("asst_coordinator", "health_provider", False),))
    assert not may_read_field(other, ALONE, "judicial", True, BY_ASST)


def test_who_the_person_is_was_told_by_the_service_that_referred_them() -> None:
    assert may_read_field(reader("service:cps-melzo"), ALONE, "identity", True)
    assert may_read_field(reader("health_provider"), ALONE, "identity", True)
    assert not may_read_field(reader("employment"), ALONE, "identity", True)
    assert may_read_field(reader("employment"), AUTHORISED, "identity", True)


def test_several_memberships_do_not_lend_each_other_their_rights() -> None:
    """A tutor who is also a referent of a comune that has nothing to do with the case."""
    both = reader("employment", "comune:015205")
    assert seen(both, ALONE, BY_COMUNE) == seen(reader("employment"), ALONE, BY_COMUNE)
    by_name = reader("employment", "comune:015205", name="by-name")
    assert not may_read_field(by_name, ALONE, "social", True, BY_COMUNE)
    assert may_read_field(by_name, AUTHORISED, "social", True, BY_COMUNE)


def test_a_task_given_by_name_ties_by_the_organisation_that_it_is_of() -> None:
    of_the_comune = replace(ALONE, assignees=frozenset({("somebody", f"comune:{MELZO}")}))
    assert may_read_field(Reader("somebody"), of_the_comune, "social", True, BY_ASST)
    assert not may_read_field(Reader("somebody"), of_the_comune, "clinical", True, BY_ASST)


def test_clinical_text_stays_with_those_who_treat_whatever_was_authorised() -> None:
    for scope in (f"comune:{MELZO}", "district:5", "employment", "audit", "anti_violence"):
        assert not may_read_field(reader(scope), AUTHORISED, "clinical", True, BY_ASST), scope


def test_who_prepares_a_placement_knows_whom_it_is_about() -> None:
    placing = replace(ALONE, placing=True)
    for origin in (BY_COMUNE, BY_ASST, BY_WORK):
        assert "I" in seen(reader("employment"), placing, origin)
    assert seen(reader("employment"), placing, BY_COMUNE) == "Iw"
    assert seen(reader("health_provider"), placing, BY_COMUNE) == ""
    for sheltered in (
        replace(placing, sealed=True),
        replace(placing, limited=True),
        replace(placing, restriction=Restriction("a")),
    ):
        assert not may_read_field(reader("employment"), sheltered, "identity", True, BY_COMUNE)


def test_a_desk_or_an_employment_service_that_referred_sees_nothing_clinical() -> None:
    for service, kind in (("desk-015142", "ACCESS_DESK"), ("afol-est-milano", "WORK_INTEGRATION")):
        sight = replace(AUTHORISED, service=service, service_kind=kind)
        assert not may_read_field(reader(f"service:{service}"), sight, "clinical", True, BY_ASST)


def test_while_processing_is_restricted_only_audit_sees_and_no_names() -> None:
    sight = replace(AUTHORISED, restriction=Restriction("a"))
    for scope in (f"comune:{MELZO}", "service:cps-melzo", "employment"):
        assert seen(reader(scope), sight, BY_ASST) == "", scope
        assert not may_read_place(reader(scope), sight)
    assert not may_read_field(Reader("asst-1"), sight, "clinical", True, BY_ASST)
    assert seen(reader("audit"), sight, BY_ASST).islower()
    eased = Restriction("a", (("asst-1", datetime(9999, 1, 1, tzinfo=UTC)),))
    before = replace(sight, restriction=eased, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert may_read_field(Reader("asst-1"), before, "clinical", True, BY_ASST)


def test_records_kept_after_an_erasure_request_are_for_the_comune_and_their_authors() -> None:
    sight = replace(AUTHORISED, limited=True)
    assert may_read_field(reader(f"comune:{MELZO}"), sight, "social", True, BY_ASST)
    assert may_read_field(Reader("asst-1"), sight, "clinical", True, BY_ASST)
    for scope in ("service:cps-melzo", "health_provider", "employment", "district:5"):
        assert seen(reader(scope), sight, BY_COMUNE) == "", scope


def test_where_a_sealed_case_lives_is_known_only_where_it_is_cared_for() -> None:
    sealed = replace(ALONE, sealed=True)
    assert may_read_place(reader(f"comune:{MELZO}"), sealed)
    for scope in ("district:5", "employment", "audit", "management"):
        assert not may_read_place(reader(scope), sealed), scope
        assert scope_shown(reader(scope), sealed, f"comune:{MELZO}") == "comune"


def test_an_escalation_calls_management_in_and_shows_what_a_ruling_needs() -> None:
    called = replace(ALONE, scopes=frozenset({"management"}))
    assert may_read(reader("management"), called, "data")
    assert seen(reader("management"), called, BY_COMUNE) == "sw"
    assert relations(reader("steering"), replace(ALONE, scopes=frozenset({"steering"}))) == {
        "called"
    }


def test_an_emergency_opens_the_categories_named_to_whoever_opened_it() -> None:
    opened = replace(ALONE, emergencies=frozenset({("somebody", "clinical")}))
    who = reader("service:cps-trezzo")
    assert may_read(who, opened, "data")
    assert seen(who, opened, BY_ASST) == "C"
    assert relations(who, opened) == {"emergency"}
    assert not may_read(reader("service:cps-trezzo", name="another"), opened, "summary")


@pytest.mark.parametrize(
    ("scope", "categories", "may"),
    [
        ("service:cps-trezzo", ["identity", "clinical"], True),
        ("service:caf-cgil", ["identity"], False),
        ("comune:015205", ["identity", "social", "clinical"], True),
        ("comune:015205", ["judicial"], False),
        (f"comune:{MELZO}", ["judicial", "clinical"], True),
        ("anti_violence", ["social"], True),
        ("employment", ["clinical", "work"], True),
        ("employment", ["judicial"], False),
        ("management", ["clinical"], False),
        ("audit", ["clinical"], False),
        ("design", ["identity"], False),
    ],
)
def test_the_glass_is_broken_only_by_those_who_may_care(
    scope: str, categories: list[str], may: bool
) -> None:
    assert may_open_emergency(reader(scope), ALONE, categories) is may


def test_full_tables_are_for_those_who_govern_and_audit() -> None:
    for scope in ("management", "steering", "joint_office", "audit"):
        assert may_read_tables(reader(scope), "full"), scope
    for scope in (f"comune:{MELZO}", "employment", "design", "system"):
        assert not may_read_tables(reader(scope), "full"), scope
        assert may_read_tables(reader(scope), "published"), scope
    assert not may_read_tables(Reader("gone"), "published")


def test_reviews_are_for_the_protection_officer() -> None:
    assert may_review_emergencies(Reader("dpo", (("protection_officer", "audit", False),)))
    assert not may_review_emergencies(Reader("audit", (("auditor", "audit", False),)))
