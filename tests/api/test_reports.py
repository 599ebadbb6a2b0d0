"""The board's tables through the door."""

from __future__ import annotations

import pytest

from tests.api.conftest import DESK, People, holder
from tests.api.test_access import MANAGER


@pytest.fixture(scope="module")
def people(shared_people: People) -> People:
    shared_people.case()
    eva = {"first_name": "Eva", "last_name": "B", "sex": "F"}
    clerk = holder("desk_operator", "comune:015108")
    shared_people.case(comune="Gorgonzola", person=eva, by=clerk)
    shared_people.project()
    return shared_people


def test_the_funnel_counts_persons_cases_and_episodes(people: People) -> None:
    board = people.get(MANAGER, "/api/v1/reports/board", after=people.last_position()).json()
    assert {(*row["group"], row["persons"], row["episodes"]) for row in board["funnel"]} == {
        ("PSYCHIATRIC_CENTRE", "5", 1, 1),
        ("PSYCHIATRIC_CENTRE", "4", 1, 1),
    }


def test_tables_are_divided_and_narrowed_as_asked(people: People) -> None:
    table = people.get(MANAGER, "/api/v1/reports/funnel", by="sex", district=5).json()
    assert [(row["group"], row["cases"]) for row in table["rows"]] == [(["M"], 1)]


def test_published_tables_hide_small_cells_and_cannot_be_narrowed(people: People) -> None:
    published = people.get(DESK, "/api/v1/reports/board", published=True).json()
    assert all(row["counts"]["persons"] is None for row in published["funnel"] if row["district"])
    for more in ({"district": 5}, {"by": "sex"}, {"sex": "F"}):
        assert people.get(DESK, "/api/v1/reports/board", published=True, **more).status_code == 422


def test_a_division_that_does_not_exist_is_told_the_nearest(people: People) -> None:
    problem = people.get(MANAGER, "/api/v1/reports/funnel", by="distrct").json()
    assert problem["errors"][0]["field"] == "query.by"
    assert "district" in problem["errors"][0]["message"]
