"""One event of every kind, made from its class alone: what each stored form looks like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec import inspect as kinds

import domain.topics  # noqa: F401  (every body must have its topic)
from domain.log.mapper import CaseLogMapper
from domain.log.recorded import Entry, Recorded
from domain.log.topics import registered, topic_of

_NAMESPACE = UUID(int=0x0C)
_AT = datetime(2026, 3, 12, 9, 30, 0, 123456, tzinfo=UTC)


def forms() -> Iterator[Entry]:
    """By topic; ids, times and values are always the same."""
    mapper = CaseLogMapper()
    current = {topic_of(cls): cls for cls in registered().values()}
    for position, topic in enumerate(sorted(current), start=1):
        originator = uuid5(_NAMESPACE, topic)
        event = Recorded(
            originator_id=originator,
            originator_version=1,
            position=position,
            at=_AT,
            actor="mr-melzo-1",
            role="municipal_referent",
            command_id=uuid5(originator, "command"),
            body=_body(current[topic]),
        )
        stored = mapper.to_stored_event(event)
        yield Entry(position, originator, 1, topic, stored.state)


def _body(cls: type[Any]) -> Any:
    return msgspec.convert(_value(kinds.type_info(cls)), cls)


def _value(kind: kinds.Type) -> Any:
    """Something that is of this type, and not its default."""
    if isinstance(kind, kinds.StructType):
        return {field.encode_name: _value(field.type) for field in kind.fields}
    if isinstance(kind, kinds.NamedTupleType):
        return [_value(field.type) for field in kind.fields]
    if isinstance(kind, kinds.UnionType):
        return _value(next(t for t in kind.types if not isinstance(t, kinds.NoneType)))
    if isinstance(kind, (kinds.ListType, kinds.VarTupleType, kinds.SetType, kinds.FrozenSetType)):
        return [_value(kind.item_type)]
    if isinstance(kind, kinds.TupleType):
        return [_value(item) for item in kind.item_types]
    if isinstance(kind, kinds.DictType):
        return {_value(kind.key_type): _value(kind.value_type)}
    if isinstance(kind, (kinds.LiteralType, kinds.EnumType)):
        return kind.values[0] if isinstance(kind, kinds.LiteralType) else next(iter(kind.cls)).value
    for simple, value in _SIMPLE:
        if isinstance(kind, simple):
            return value
    raise TypeError(f"no example of {kind!r}: add one")


_SIMPLE: tuple[tuple[type[kinds.Type], Any], ...] = (
    (kinds.StrType, "cassina-de'-pecchi"),
    (kinds.BoolType, True),
    (kinds.IntType, 3),
    (kinds.FloatType, 2.5),
    (kinds.DateTimeType, _AT.isoformat()),
    (kinds.DateType, date(2026, 3, 12).isoformat()),
    (kinds.UUIDType, str(UUID(int=0xA))),
    (kinds.BytesType, "AAEC"),
    (kinds.AnyType, "valore"),
)
