"""Reading OCEL 2.0 in JSON and in XML.

Source: OCEL 2.0 specification (Berti, Koren, Adams, Park, Knopp, Graves, Rafiei, Liß, tacke genannt
Unterberg, Zhang, Schwanen, Pegoraro, van der Aalst, 2023).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any, BinaryIO

import msgspec

from domain.exchange.markup import Content, read_markup
from domain.exchange.ocel_gathering import Gathering, wanted_of
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from protocols.text import Text

# A JSON text is decoded whole: beyond this the same log in XML takes less memory.
_MOST_BYTES = 1 << 29
_CHUNK = 1 << 20


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
    text = bytearray()
    while chunk := stream.read(_CHUNK):
        text += chunk
        if len(text) > _MOST_BYTES:
            raise LogRefused(
                Text("il file supera mezzo gigabyte.", "the file is larger than half a gigabyte."),
                Text("Esportare lo stesso registro in XML.", "Export the same log as XML."),
            )
    if text.startswith(b"\xef\xbb\xbf"):
        del text[:3]
    try:
        log = msgspec.json.decode(text, type=_Log)
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
    found = Gathering(columns, timezone)
    wanted = wanted_of(columns)
    for thing in log.objects:
        found.object(thing.id, thing.type, _values(thing.attributes, wanted), 0)
    for event in log.events:
        of = [relation.object for relation in event.relationships or ()]
        found.event(event.id, event.type, event.time, _values(event.attributes, wanted), of, 0)
    return found.traces()


def read_ocel_xml(stream: BinaryIO, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """Raises LogRefused."""
    found = Gathering(columns, timezone)
    for _ in read_markup(stream, _Content(found, wanted_of(columns)), texts=True):
        pass
    return found.traces()


def _values(attributes: Iterable[_Named] | None, also: frozenset[str]) -> dict[str, str]:
    return {
        a.name: str(a.value) for a in attributes or () if a.name in also and a.value is not None
    }


def _not_ocel(text: bytearray, error: msgspec.DecodeError) -> LogRefused:
    if isinstance(error, msgspec.ValidationError):
        # msgspec says where: `… - at `$.events[3].time``.
        _, at, said = str(error).rpartition("`$")
        where = said.rstrip("`").lstrip(".") if at else ""
        return LogRefused(
            Text(
                f"il contenuto non è OCEL 2.0 (a «{where or 'inizio'}»).",
                f"the content is not OCEL 2.0 (at “{where or 'the beginning'}”).",
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


class _Content(Content):
    """OCEL's XML. An element is known by its name and by what is around it."""

    def __init__(self, found: Gathering, also: frozenset[str]) -> None:
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
            self._found.object(self._needed("id"), self._needed("type"), self._values, self._at)
        elif depth == 3 and self._around[1] == "events":
            name, kind, time = (self._needed(which) for which in ("id", "type", "time"))
            self._found.event(name, kind, time, self._values, self._of, self._at)

    def _needed(self, name: str) -> str:
        value = self._thing.get(name)
        if not value:
            raise LogRefused(
                Text(f"manca l'attributo «{name}».", f"the attribute “{name}” is missing."),
                Text("Non è OCEL 2.0: esportare di nuovo.", "Not OCEL 2.0: export it again."),
                line=self._at,
            )
        return value
