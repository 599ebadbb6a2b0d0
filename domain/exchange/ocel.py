"""Reading OCEL 2.0, in JSON and in XML: the objects of one type are the cases.

Source: OCEL 2.0 specification (Berti, Koren, Adams, Park, Knopp, Graves, Rafiei, Liß, tacke genannt
Unterberg, Zhang, Schwanen, Pegoraro, van der Aalst, 2023). An event that concerns several cases
belongs to each of them. The format does not keep the events of a case together, so the whole log
is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, BinaryIO

import msgspec

from domain.exchange.instants import Instants
from domain.exchange.markup import Content, read_markup
from domain.exchange.trace import (
    MOST_EVENTS,
    Columns,
    LoggedEvent,
    LoggedTrace,
    LogRefused,
    too_many,
)
from protocols.documents import unknown_name
from protocols.text import Text

# A JSON text is decoded whole: beyond this the same log in XML takes less memory.
_MOST_BYTES = 1 << 30


class _Named(msgspec.Struct):
    name: str
    value: Any = None


class _Relation(msgspec.Struct, rename={"object": "objectId"}):
    object: str


class _Object(msgspec.Struct):
    id: str
    type: str
    attributes: list[_Named] | None = None


class _Event(msgspec.Struct):
    id: str
    type: str
    time: str
    attributes: list[_Named] | None = None
    relationships: list[_Relation] | None = None


class _Log(msgspec.Struct):
    objects: list[_Object]
    events: list[_Event]


def read_ocel_json(stream: BinaryIO, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """Raises LogRefused."""
    text = stream.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise LogRefused(
            Text("il file supera un gigabyte.", "the file is larger than a gigabyte."),
            Text("Esportare lo stesso registro in XML.", "Export the same log as XML."),
        )
    try:
        log = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"), type=_Log)
    except msgspec.DecodeError as error:
        raise _not_ocel(text, error) from None
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise LogRefused(
            Text("il JSON non è in UTF-8.", "the JSON is not in UTF-8."),
            Text("Esportarlo di nuovo in UTF-8.", "Export it again as UTF-8."),
            line=line,
        ) from None
    except RecursionError:
        raise LogRefused(
            Text("troppi livelli uno dentro l'altro.", "too many levels inside each other."),
            Text("Non è OCEL 2.0: controllare il file.", "Not OCEL 2.0: check the file."),
        ) from None
    found = _Gathering(columns, timezone)
    for thing in log.objects:
        found.object(thing.id, thing.type, _values(thing.attributes, _wanted(columns)))
    for event in log.events:
        of = [relation.object for relation in event.relationships or ()]
        found.event(event.type, event.time, _values(event.attributes, _wanted(columns)), of, 0)
    return found.traces()


def read_ocel_xml(stream: BinaryIO, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """Raises LogRefused."""
    found = _Gathering(columns, timezone)
    for _ in read_markup(stream, _Content(found, _wanted(columns)), texts=True):
        pass
    return found.traces()


def _wanted(columns: Columns) -> frozenset[str]:
    named = {columns.activity, columns.lifecycle} - {""}
    return columns.also | columns.if_there | named


def _values(attributes: Iterable[_Named] | None, also: frozenset[str]) -> dict[str, str]:
    return {
        a.name: str(a.value) for a in attributes or () if a.name in also and a.value is not None
    }


def _not_ocel(text: bytes, error: msgspec.DecodeError) -> LogRefused:
    if isinstance(error, msgspec.ValidationError):
        # msgspec says where: `… - at `$.events[3].time``.
        where = str(error).rpartition("`$")[2].rstrip("`") or ", la radice"
        return LogRefused(
            Text(
                f"il contenuto non è OCEL 2.0 (a «{where.lstrip('.')}»).",
                f"the content is not OCEL 2.0 (at “{where.lstrip('.')}”).",
            ),
            Text(
                "Servono «objects» (id, type) ed «events» (id, type, time, relationships).",
                "“objects” (id, type) and “events” (id, type, time, relationships) are needed.",
            ),
        )
    digits = "".join(c for c in str(error).rpartition("byte ")[2] if c.isdigit())
    line = text.count(b"\n", 0, int(digits)) + 1 if digits else text.count(b"\n") + 1
    return LogRefused(
        Text("il JSON non è ben formato.", "the JSON is not well-formed."),
        Text(
            "Il file è troncato o rovinato: esportarlo di nuovo.",
            "The file is truncated or damaged: export it again.",
        ),
        line=line,
    )


class _Gathering:
    """Events by the objects that they concern, until it is known which are cases."""

    def __init__(self, columns: Columns, timezone: tzinfo) -> None:
        self._columns = columns
        self._instants = Instants(timezone, columns.date_format)
        self._types: dict[str, str] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._events: list[tuple[LoggedEvent, list[str]]] = []

    def object(self, name: str, kind: str, values: dict[str, str]) -> None:
        self._types[name] = kind
        self._values[name] = values

    def event(self, kind: str, time: str, values: dict[str, str], of: list[str], line: int) -> None:
        columns = self._columns
        if columns.lifecycle and values.get(columns.lifecycle, "") not in columns.transitions:
            return
        activity = values.get(columns.activity, "") if columns.activity else kind
        if not activity:
            raise LogRefused(
                Text("un evento non ha tipo.", "an event has no type."),
                Text("Ogni evento ha un «type».", "Every event has a “type”."),
                line=line,
            )
        at = self._instants.read(time, line)
        self._events.append((LoggedEvent(activity, at, values, line), of))

    def traces(self) -> Iterator[LoggedTrace]:
        kind = self._kind()
        cases = {
            name: LoggedTrace(name, [], self._values[name])
            for name, its in self._types.items()
            if its == kind
        }
        for event, of in self._events:
            for name in dict.fromkeys(of):
                if name in cases:
                    cases[name].events.append(event)
        self._events.clear()
        for name in list(cases):
            trace = cases.pop(name)
            if len(trace.events) > MOST_EVENTS:
                raise too_many(trace.events[0].line)
            trace.events.sort(key=_instant)
            yield trace

    def _kind(self) -> str:
        kinds = sorted(set(self._types.values()))
        wanted = self._columns.object_type
        if wanted in kinds:
            return wanted
        if not wanted and len(kinds) == 1:
            return kinds[0]
        remedy = Text(
            "Indicare quali oggetti sono i casi: «log: {object_type: …}» nella mappatura.",
            "Say which objects are the cases: “log: {object_type: …}” in the mapping.",
        )
        if wanted:
            name = Text("Tipo di oggetto", "Object type")
            raise LogRefused(unknown_name(name, wanted, kinds), remedy)
        listed = ", ".join(kinds[:12]) or "—"
        raise LogRefused(
            Text(
                f"il registro ha più tipi di oggetto, o nessuno: {listed}.",
                f"the log has several types of object, or none: {listed}.",
            ),
            remedy,
        )


def _instant(event: LoggedEvent) -> float:
    at: datetime | None = event.at
    return at.timestamp() if at else 0.0


class _Content(Content):
    """OCEL's XML. An element is known by its name and by what is around it."""

    def __init__(self, found: _Gathering, also: frozenset[str]) -> None:
        super().__init__()
        self._found = found
        self._also = also
        self._around: list[str] = []
        self._thing: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._of: list[str] = []
        self._name = ""
        self._text: list[str] = []
        self._at = 0

    def start(self, name: str, attributes: list[str], depth: int) -> None:
        if depth == 1 and name.rpartition(":")[2] != "log":
            raise LogRefused(
                Text("non è un registro OCEL 2.0.", "this is not an OCEL 2.0 log."),
                Text("Il primo elemento deve essere <log>.", "The first element must be <log>."),
                line=self.line(),
            )
        found = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if depth == 3 and self._around[1] in ("objects", "events"):
            self._thing, self._values, self._of = found, {}, []
            self._at = self.line()
        elif depth == 5 and self._around[3] == "objects" and self._around[1] == "events":
            self._of.append(found.get("object-id", ""))
        elif depth == 5 and self._around[3] == "attributes":
            self._name, self._text = found.get("name", ""), []
        self._around.append(name)

    def text(self, data: str) -> None:
        if self._name in self._also:
            self._text.append(data)

    def end(self, name: str, depth: int) -> None:
        self._around.pop()
        if depth == 5 and self._name:
            if self._name in self._also:
                self._values[self._name] = "".join(self._text).strip()
            self._name = ""
        elif depth == 3 and self._around[1] == "objects":
            self._found.object(self._needed("id"), self._needed("type"), self._values)
        elif depth == 3 and self._around[1] == "events":
            kind, time = self._needed("type"), self._needed("time")
            self._found.event(kind, time, self._values, self._of, self._at)

    def _needed(self, name: str) -> str:
        value = self._thing.get(name)
        if not value:
            raise LogRefused(
                Text(f"manca l'attributo «{name}».", f"the attribute “{name}” is missing."),
                Text("Non è OCEL 2.0: esportare di nuovo.", "Not OCEL 2.0: export it again."),
                line=self._at,
            )
        return value
