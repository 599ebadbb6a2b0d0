"""The arguments of ``append_events``, as array literals.

Psycopg's own arrays would do; converting them costs more than the append itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.log.appending import Claims, CommandRow

APPEND = """
    SELECT * FROM append_events(
        %s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::bigint[],
        %b::uuid, %b::bytea, %b::uuid, %b::bigint, %b::bytea,
        %s::text[], %s::bytea[], %s::uuid[], %s::text[], %s::bytea[], %s::uuid[])
"""


def parameters_of(
    events: Sequence[StoredEvent],
    standing: dict[UUID | str, int],
    command: CommandRow | None,
    claims: Claims,
) -> tuple[Any, ...]:
    """What :data:`APPEND` takes; ``standing`` is the version each originator must be at."""
    command_id = fingerprint = subject = version = result = None
    if command is not None:
        command_id, fingerprint, result = command.command_id, command.fingerprint, command.result
        subject = command.originator_id or (events[0].originator_id if events else None)
        version = max(
            (e.originator_version for e in events if e.originator_id == subject), default=0
        )
    return (
        *columns([(e.originator_id, e.originator_version, e.topic, e.state) for e in events], 4),
        *columns(list(standing.items()), 2),
        command_id,
        fingerprint,
        subject,
        version,
        result,
        *columns(claims.take, 3),
        *columns(claims.release, 3),
    )


def heads(events: Sequence[StoredEvent]) -> dict[UUID | str, int]:
    """Version that each originator must be at for these events to follow.

    Raises:
        ValueError: an originator's versions are not consecutive.
    """
    first: dict[UUID | str, int] = {}
    last: dict[UUID | str, int] = {}
    for event in events:
        of, version = event.originator_id, event.originator_version
        first.setdefault(of, version - 1)
        if last.setdefault(of, version - 1) != version - 1:
            raise ValueError(f"version {version} of {of} does not follow {last[of]}")
        last[of] = version
    return first


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[str | None, ...]:
    """Array literals of ``rows`` by column; NULLs where there are none."""
    return tuple(map(_array, zip(*rows, strict=True))) if rows else (None,) * width


def _array(items: tuple[Any, ...]) -> str:
    first = items[0]
    if isinstance(first, bytes):
        return '{"\\\\x' + '","\\\\x'.join(map(bytes.hex, items)) + '"}'
    if isinstance(first, str):
        return "{" + ",".join(f'"{_escaped(item)}"' for item in items) + "}"
    return "{" + ",".join(map(str, items)) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
