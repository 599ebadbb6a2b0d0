"""What a read model is: tables, and a pure handler for each kind of event that changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.log.recorded import Recorded
from projections.rows import Rows
from protocols.engine.plan import Plan
from protocols.territory import Territory

Handler = Callable[[Any, Rows, Recorded, Any], None]
Method = TypeVar("Method", bound=Callable[..., None])

_SQL_TYPES: dict[Any, str] = {
    UUID: "uuid", str: "text", int: "bigint", float: "double precision", bool: "boolean",
    datetime: "timestamptz", date: "date",
}  # fmt: skip


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of a read model. Its fields are the table's columns, in their order; a list is an
    array. A changed row is a new row (`msgspec.structs.replace`)."""

    originator_id: UUID


class Table:
    """Rows of one kind. `key`: the columns that, after the originator, tell rows apart.

    A `log` table only grows: its key begins with the `position` of the event that adds the row,
    and a handler cannot read it back, so that its rows are not kept in memory.
    """

    __slots__ = ("columns", "key", "key_of", "log", "row", "types")

    def __init__(self, row: type[Row], key: Iterable[str] = (), *, log: bool = False) -> None:
        self.row = row
        self.columns: tuple[str, ...] = row.__struct_fields__
        self.log = log
        self.key = tuple(key) or (("position",) if log else ())
        hints = get_type_hints(row)
        self.types = tuple(_sql_type(hints[name]) for name in self.columns)
        self.key_of: Callable[[Row], Any] = attrgetter(*self.key) if self.key else _only

    def type_of(self, column: str) -> str:
        """The column's Postgres type."""
        return self.types[self.columns.index(column)]


def _sql_type(hint: Any) -> str:
    """The Postgres type of a field, which `schema.sql` must use: rows are written in binary."""
    arguments = get_args(hint)
    if get_origin(hint) is list:
        return f"{_SQL_TYPES[arguments[0]]}[]"
    return _SQL_TYPES[next((kind for kind in arguments if kind is not NoneType), hint)]


def _only(row: Row) -> None:
    """The key of the one row that an originator has in a table."""


class Plans(Protocol):
    """Where protocol texts are found (`protocols.registry.Registry`)."""

    def get(self, protocol: str, version: str) -> Plan: ...


class ReadModel:
    """A set of tables folded from the log, in a Postgres schema of the model's name.

    A subclass says `name`, `tables` and, in methods marked `@on(Body, …)` with the parameters
    `(rows, event, body)`, how events change rows. Handlers are pure: they read and write `rows`
    and nothing else. `version` rises whenever a handler or `schema.sql` changes what is in the
    tables: the projector then rebuilds them.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Table]]
    folder: ClassVar[Path]
    handlers: ClassVar[Mapping[type, Handler]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        found = dict(cls.handlers)
        for method in vars(cls).values():
            for body in getattr(method, "handled", ()):
                found[body] = method
        cls.handlers = found

    def __init__(self, plans: Plans, territory: Territory) -> None:
        self.plans = plans
        self.territory = territory

    def apply(self, rows: Rows, event: Recorded) -> None:
        """Change `rows` by one event; events the model knows nothing of change nothing."""
        handler = self.handlers.get(type(event.body))
        if handler is not None:
            handler(self, rows, event, event.body)

    @classmethod
    def schema_sql(cls) -> str:
        """The tables, without a schema's name: they are made wherever `search_path` points."""
        return (cls.folder / "schema.sql").read_text(encoding="utf-8")


def on(*bodies: type) -> Callable[[Method], Method]:
    """Marks the method that handles events with these bodies."""

    def mark(method: Method) -> Method:
        method.handled = bodies  # type: ignore[attr-defined]
        return method

    return mark
