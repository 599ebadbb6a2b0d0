"""The shipped territory answers what the rest of Cantiere asks of it."""

from datetime import date

import pytest

from protocols.territory import (
    NotInForce,
    Territory,
    UnknownName,
    default_pack,
    load_territory,
    shipped_packs,
)

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def territory() -> Territory:
    return load_territory(default_pack())


def test_there_are_four_districts_and_twenty_eight_comuni(territory: Territory) -> None:
    assert {number: len(d.comuni) for number, d in territory.districts.items()} == {
        3: 4,
        4: 9,
        5: 8,
        8: 7,
    }
    assert len(territory.comuni) == 28
    assert territory.district_of("015142") == 5
    assert str(territory.timezone) == "Europe/Rome"


@pytest.mark.parametrize(
    "written",
    [
        "Cassina de' Pecchi",
        "cassina de’ pecchi",
        "CASSINA DE PECCHI",
        " Cassina  de`Pecchi",
        "Cassina De Pecchi",
    ],
)
def test_a_comune_is_found_however_its_apostrophe_is_written(
    territory: Territory, written: str
) -> None:
    assert territory.find_comune(written).istat == "015060"


def test_a_comune_is_found_by_its_abbreviation(territory: Territory) -> None:
    assert territory.find_comune("Cernusco S/N").istat == "015070"


def test_an_unknown_name_offers_the_nearest(territory: Territory) -> None:
    with pytest.raises(UnknownName, match=r"«Melso» inesistente[.] Forse «Melzo»"):
        territory.find_comune("Melso")
    with pytest.raises(UnknownName, match="Forse «015142»"):
        territory.comune("015143")
    with pytest.raises(UnknownName, match="Forse «cps-melzo»"):
        territory.service("cps-melso")
    with pytest.raises(UnknownName, match="Forse «TRAINEESHIP»"):
        territory.placement_rule("TRAINESHIP", TODAY)
    with pytest.raises(UnknownName, match="Nomi validi: 3, 4, 5, 8"):
        territory.district(9)


def test_every_comune_is_served_by_each_kind_of_service(territory: Territory) -> None:
    kinds = {
        "PSYCHIATRIC_CENTRE",
        "ADDICTION_SERVICE",
        "ALCOHOL_UNIT",
        "CHILD_NEUROPSYCHIATRY",
        "ACCESS_DESK",
        "WORK_INTEGRATION",
        "ANTI_VIOLENCE_CENTRE",
        "TAX_ASSISTANCE",
        "SELF",
    }
    for istat in territory.comuni:
        assert all(territory.services_for(istat, kind) for kind in kinds), istat


def test_every_comune_has_its_own_desk(territory: Territory) -> None:
    assert [desk.id for desk in territory.services_for("015142", "ACCESS_DESK")] == ["desk-015142"]
    assert territory.service("desk-015142").organisation in territory.organisations


def test_every_health_service_has_who_refers_and_who_answers_for_care(
    territory: Territory,
) -> None:
    for service in territory.services.values():
        if service.organisation == "asst-melegnano-martesana":
            for role in ("referrer", "clinical_referent"):
                holders = territory.holders(role, f"service:{service.id}", TODAY)
                assert {deputy for _, deputy in holders} == {False, True}, (role, service.id)


def test_a_role_is_held_with_its_deputy_after_it(territory: Territory) -> None:
    for istat in territory.comuni:
        for role in ("desk_operator", "municipal_referent"):
            holders = territory.holders(role, territory.scope(role, istat), TODAY)
            assert [deputy for _, deputy in holders] == [False, True], (role, istat)
            assert len({person for person, _ in holders}) == 2


def test_nobody_holds_a_role_before_taking_it_up(territory: Territory) -> None:
    before = date(2019, 12, 31)
    assert territory.holders("board", "steering", before) == ()
    assert territory.memberships("lead-1", before) == ()


def test_one_person_sits_on_several_levels_at_once(territory: Territory) -> None:
    held = {(m.role, m.scope) for m in territory.memberships("lead-1", TODAY)}
    assert {
        ("board", "steering"),
        ("management", "management"),
        ("district_referent", "district:5"),
    } <= held


def test_a_scope_follows_the_residence(territory: Territory) -> None:
    assert territory.scope("municipal_referent", "015142") == "comune:015142"
    assert territory.scope("district_referent", "015142") == "district:5"
    assert territory.scope("clinical_referent", "015142", "cps-melzo") == "service:cps-melzo"
    assert territory.scope("board", "015142") == "steering"


def test_escalation_climbs_the_three_levels(territory: Territory) -> None:
    assert territory.escalation("operational") == "management"
    assert territory.escalation("management") == "programming"
    assert territory.escalation("programming") is None
    assert len(territory.levels["programming"].seats) == 7


def test_a_person_identifier_never_holds_the_name(territory: Territory) -> None:
    for identifier, person in territory.people.items():
        assert not set(person.name.casefold().split()) & set(identifier.split("-"))


@pytest.mark.parametrize(
    ("staff", "places"), [(0, 1), (5, 1), (6, 2), (20, 2), (21, 3), (30, 3), (31, 4), (200, 20)]
)
def test_a_host_has_as_many_trainees_as_its_staff_allows(
    territory: Territory, staff: int, places: int
) -> None:
    # D.G.R. Lombardia 7763/2018: above 20 employees, 10 % rounded up.
    assert territory.host_cap("TRAINEESHIP", staff, TODAY) == places


def test_no_cap_is_none(territory: Territory) -> None:
    assert territory.host_cap("COMMUNITY_PROJECT", 3, TODAY) is None


@pytest.mark.parametrize(
    ("circumstances", "months"),
    [
        ((), 6),
        (("EQF_4_OR_MORE",), 12),
        (("DISADVANTAGED",), 12),
        (("DISADVANTAGED", "DISABLED"), 24),
    ],
)
def test_a_traineeship_lasts_longer_where_the_law_says_so(
    territory: Territory, circumstances: tuple[str, ...], months: int
) -> None:
    assert territory.placement_rule("TRAINEESHIP", TODAY).longest(circumstances) == months


def test_other_limits_of_a_traineeship(territory: Territory) -> None:
    rule = territory.placement_rule("TRAINEESHIP", TODAY)
    assert rule.allowance is not None
    assert (rule.allowance.minimum_month, rule.allowance.full_at_share) == (500, 0.8)
    assert (rule.shortest(), rule.shortest(["SEASONAL"])) == (2, 1)
    assert rule.trainees_per_tutor == 3


def test_an_inclusion_traineeship_may_go_on_if_the_caring_service_attests_it(
    territory: Territory,
) -> None:
    rule = territory.placement_rule("INCLUSION_TRAINEESHIP", TODAY)
    assert (rule.longest(), rule.longest(["ATTESTED_BY_SERVICE"])) == (24, None)


def test_the_rule_of_the_day_is_the_one_that_held(territory: Territory) -> None:
    before = territory.placement_rule("COMMUNITY_SERVICE", date(2023, 12, 31))
    after = territory.placement_rule("COMMUNITY_SERVICE", date(2024, 1, 1))
    assert before.valid_to == date(2023, 12, 31)
    assert after.valid_from == date(2024, 1, 1)
    with pytest.raises(NotInForce, match="COMMUNITY_SERVICE"):
        territory.placement_rule("COMMUNITY_SERVICE", date(2019, 1, 1))


def test_the_patron_saint_is_a_holiday_of_its_comune(territory: Territory) -> None:
    gorgonzola_feast = date(2026, 11, 25)
    assert not territory.calendar("015108").is_working(gorgonzola_feast)
    assert territory.calendar("015142").is_working(gorgonzola_feast)
    assert territory.calendar(None).is_working(gorgonzola_feast)


def test_the_pack_is_shipped_under_its_folder_name() -> None:
    assert default_pack("adda_martesana") == shipped_packs()["adda_martesana"]
