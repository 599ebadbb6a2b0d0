"""Fields that add up a column of a list: what they may name, and what they come to."""

from __future__ import annotations

import pytest

from protocols.language.sums import total
from tests.engine.gwt import complete, given, protocol
from tests.language.test_tables import problems

STEPS = """
steps:
  plan: {title: Piano, role: worker, form: plan}
  large: {title: Grande, role: worker, after: plan, when: plan.cost > 1000}
forms:
  plan:
    title: Piano
    fields:
      lines:
        type: list
        title: Voci
        required: false
        fields:
          what: {type: text, title: Che cosa}
          euro: {type: money, title: Euro}
          hours: {type: integer, title: Ore, required: false}
      cost: {type: money, title: Totale, sum_of: lines.euro}
"""


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("lines.what", "«what»"),
        ("lines.hours", "«hours»"),
        ("lines.eur", "«eur»"),
        ("line.euro", "«line»"),
        ("cost.euro", "«cost»"),
    ],
)
def test_what_cannot_be_added_up_is_told_with_its_name(column: str, wrong: str) -> None:
    found = problems(STEPS.replace("lines.euro", column))
    assert any(wrong in each.message.it and "sum_of" in each.where for each in found)


def test_the_total_is_recorded_and_conditions_read_it() -> None:
    plan = protocol(STEPS)
    rows = [{"what": "corso", "euro": 999.99}, {"what": "bus", "euro": 0.02}]
    case = given(plan).did(complete("plan", lines=rows))
    assert case.state.data["plan"]["cost"] == 1000.01
    assert case.open == {"large"}
    less = given(plan).did(complete("plan", lines=rows[:1]))
    assert less.status("large") == "out"
    assert given(plan).did(complete("plan")).status("large") == "out"


def test_rows_that_say_nothing_add_nothing() -> None:
    assert total("lines.hours", {"lines": [{"hours": 2}, {}, {"hours": 3}]}) == 5
    assert total("lines.hours", {"lines": [{}]}) is None
    assert total("lines.hours", {"lines": {"withheld": "work"}}) is None
