"""A host's places: taken and freed in the transaction of the case, never more than there are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from domain.clock import SystemClock
from domain.host.events import HostRegistered, PlaceFreed, PlaceTaken
from domain.log.recorder import CaseLogRecorder
from domain.person.events import PersonNamed
from domain.reactions import Batch, recorded
from domain.refusal import Refused
from domain.service import CaseService
from protocols.engine import events as e
from protocols.registry import Registry
from tests.domain.conftest import MELZO, TERRITORY, holder, referral
from tests.engine.gwt import protocol

PLAN = protocol("""
roles: {municipal_referent: {title: Referente, held_by: {organisation: comune}}}
exceptions: {skip: municipal_referent}
forms:
  choose:
    title: Scelta
    fields: {host: {type: host, title: Ospitante}, kind: {type: text, title: Tipo}}
  identity:
    title: Identità
    fields:
      first_name: {type: text, title: Nome, category: identity, personal: true}
      last_name: {type: text, title: Cognome, category: identity, personal: true}
      tax_code: {type: text, title: CF, category: identity, personal: true, required: false}
steps:
  choose:
    title: Scelta
    role: municipal_referent
    form: choose
    records: {fact: PlaceReserved, fields: {host: host, kind: kind}}
  placement:
    title: Inserimento
    after: choose
    role: municipal_referent
    outcomes: {ended: , changed: {again: choose, at_most: 3}}
    records: {fact: PlacementEnded, fields: {outcome: outcome}, on: ended}
  name:
    title: Nome
    role: municipal_referent
    form: identity
    records: {fact: PersonIdentified}
events:
  death: {title: Decesso, by: municipal_referent, ends: deceased, silently: true}
  reentry: {title: Rientro, by: municipal_referent, reopens: 12 months, again: choose}
""")
KIND = "INCLUSION_TRAINEESHIP"
MUNICIPAL = holder("municipal_referent", f"comune:{MELZO}")


@pytest.fixture
def service(database_url: str) -> Iterator[CaseService]:
    recorder = CaseLogRecorder.connect(database_url)
    yield CaseService(recorder, Registry([PLAN]), TERRITORY, SystemClock(), b"k" * 32)
    recorder.close()


def command(kind: type[c.Command], case: UUID, **fields: Any) -> Any:
    return kind(command_id=uuid4(), actor=MUNICIPAL, case=case, **fields)


def opened(service: CaseService, **person: Any) -> UUID:
    given = {"first_name": "Ivo", "last_name": "D'Adda", **person}
    return service.handle(referral(protocol="test", person=given)).case


def host_with(service: CaseService, places: int) -> UUID:
    host = uuid4()
    body = HostRegistered("Panificio", MELZO, 40, "food", places)
    registering = command(c.Command, host)
    now = service.clock.now()
    service.record(host, registering, Batch(recorded(host, 0, [body], registering, None, now)))
    return host


def choose(case: UUID, host: UUID) -> c.CompleteTask:
    data = {"host": str(host), "kind": KIND}
    return command(c.CompleteTask, case, task="choose", outcome="done", data=data)


def taken(service: CaseService, host: UUID) -> set[str]:
    state = service.host(host)
    assert state is not None
    return {case for case, _ in state.taken}


def test_a_place_is_taken_with_the_case_and_freed_when_the_placement_ends(
    service: CaseService,
) -> None:
    host, case = host_with(service, 1), opened(service)
    receipt = service.handle(choose(case, host))
    assert taken(service, host) == {str(case)}
    written = service.mapper.read_all(
        service.recorder.read_from(receipt.position - receipt.events + 1, 100)
    )
    assert PlaceTaken in {type(event.body) for event in written}
    service.handle(command(c.CompleteTask, case, task="placement", outcome="ended"))
    assert taken(service, host) == set()


def test_the_end_of_a_case_frees_its_place(service: CaseService) -> None:
    host, case = host_with(service, 1), opened(service)
    service.handle(choose(case, host))
    service.handle(command(c.ReportEvent, case, event="death"))
    freed = [event.body for event in service.history(host)][-1]
    assert freed == PlaceFreed(str(case), "CaseEnded")


def test_another_host_frees_the_first(service: CaseService) -> None:
    first, second, case = host_with(service, 1), host_with(service, 1), opened(service)
    service.handle(choose(case, first))
    service.handle(command(c.CompleteTask, case, task="placement", outcome="changed"))
    assert taken(service, first) == {str(case)}
    service.handle(choose(case, second))
    assert (taken(service, first), taken(service, second)) == (set(), {str(case)})


def test_a_full_host_refuses_and_nothing_is_written(service: CaseService) -> None:
    host = host_with(service, 1)
    service.handle(choose(opened(service), host))
    late = opened(service)
    before = service.recorder.last_position()
    with pytest.raises(Refused) as refused:
        service.handle(choose(late, host))
    assert refused.value.code == "host_full"
    assert refused.value.related == {"host": str(host)}
    assert service.recorder.last_position() == before
    assert service.state(late).place is None


def test_of_many_cases_at_once_only_one_takes_the_last_place(service: CaseService) -> None:
    host = host_with(service, 1)
    cases = [opened(service) for _ in range(6)]
    start = threading.Barrier(len(cases))
    results: list[str] = []

    def take(case: UUID) -> None:
        start.wait()
        try:
            service.handle(choose(case, host))
            results.append("taken")
        except Refused as refused:
            results.append(refused.code)

    threads = [threading.Thread(target=take, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["host_full"] * 5 + ["taken"]
    holding = taken(service, host)
    assert len(holding) == 1
    assert {str(case) for case in cases if service.state(case).place} == holding


def test_of_two_who_complete_the_same_task_at_once_one_wins(service: CaseService) -> None:
    host, case = host_with(service, 9), opened(service)
    start = threading.Barrier(4)
    results: list[str] = []

    def complete() -> None:
        start.wait()
        try:
            service.handle(choose(case, host))
            results.append("done")
        except Refused as refused:
            results.append(refused.code)

    threads = [threading.Thread(target=complete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done"] + ["task_done"] * 3
    completions = [x for x in service.history(case) if isinstance(x.body, e.StepCompleted)]
    assert len(completions) == 1


def test_a_name_given_later_goes_to_the_person_and_not_to_the_case(service: CaseService) -> None:
    anonymous = {"first_name": "", "last_name": "", "anonymous": True, "pseudonym": "K7"}
    case = opened(service, **anonymous)
    assert service.state(case).attributes["anonymous"] is True
    name = {"first_name": "Karim", "last_name": "Neri", "tax_code": "RSSMRA85T10A562S"}
    naming = command(c.CompleteTask, case, task="name", outcome="done", data=name)
    service.handle(naming)
    assert service.state(case).attributes["anonymous"] is False
    for event in service.history(case):
        assert "Karim" not in str(event.body)
        assert "RSSMRA85T10A562S" not in str(event.body)
    person = UUID(service.state(case).attributes["person"])
    named = service.history(person)[-1].body
    assert isinstance(named, PersonNamed)
    event = service.history(person)[-1]
    assert service.personal_reader(person).opened(event)["last_name"] == "Neri"


def test_a_new_episode_is_again_the_only_open_case_of_the_person(service: CaseService) -> None:
    person = {"tax_code": "RSSMRA85T10A562S"}
    first = opened(service, **person)
    host = host_with(service, 1)
    service.handle(choose(first, host))
    service.handle(command(c.CompleteTask, first, task="name", outcome="done",
                           data={"first_name": "Ivo", "last_name": "D'Adda"}))  # fmt: skip
    service.handle(command(c.CompleteTask, first, task="placement", outcome="ended"))
    assert service.state(first).ended
    service.handle(command(c.ReportEvent, first, event="reentry"))
    assert service.state(first).episode == 2
    with pytest.raises(Refused) as refused:
        opened(service, **person)
    assert refused.value.code == "duplicate_referral"


def test_a_person_with_another_open_case_cannot_re_enter_the_old_one(
    service: CaseService,
) -> None:
    person = {"tax_code": "RSSMRA85T10A562S"}
    first = opened(service, **person)
    host = host_with(service, 2)
    service.handle(choose(first, host))
    service.handle(command(c.SkipStep, first, step="name", reason="già noto"))
    service.handle(command(c.CompleteTask, first, task="placement", outcome="ended"))
    second = opened(service, **person)
    with pytest.raises(Refused) as refused:
        service.handle(command(c.ReportEvent, first, event="reentry"))
    assert refused.value.code == "duplicate_referral"
    assert refused.value.related == {"case": str(second)}
    assert service.state(first).ended
