"""Events on the wire: nothing lost, old forms read, unknown ones said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.utils import resolve_topic

from domain.log.errors import NewerEvent, UnknownTopic, UnreadableEvent
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.recorder import CaseLogRecorder
from domain.log.topics import event, register, topic_of


@event("test.allowance-set", formerly=("test.old-name",))
class AllowanceSet(msgspec.Struct, frozen=True):
    amount: Decimal
    since: date
    note: str = ""
    hours: dict[int, float] = {}


@event("test.step-done")
class StepDone(msgspec.Struct, frozen=True):
    """Once {"name": "triage simple"}, then {"step", "result"}, now {"step", "outcome"}."""

    step: str
    outcome: str

    class_version: ClassVar[int] = 3

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
        step, result = state["name"].split()
        return {"step": step, "result": result}

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["outcome"] = state.pop("result")


def recorded(body: msgspec.Struct, **changes: Any) -> Recorded:
    given: dict[str, Any] = {
        "originator_id": uuid4(),
        "originator_version": 1,
        "at": datetime(2024, 3, 1, 9, 30, 0, 123456, tzinfo=UTC),
        "actor": "op-17",
        "role": "municipal_referent",
        "command_id": uuid4(),
        "body": body,
    }
    return Recorded(**{**given, **changes})


def entry(topic: str, state: dict[str, Any] | bytes, position: int = 7) -> Entry:
    raw = state if isinstance(state, bytes) else msgspec.json.encode(state)
    return Entry(position, UUID(int=1), 4, topic, raw)


def envelope(body: Any, **more: Any) -> dict[str, Any]:
    at = "2024-03-01T09:30:00Z"
    return {"at": at, "by": "op-17", "as": "tutor", "cmd": str(UUID(int=2)), "body": body, **more}


HAPPENED = AllowanceSet(Decimal("400.10"), date(2024, 2, 29), "àè ’ 👩🏽 \u202e \x00", {1: 0.5})


def test_an_event_comes_back_from_the_log_as_it_went(recorder: CaseLogRecorder) -> None:
    mapper = CaseLogMapper()
    known = recorded(HAPPENED, occurred_at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    unknown_role = recorded(HAPPENED, role=None)
    recorder.append([mapper.to_stored_event(known), mapper.to_stored_event(unknown_role)])
    assert list(mapper.read_all(recorder.stream())) == [
        msgspec.structs.replace(known, position=1),
        msgspec.structs.replace(unknown_role, position=2),
    ]
    assert [mapper.to_domain_event(n) for n in recorder.select_notifications(None, 2)] == list(
        mapper.read_all(recorder.read_from(0, 2))
    )
    assert [mapper.to_domain_event(e) for e in recorder.select_events(known.originator_id)] == [
        known
    ]


def test_the_stored_form_is_the_documented_one() -> None:
    happened = recorded(StepDone("triage", "simple"), role=None, command_id=UUID(int=2))
    stored = CaseLogMapper().to_stored_event(happened)
    assert stored.topic == "test.step-done"
    assert msgspec.json.decode(stored.state) == {
        "at": "2024-03-01T09:30:00.123456Z",
        "by": "op-17",
        "cmd": str(UUID(int=2)),
        "body": {"step": "triage", "outcome": "simple"},
        "v": 3,
    }


def test_times_are_kept_in_utc() -> None:
    rome = timezone(timedelta(hours=2))
    happened = recorded(HAPPENED, at=datetime(2024, 7, 1, 1, 0, tzinfo=rome))
    mapper = CaseLogMapper()
    read = mapper.to_domain_event(mapper.to_stored_event(happened))
    assert read.at == happened.at
    assert read.at.isoformat() == "2024-06-30T23:00:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        mapper.to_stored_event(recorded(HAPPENED, at=datetime(2024, 7, 1)))


@pytest.mark.parametrize(
    "state",
    [
        envelope({"name": "triage simple"}),
        envelope({"name": "triage simple"}, v=1),
        envelope({"step": "triage", "result": "simple"}, v=2),
        envelope({"step": "triage", "outcome": "simple"}, v=3),
    ],
)
def test_every_form_ever_written_is_read_as_the_present_one(state: dict[str, Any]) -> None:
    read = CaseLogMapper().read(entry("test.step-done", state))
    assert read.body == StepDone("triage", "simple")
    assert (read.position, read.originator_version, read.role) == (7, 4, "tutor")


def test_an_old_form_that_happens_to_fit_is_upcast_all_the_same() -> None:
    fits = envelope({"name": "triage simple", "step": "wrong", "outcome": "wrong"}, v=1)
    assert CaseLogMapper().read(entry("test.step-done", fits)).body == StepDone("triage", "simple")


def test_an_old_topic_is_read_and_the_new_one_written() -> None:
    mapper = CaseLogMapper()
    stored = mapper.to_stored_event(recorded(HAPPENED))
    assert stored.topic == topic_of(AllowanceSet) == "test.allowance-set"
    renamed = StoredEvent(stored.originator_id, 1, "test.old-name", stored.state)
    assert mapper.to_domain_event(renamed).body == HAPPENED


def test_an_unknown_topic_is_named_and_never_imported() -> None:
    with pytest.raises(UnknownTopic) as refused:
        CaseLogMapper().read(entry("subprocess:Popen", envelope({})))
    assert (refused.value.topic, refused.value.position) == ("subprocess:Popen", 7)
    assert "Evento 7" in refused.value.message.it


def test_a_later_form_asks_for_an_upgrade() -> None:
    with pytest.raises(NewerEvent, match="forma 4"):
        CaseLogMapper().read(entry("test.step-done", envelope({"stage": "x"}, v=4)))


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (b"not json", "$"),
        (envelope({"amount": "1", "since": "Mario Rossi"}), "$.since"),
        (envelope({"since": "2024-01-01"}), "$"),
        ({"by": "op-17"}, "$"),
    ],
)
def test_a_malformed_event_is_named_without_quoting_it(state: Any, place: str) -> None:
    with pytest.raises(UnreadableEvent) as refused:
        CaseLogMapper().read(entry("test.allowance-set", state))
    assert refused.value.place == place
    assert refused.value.position == 7
    assert "Rossi" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_upcaster_that_fails_names_the_event() -> None:
    with pytest.raises(UnreadableEvent, match=r"Evento 7 \(test.step-done\)"):
        CaseLogMapper().read(entry("test.step-done", envelope({"nome": "x"}, v=1)))


def test_notifications_keep_their_position() -> None:
    mapper = CaseLogMapper()
    stored = mapper.to_stored_event(recorded(HAPPENED))
    notification = Notification(stored.originator_id, 1, stored.topic, stored.state, id=42)
    assert mapper.to_domain_event(notification).position == 42


def test_registered_topics_are_known_to_the_library_too() -> None:
    assert resolve_topic("test.step-done") is StepDone


def test_a_topic_names_one_class_for_ever() -> None:
    class Other(msgspec.Struct, frozen=True):
        pass

    with pytest.raises(ValueError, match="already names StepDone"):
        register("test.step-done", Other)
    with pytest.raises(TypeError, match=r"already stored as 'test\.step-done'"):
        register("test.another", StepDone)
    with pytest.raises(ValueError, match="expected words like"):
        register("Not A Topic", Other)
    with pytest.raises(TypeError, match="has no topic"):
        CaseLogMapper().to_stored_event(recorded(Other()))
    register("test.step-done", StepDone)


def test_a_class_is_registered_only_if_its_history_can_be_read() -> None:
    class Changed(msgspec.Struct, frozen=True):
        class_version: ClassVar[int] = 2

    class Mutable(msgspec.Struct):
        pass

    with pytest.raises(TypeError, match="upcast_v1_v2"):
        register("test.changed", Changed)
    with pytest.raises(TypeError, match="frozen"):
        register("test.mutable", Mutable)
