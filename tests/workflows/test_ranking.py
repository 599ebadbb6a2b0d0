"""Hard filters first, then an order that explains itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.automations.ranking import HostPlace, Needs, rank

MELZO, GORGONZOLA, SEGRATE = "015142", "015108", "015205"


def host(name: str, **changes: Any) -> HostPlace:
    fields: dict[str, Any] = {
        "comune": MELZO, "district": 5, "places": 2, "taken": 0, "cap": 2, "taken_of_kind": 0,
        "jobs": ("baker",),
    }  # fmt: skip
    return HostPlace(id=name, **{**fields, **changes})


def needs(**changes: Any) -> Needs:
    fields: dict[str, Any] = {
        "person": "p", "kind": "TRAINEESHIP", "comune": MELZO, "district": 5, "target": "baker",
    }  # fmt: skip
    return Needs(**{**fields, **changes})


@pytest.mark.parametrize(
    ("one", "wanted", "said"),
    [
        (host("h", taken_of_kind=1, cap=1), needs(), "7763/2018"),
        (host("h", places=1, taken=1), needs(), "nessun posto libero"),
        (host("h", kinds=("WORK_GRANT",)), needs(), "tipo di inserimento"),
        (host("h", flags=("testing_duty",)), needs(untested=True), "309/1990 art. 125"),
        (host("h", flags=("night_work",)), needs(limits=("night_work",)), "night_work"),
        (host("h", flags=("night_work",)), needs(limits=("no_night_work",)), "night_work"),
        (host("h", jobs=("forklift",)), needs(limits=("forklift",)), "forklift"),
        (host("h"), needs(refused=("h",)), "già provato"),
        (host("h"), needs(fit=False), "parere di idoneità"),
        (host("h", excluded=("p",)), needs(), "scegliere un altro ospitante"),
    ],
)
def test_an_obstacle_excludes_and_is_named(one: HostPlace, wanted: Needs, said: str) -> None:
    ranking = rank([one], wanted)
    assert ranking.ranking == ()
    assert said in ranking.exclusions[0].reason.it
    assert ranking.exclusions[0].reason.en


def test_the_reason_of_a_safety_exclusion_discloses_nothing() -> None:
    safe = rank([host("h", excluded=("p",), places=0, flags=("testing_duty",))], needs())
    words = safe.exclusions[0].reason.it + safe.exclusions[0].reason.en
    for secret in ("violen", "sicur", "safety", "exclu", "posto", "309"):
        assert secret not in words.lower()


def test_near_with_the_job_sought_comes_first() -> None:
    ranking = rank(
        [
            host("far", comune=SEGRATE, district=3),
            host("same-district", comune=GORGONZOLA),
            host("other-job", jobs=("packer",)),
            host("best"),
        ],
        needs(),
    )
    assert [one.host for one in ranking.ranking] == ["best", "same-district", "other-job", "far"]


def test_one_job_ruled_out_of_two_leaves_the_host_in() -> None:
    ranking = rank([host("h", jobs=("forklift", "packer"))], needs(limits=("forklift",)))
    assert [one.host for one in ranking.ranking] == ["h"]


def test_the_cap_of_the_law_binds_also_where_the_host_offers_more() -> None:
    ranking = rank([host("h", places=5, taken=1, taken_of_kind=1, cap=1)], needs())
    assert ranking.ranking == ()


def test_what_the_form_receives_is_plain() -> None:
    data = rank([host("a"), host("b", places=0)], needs()).as_data()
    assert data["candidates"] == 1
    assert data["ranking"][0]["host"] == "a"
    assert set(data["ranking"][0]["reasons"][0]) == {"it", "en"}
    assert isinstance(data["exclusions"], list)
    assert set(data["exclusions"][0]["reason"]) == {"it", "en"}


hosts = st.lists(
    st.builds(
        HostPlace,
        id=st.uuids().map(str),
        comune=st.sampled_from([MELZO, GORGONZOLA, SEGRATE]),
        district=st.sampled_from([3, 5]),
        places=st.integers(0, 4),
        taken=st.integers(0, 4),
        cap=st.none() | st.integers(0, 3),
        taken_of_kind=st.integers(0, 3),
        flags=st.lists(st.sampled_from(["testing_duty", "night_work"]), max_size=2).map(tuple),
        excluded=st.lists(st.sampled_from(["p", "q"]), max_size=1).map(tuple),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)


@given(hosts, st.randoms())
def test_every_host_is_in_one_list_whatever_the_order_they_come_in(
    some: list[HostPlace], random: Any
) -> None:
    ranking = rank(some, needs(untested=True))
    named = [one.host for one in ranking.ranking] + [one.host for one in ranking.exclusions]
    assert sorted(named) == sorted(one.id for one in some)
    shuffled = list(some)
    random.shuffle(shuffled)
    assert rank(shuffled, needs(untested=True)) == ranking


@given(hosts)
def test_a_score_is_the_sum_of_its_stated_parts(some: list[HostPlace]) -> None:
    for one in rank(some, needs()).ranking:
        parts = [int(reason.it.rsplit("(+", 1)[1].rstrip(")")) for reason in one.reasons]
        assert one.score == sum(parts)
        assert 0 <= one.score <= 100
