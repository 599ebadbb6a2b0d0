"""What people read of codes: the words of the text that the case follows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from projections.titles import Titles, answer, reason
from protocols.language.document import Protocol
from protocols.registry import Registry
from protocols.territory import default_pack

CODE = re.compile(r"[a-z]_[a-z]")


@pytest.fixture(scope="module")
def shipped() -> list[Protocol]:
    return [plan.protocol for plan in Registry.load(default_pack()).all()]


@pytest.fixture(scope="module")
def taking_charge(shipped: list[Protocol]) -> Protocol:
    return next(p for p in shipped if p.type_name == "presa-in-carico/2.0.0")


def test_every_reason_of_the_territory_s_protocols_has_words(shipped: list[Protocol]) -> None:
    for protocol in shipped:
        outcomes = [o for step in protocol.steps.values() for o in step.outcomes.values() if o]
        named = {o.ends for o in outcomes} | {o.result for o in outcomes}
        named |= {event.ends for event in protocol.events.values()}
        for name in filter(None, named):
            said = reason(protocol, name)
            assert said is None or (said.it and said.en and not CODE.search(said.it)), name


def test_a_reason_is_told_as_what_ends_the_case_is_called(taking_charge: Protocol) -> None:
    said = {name: reason(taking_charge, name) for name in ("deceased", "no_show", "returned")}
    assert [said[name].it for name in said if said[name]] == [
        "Decesso",
        "La persona non si è presentata",
        "Completare la segnalazione, Restituita al servizio inviante",
    ]
    assert str(reason(taking_charge, "of_an_older_text")) == "of an older text"


def test_an_answer_is_told_as_the_outcome_or_the_choice_that_it_was(
    taking_charge: Protocol,
) -> None:
    reviewed = answer(taking_charge, "review_90_days", "ProjectReviewed", "decision", "confirm")
    assert (reviewed.it, reviewed.en) == ("Confermare", "Confirm")
    assert answer(taking_charge, "nowhere", "ProjectReviewed", "decision", "as_was").it == "as was"


def test_days_are_those_of_the_territory(taking_charge: Protocol) -> None:
    titles = Titles(taking_charge, ZoneInfo("Europe/Rome"))
    assert titles.day(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == "01/07/2026"
    assert titles.day(date(2026, 7, 1)) == "01/07/2026"
