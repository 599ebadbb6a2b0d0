"""Two registrations of one human being: joined by two people, parted again, whoever was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from api.http.sights import sights
from domain.case import commands as c
from domain.case.events import PersonReplaced
from domain.conformance import check_case
from domain.host.exclude import ExcludePerson, exclude_person
from domain.host.handle import RegisterHost, register_host
from domain.person import events as p
from domain.person.acting import cases_about
from domain.person.conformance import check_person, person_flaws
from domain.person.erasing import (
    DecideErasure,
    RequestErasure,
    decide_erasure,
    request_erasure,
)
from domain.person.index import held
from domain.person.merging import PartPersons, decide_merge, part_persons
from domain.person.state import person_of, standing_for
from domain.reactions import recorded
from domain.refusal import Refused
from domain.service import CaseService
from tests.domain.conftest import MELZO, TERRITORY, holder, referral
from tests.persons.conftest import (
    COORDINATOR,
    DESK,
    MANAGER,
    REFERENT,
    Open,
    about,
    decision,
    end,
    merge,
    propose,
    refusal,
    somebody,
)


def two(service: CaseService, opened: Open, **more: Any) -> tuple[UUID, UUID, UUID, UUID]:
    """Two persons and the case of each; the second's has ended, so that they can be merged."""
    one, other = opened(), opened(somebody(**more))
    end(service, other)
    return about(service, one), about(service, other), one, other


def part(kept: UUID, merged: UUID, **changes: Any) -> PartPersons:
    fields: dict[str, Any] = {
        "command_id": uuid4(), "actor": COORDINATOR, "case": kept, "merged": merged,
        "why": "Erano due cugini.",
    }  # fmt: skip
    return PartPersons(**{**fields, **changes})


def test_what_one_proposes_another_decides_and_then_the_cases_are_about_one(
    service: CaseService, opened: Open
) -> None:
    kept, merged, one, other = two(service, opened)
    propose(service, kept, merged)
    assert about(service, other) == merged
    decide_merge(service, decision(kept, merged))
    assert {case.id for case in cases_about(service, person_of(service, kept))} == {one, other}
    assert about(service, other) == kept
    assert standing_for(service, merged).id == kept
    # What was recorded of the other stays sealed with its own key, and readable.
    opened_for = service.state(other).opened
    assert opened_for is not None
    assert UUID(opened_for.person) == merged
    for case in (one, other):
        assert not check_case(case, service.history(case), service.registry, TERRITORY).findings


def test_nobody_decides_alone_or_what_was_not_proposed(service: CaseService, opened: Open) -> None:
    kept, merged, *_ = two(service, opened)
    assert refusal(decide_merge, service, decision(kept, merged)).code == "nothing_proposed"
    propose(service, kept, merged, actor=COORDINATOR)
    assert refusal(decide_merge, service, decision(kept, merged)).code == "second_person_needed"
    assert refusal(propose, service, merged, kept).code == "already_proposed"
    no = decision(kept, merged, approve=False, why="Sono fratelli.", actor=MANAGER)
    decide_merge(service, no)
    assert person_of(service, kept).proposed == {}
    assert refusal(decide_merge, service, decision(kept, merged)).code == "nothing_proposed"


def test_who_has_nothing_to_do_with_either_may_not_propose(
    service: CaseService, opened: Open
) -> None:
    kept, merged, *_ = two(service, opened)
    elsewhere = c.Actor("x", (("desk_operator", "comune:015108", False),))
    assert refusal(propose, service, kept, merged, actor=elsewhere).code == "role_not_held"
    assert refusal(propose, service, kept, merged, why="").code == "reason_invalid"
    assert refusal(propose, service, kept, kept).code == "same_person"
    assert refusal(propose, service, kept, uuid4()).code == "unknown_person"


def test_two_open_cases_of_one_protocol_are_in_the_way(service: CaseService, opened: Open) -> None:
    one, other = opened(), opened()
    kept, merged = about(service, one), about(service, other)
    propose(service, kept, merged)
    refused = refusal(decide_merge, service, decision(kept, merged))
    assert refused.code == "both_open"
    assert refused.related == {"case": str(one), "other_case": str(other)}
    end(service, one)
    decide_merge(service, decision(kept, merged))
    # The open case is now the only one that the kept person may have.
    assert service.recorder.holder("open-case:mini", kept.bytes) == other
    end(service, other)
    assert service.recorder.holder("open-case:mini", kept.bytes) is None


def test_who_was_known_by_a_tax_code_is_still_found_by_it(
    service: CaseService, opened: Open
) -> None:
    kept, merged, one, _ = two(service, opened, tax_code="BNCLCU90A01F205V")
    merge(service, kept, merged)
    end(service, one)
    again = opened(somebody(tax_code="BNCLCU90A01F205V"))
    assert about(service, again) == kept
    refused = refusal(opened, somebody(tax_code="BNCLCU90A01F205V"))
    assert (refused.code, refused.related) == ("duplicate_referral", {"case": str(again)})


@pytest.mark.parametrize(
    ("code", "asked"),
    [("BNCLCU85A01F205Y", (True, False)), ("BNCLCU84A01F205X", (False, True, False))],
    ids=["at first", "later"],
)
def test_who_is_protected_stays_so_when_others_refer_them_without_knowing(
    service: CaseService, opened: Open, code: str, asked: tuple[bool, ...]
) -> None:
    who, protected, cases = somebody(tax_code=code), False, []
    for sealed in asked:
        case, protected = opened({**who, "sealed": sealed}), protected or sealed
        assert service.state(case).attributes["sealed"] is protected
        assert person_of(service, about(service, case)).sealed is protected
        end(service, case)
        cases.append(case)
    assert protected
    # Also where the case was opened before anybody knew.
    assert all(sight.sealed for sight in sights(service, cases).values())
    for case in cases:
        checked = check_case(case, service.history(case), service.registry, TERRITORY)
        assert not checked.findings


def test_parted_each_has_their_own_again(service: CaseService, opened: Open) -> None:
    kept, merged, one, other = two(service, opened)
    merge(service, kept, merged)
    end(service, one)
    later = opened(somebody())
    third = about(service, later)
    assert refusal(part_persons, service, part(kept, third)).code == "not_merged"
    part_persons(service, part(kept, merged))
    assert (about(service, one), about(service, other)) == (kept, merged)
    assert person_of(service, merged).kept_by is None
    assert person_of(service, kept).ids == (kept,)
    # And they can be joined anew, the other way round.
    merge(service, merged, kept)
    assert about(service, one) == merged


def test_chains_come_apart_in_the_order_in_which_they_were_made(
    service: CaseService, opened: Open
) -> None:
    a, b, *_ = two(service, opened)
    c_, _, open_c, _ = two(service, opened)
    merge(service, b, a)
    assert refusal(propose, service, c_, a).code == "person_merged"
    end(service, open_c)
    merge(service, c_, b)
    assert standing_for(service, a).id == c_
    assert set(person_of(service, c_).ids) == {a, b, c_}
    assert refusal(part_persons, service, part(b, a)).code == "person_merged"
    part_persons(service, part(c_, b))
    assert standing_for(service, a).id == b
    part_persons(service, part(b, a))
    assert standing_for(service, a).id == a


def test_of_two_merges_at_once_one_is_done(service: CaseService, opened: Open) -> None:
    a, b, *_ = two(service, opened)
    propose(service, a, b)
    b_into_a = decision(a, b)
    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(_outcome, service, b_into_a),
            pool.submit(_outcome, service, decision(a, b, actor=MANAGER)),
        ]
    assert [one.result() for one in done].count("") == 1
    assert person_of(service, b).kept_by == a
    # Repeated, the command that was done is answered as it was then.
    _outcome(service, b_into_a)
    assert person_of(service, a).ids == (a, b)


def _outcome(service: CaseService, command: Any) -> str:
    try:
        decide_merge(service, command)
    except Refused as refused:
        return refused.code
    return ""


def test_a_referral_meanwhile_is_about_who_is_kept(service: CaseService, opened: Open) -> None:
    """The merge is decided between the referral's reading and its writing."""
    kept, merged, one, _ = two(service, opened, tax_code="VRDNNA80A41F205K")
    end(service, one)
    propose(service, kept, merged)
    command, append = (
        referral(person=somebody(tax_code="VRDNNA80A41F205K")),
        service.recorder.append,
    )
    meanwhile = [decision(kept, merged)]

    def between(*given: Any, **named: Any) -> Any:
        while meanwhile:
            decide_merge(service, meanwhile.pop())
        return append(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.recorder, "append", between)
        case = service.handle(command).case
    assert about(service, case) == kept


def test_an_anonymous_person_is_not_joined_with_a_named_one(
    service: CaseService, opened: Open
) -> None:
    named = about(service, opened())
    anonymous = about(service, opened({"anonymous": True, "pseudonym": "K7"}))
    refused = refusal(propose, service, named, anonymous)
    assert refused.code == "anonymous_with_named"


def test_who_must_not_be_sent_somewhere_is_not_whatever_they_are_called(
    service: CaseService, opened: Open
) -> None:
    kept, merged, *_ = two(service, opened)
    host = _host(service, merged)
    merge(service, kept, merged)
    assert str(kept) in _excluded(service, host)
    late = _host(service, kept)
    part_persons(service, part(kept, merged))
    assert str(merged) in _excluded(service, late)


def _excluded(service: CaseService, host: UUID) -> tuple[str, ...]:
    state = service.host(host)
    assert state is not None
    return state.excluded


def _host(service: CaseService, excluded: UUID) -> UUID:
    fields = {
        "name": "Forno", "comune": MELZO, "staff": 12, "sector": "food", "places": 2,
        "kinds": ["TRAINEESHIP"],
    }  # fmt: skip
    tutor = holder("tutor", "employment")
    host = register_host(
        service, RegisterHost(command_id=uuid4(), actor=tutor, case=uuid4(), fields=fields)
    ).case
    exclude_person(
        service,
        ExcludePerson(command_id=uuid4(), actor=REFERENT, case=host, person=str(excluded)),
    )
    return host


def test_said_twice_it_is_proposed_once(service: CaseService, opened: Open) -> None:
    kept, merged, *_ = two(service, opened)
    fields = {"command_id": uuid4(), "actor": DESK}
    first = propose(service, kept, merged, **fields)
    again = propose(service, kept, merged, **fields)
    assert (again.replayed, again.version) == (True, first.version)
    assert refusal(propose, service, kept, merged, **fields, why="Altro.").code == "command_reused"


def test_a_merge_that_only_one_side_tells_of_is_noticed(service: CaseService, opened: Open) -> None:
    kept, merged, _, other = two(service, opened)
    merge(service, kept, merged)
    assert list(person_flaws(service.recorder)) == []
    for one in (kept, merged):
        assert list(check_person(one, service.history(one))) == []
    # What somebody with the database in hand would write: nobody proposed it, one side only.
    third = about(service, opened())
    forged = p.PersonsMerged(str(third), proposed_by=DESK.id)
    events = recorded(
        kept, person_of(service, kept).version, [forged], decision(kept, third), None,
        service.clock.now(),
    )  # fmt: skip
    assert [f.code for f in check_person(kept, [*service.history(kept), *events])] == [
        "person_rule"
    ]
    replaced = recorded(
        other, service.state(other).version, [PersonReplaced(str(third))], decision(kept, third),
        None, service.clock.now(),
    )  # fmt: skip
    stored = [service.mapper.to_stored_event(event) for event in (*events, *replaced)]
    service.recorder.append(stored)
    assert {flaw.code for flaw in person_flaws(service.recorder)} == {
        "merge_one_sided", "case_of_another",
    }  # fmt: skip
    # Nor do altered rows end it: of one that cannot be read the log's own check tells.
    topic, envelope = stored[0].topic, stored[0].state
    nowhere = envelope.replace(str(third).encode(), b"nobody")
    service.recorder.append([StoredEvent(uuid4(), 1, topic, state) for state in (b"{}", nowhere)])
    assert list(person_flaws(service.recorder))


def test_erasing_who_is_kept_erases_whoever_was_merged_into_them(
    service: CaseService, opened: Open
) -> None:
    kept, merged, one, _ = two(service, opened, tax_code="NREGNN70A01F205W")
    merge(service, kept, merged)
    end(service, one)
    ask = RequestErasure(
        command_id=uuid4(), actor=COORDINATOR, case=kept, ground="unlawful", why="Senza titolo."
    )
    refused = refusal(request_erasure, service, msgspec.structs.replace(ask, case=merged))
    assert (refused.code, refused.related) == ("person_merged", {"person": str(kept)})
    request_erasure(service, ask)
    decide_erasure(
        service, DecideErasure(command_id=uuid4(), actor=MANAGER, case=kept, approve=True)
    )
    assert [service.vault.key_to_read(person) for person in (kept, merged)] == [None, None]
    assert held(service.recorder, [kept, merged]) == ()
    assert not [f for f in person_flaws(service.recorder) if f.originator in (kept, merged)]
    assert refusal(part_persons, service, part(kept, merged)).code == "person_erased"


def test_who_is_joined_with_somebody_protected_is_protected_in_every_case(
    service: CaseService, opened: Open
) -> None:
    for kept_sealed in (True, False):
        one = opened({**somebody(), "sealed": kept_sealed})
        end(service, one)
        other = opened({**somebody(), "sealed": not kept_sealed})
        merge(service, about(service, one), about(service, other))
        seen = sights(service, [one, other])
        assert (seen[one].sealed, seen[other].sealed) == (True, True)
        for case in (one, other):
            checked = check_case(case, service.history(case), service.registry, TERRITORY)
            assert not checked.findings
