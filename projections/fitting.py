"""Values that Postgres cannot hold: kept out of forms, but a log is for ever and may have one."""

from __future__ import annotations

from typing import Any

from projections.model import Row

_LEAST, _MOST = -(2**63), 2**63 - 1
_REPLACEMENT = "\ufffd"


def fitted(row: Row) -> Row:
    """The row with NUL characters replaced and numbers beyond 64 bits cut off."""
    return type(row)(*(_fit(getattr(row, name)) for name in row.__struct_fields__))


def _fit(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", _REPLACEMENT)
    if isinstance(value, list):
        return [_fit(item) for item in value]
    if type(value) is int:
        return max(_LEAST, min(value, _MOST))
    return value
