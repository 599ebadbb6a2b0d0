"""Events on the wire.

``state`` is JSON: ``{"at", "by", "as", "cmd", "on"?, "v"?, "body"}``. ``v`` is the
form of the body and is left out at 1; ``on`` is left out when the event happened
when it was recorded. The names are short because they are in every row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import (
    Cipher,
    Compressor,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    Transcoder,
)

from domain.log.errors import NewerEvent, UnknownTopic, UnreadableEvent
from domain.log.recorded import Entry, Recorded
from domain.log.topics import body_class, class_version, topic_of


class _Envelope(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    at: datetime
    by: str
    as_: str | None = msgspec.field(default=None, name="as")
    cmd: UUID
    body: Any
    on: datetime | None = None
    v: int = 1


_UNDECODED = msgspec.json.Decoder(_Envelope)
_ENCODER = msgspec.json.Encoder()
_PATH = re.compile(r"at `(\$[^`]*)`")


class CaseLogMapper(Mapper[UUID]):
    """Converts between :class:`Recorded` and stored rows; usable by eventsourcing's stores.

    It never imports what a topic names: only registered topics are read.
    """

    def __init__(
        self,
        transcoder: Transcoder | None = None,
        compressor: Compressor | None = None,
        cipher: Cipher | None = None,
    ) -> None:
        super().__init__(transcoder or JSONTranscoder(), compressor, cipher)

    def to_stored_event(self, domain_event: Recorded) -> StoredEvent:  # type: ignore[override]
        """Row for an event that is about to be appended.

        Raises:
            TypeError: the body's class is not registered.
            ValueError: a time without its time zone.
        """
        body = domain_event.body
        state = _ENCODER.encode(
            _Envelope(
                at=_utc(domain_event.at),
                by=domain_event.actor,
                as_=domain_event.role,
                cmd=domain_event.command_id,
                body=body,
                on=_utc(domain_event.occurred_at) if domain_event.occurred_at else None,
                v=class_version(type(body)),
            )
        )
        if self.compressor:
            state = self.compressor.compress(state)
        if self.cipher:
            state = self.cipher.encrypt(state)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=topic_of(type(body)),
            state=state,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Event of a row read through eventsourcing's own methods."""
        return self.read(
            Entry(
                getattr(stored_event, "id", 0),
                _as_uuid(stored_event.originator_id),
                stored_event.originator_version,
                stored_event.topic,
                stored_event.state,
            )
        )

    def read(self, entry: Entry) -> Recorded:
        """Event of a row of the log, upcast to the form the program knows.

        Raises:
            UnknownTopic: nobody registered the topic.
            NewerEvent: the body is in a later form.
            UnreadableEvent: the row is not what its topic promises.
        """
        position, originator_id, originator_version, topic, state = entry
        if self.cipher:
            state = self.cipher.decrypt(state)
        if self.compressor:
            state = self.compressor.decompress(state)
        cls = body_class(topic)
        if cls is None:
            raise UnknownTopic(topic, position)
        decoder, version = _decoder(cls)
        try:
            envelope = decoder.decode(state)
        except msgspec.MsgspecError:
            envelope = _upcast(cls, entry, state)
        else:
            if envelope.v != version:
                envelope = _upcast(cls, entry, state)
        return Recorded(
            originator_id=originator_id,
            originator_version=originator_version,
            position=position,
            at=envelope.at,
            actor=envelope.by,
            role=envelope.as_,
            command_id=envelope.cmd,
            body=envelope.body,
            occurred_at=envelope.on,
        )

    def read_all(self, entries: Iterable[Entry]) -> Iterator[Recorded]:
        """Events of many rows, in their order."""
        return map(self.read, entries)


@cache
def _decoder(cls: type[msgspec.Struct]) -> tuple[msgspec.json.Decoder[Any], int]:
    # One typed decoder for envelope and body together is what makes reading fast.
    envelope = msgspec.defstruct(
        f"{cls.__name__}Envelope", [("body", cls)], bases=(_Envelope,), kw_only=True, gc=False
    )
    return msgspec.json.Decoder(envelope), class_version(cls)


def _upcast(cls: type[msgspec.Struct], entry: Entry, state: bytes) -> _Envelope:
    topic, position, known = entry.topic, entry.position, class_version(cls)
    try:
        envelope = _UNDECODED.decode(state)
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(topic, position, _place(error)) from None
    if envelope.v > known:
        raise NewerEvent(topic, position, envelope.v, known)
    try:
        body = envelope.body
        for version in range(envelope.v, known):
            replaced = getattr(cls, f"upcast_v{version}_v{version + 1}")(body)
            body = body if replaced is None else replaced
        envelope.body = msgspec.convert(body, cls, str_keys=True)
    except (msgspec.ValidationError, LookupError, TypeError, ValueError) as error:
        raise UnreadableEvent(topic, position, _place(error)) from None
    return envelope


def _place(error: Exception) -> str:
    # The path only: the rest of the message may quote what the event holds.
    found = _PATH.search(str(error))
    return found[1] if found else "$"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a recorded time needs its time zone: use an aware datetime")
    return moment.astimezone(UTC)


def _as_uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
