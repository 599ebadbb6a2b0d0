"""Possible duplicates are found without a readable name, and never joined by themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.case import commands as c
from domain.person.correcting import (
    CorrectPerson,
    DeclineCorrection,
    correct_person,
    decline_correction,
)
from domain.person.index import SCOPE, alike, held
from domain.person.particulars import particulars_of
from domain.person.state import person_of
from domain.service import CaseService
from tests.persons.conftest import (
    DESK,
    Open,
    about,
    end,
    merge,
    refusal,
    somebody,
)


def found(service: CaseService, personal: dict[str, Any], sex: str = "") -> dict[UUID, int]:
    listed = alike(service.recorder, service.blind_key, personal, sex)
    return {one.person: one.score for one in listed}


def test_somebody_like_a_registered_person_is_found_and_said_why(
    service: CaseService, opened: Open
) -> None:
    given = somebody(first_name="Nicolò")
    person = about(service, opened(given))
    like = given | {"first_name": "Nicolo'", "last_name": given["last_name"] + "x"}
    (one,) = alike(service.recorder, service.blind_key, like, "")
    assert (one.person, one.score) == (person, 85)
    assert [reason.en for reason in one.reasons] == [
        "same date of birth, one letter of the name differs"
    ]
    assert found(service, somebody()) == {}
    assert found(service, {}) == {}


def test_the_index_holds_nothing_readable_and_another_key_finds_nothing(
    service: CaseService, opened: Open
) -> None:
    given = somebody(phone="333 9876543")
    person = about(service, opened(given))
    keys = [claim.key for claim in held(service.recorder, [person]) if claim.scope == SCOPE]
    assert len(keys) > 10
    assert all(len(key) == 32 and key.endswith(person.bytes) for key in keys)
    assert alike(service.recorder, b"z" * 32, given, "") == []


def test_an_anonymous_person_is_like_nobody(service: CaseService, opened: Open) -> None:
    pseudonymous = {"anonymous": True, "pseudonym": "R2", "phone": "333 1112223"}
    person = about(service, opened(pseudonymous))
    assert [claim.scope for claim in held(service.recorder, [person])] == ["pseudonym"]
    assert person not in found(service, somebody(phone="333 1112223"))


def correct(service: CaseService, person: UUID, **fields: Any) -> None:
    correct_person(
        service,
        CorrectPerson(
            command_id=uuid4(), actor=DESK, case=person, fields=fields, why="Letto male."
        ),
    )


def test_what_is_corrected_is_found_as_it_is_now(service: CaseService, opened: Open) -> None:
    given = somebody(phone="333 4445556")
    person = about(service, opened(given))
    other = somebody(first_name="Gioia")
    correct(service, person, **other, sex="F", phone="")
    now = particulars_of(service, person)
    assert now == other
    assert person_of(service, person).sex == "F"
    assert found(service, other) == {person: 95}
    assert found(service, given) == {}
    # What was believed before is still in the events before.
    first = service.history(person)[0]
    assert service.personal_reader(person).opened(first)["last_name"] == given["last_name"]


def test_a_correction_is_by_who_may_and_says_what_is_wrong(
    service: CaseService, opened: Open
) -> None:
    given = somebody(tax_code="RSSMRA85T10A562S")
    person, other = about(service, opened(given)), about(service, opened())
    refused = refusal(correct, service, person, tax_code="XXX", birth_date="3000-01-01")
    assert {problem.field for problem in refused.fields} == {"person.tax_code", "person.birth_date"}
    assert refusal(correct, service, person, height="2 m").code == "correction_invalid"
    assert refusal(correct, service, person).code == "correction_invalid"
    assert refusal(correct, service, person, phone="").code == "nothing_to_correct"
    taken = refusal(correct, service, other, tax_code="RSSMRA85T10A562S")
    # Whose it is is not said.
    assert (taken.code, taken.related) == ("correction_invalid", {})
    away = c.Actor("x", (("desk_operator", "comune:015108", False),))
    command = CorrectPerson(
        command_id=uuid4(), actor=away, case=person, fields={"phone": "1"}, why="Perché sì."
    )
    assert refusal(correct_person, service, command).code == "role_not_held"
    anonymous = about(service, opened({"anonymous": True, "pseudonym": "R3"}))
    assert refusal(correct, service, anonymous, phone="333").code == "person_anonymous"


def test_a_refused_correction_is_kept_with_its_reason(service: CaseService, opened: Open) -> None:
    person = about(service, opened())
    decline_correction(
        service,
        DeclineCorrection(
            command_id=uuid4(), actor=DESK, case=person, fields=("birth_date",),
            why="L'atto di nascita la conferma.",
        ),
    )  # fmt: skip
    event = service.history(person)[-1]
    assert event.body.fields == ("birth_date",)
    assert "nascita" not in event.body.why
    assert "nascita" in service.personal_reader(person).typed(event, "why")


def test_who_was_merged_is_corrected_where_they_are_kept(
    service: CaseService, opened: Open
) -> None:
    one, other = opened(), opened()
    end(service, other)
    kept, merged = about(service, one), about(service, other)
    merge(service, kept, merged)
    refused = refusal(correct, service, merged, phone="333")
    assert (refused.code, refused.related) == ("person_merged", {"person": str(kept)})
