"""XML read piece by piece, in constant memory: no document types, no entities, nothing endless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from domain.exchange.trace import LogRefused
from protocols.text import Text

_CHUNK = 1 << 16
# A tag or a text that goes on for so long is an attack or a broken file.
_MOST_SILENT = 64
_DEEPEST = 100


class Content:
    """What is done with the elements: results are put in `done`. `line()`: where we are."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.line: Callable[[], int] = lambda: 0

    def start(self, name: str, attributes: list[str], depth: int) -> None:
        """An element begins. `attributes`: names and values in turn; the root's depth is 1."""

    def end(self, name: str, depth: int) -> None:
        """It ends."""

    def text(self, data: str) -> None:
        """Text inside the element that began last, or after one that ended."""


def read_markup(stream: BinaryIO, content: Content, *, texts: bool) -> Iterator[Any]:
    """What `content` puts in its `done`, as it comes. `texts`: whether it wants texts at all.

    Raises LogRefused: not well-formed, with a document type (the way to entity bombs and to other
    files), or with elements that never end.
    """
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    depth = heard = 0
    begin, finish = content.start, content.end

    def start(name: str, attributes: Any) -> None:
        nonlocal depth, heard
        depth += 1
        heard = 0
        if depth > _DEEPEST:
            raise LogRefused(_TOO_DEEP, _NOT_A_LOG, line=parser.CurrentLineNumber)
        begin(name, attributes, depth)

    def end(name: str) -> None:
        nonlocal depth
        finish(name, depth)
        depth -= 1

    def refuse(*_: Any) -> None:
        raise LogRefused(_DOCTYPE, _REMOVE, line=parser.CurrentLineNumber)

    content.line = lambda: parser.CurrentLineNumber
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    if texts:
        parser.CharacterDataHandler = content.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        while chunk := stream.read(_CHUNK):
            heard += 1
            if heard > _MOST_SILENT:
                raise LogRefused(_ENDLESS, _NOT_A_LOG, line=parser.CurrentLineNumber)
            parser.Parse(chunk, False)
            if content.done:
                found, content.done = content.done, []
                yield from found
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise LogRefused(
            Text(f"l'XML non è ben formato ({what}).", f"the XML is not well-formed ({what})."),
            Text(
                "Il file è troncato o rovinato: esportarlo di nuovo.",
                "The file is truncated or damaged: export it again.",
            ),
            line=error.lineno,
        ) from None
    except (LookupError, ValueError):
        raise LogRefused(
            Text(
                "la codifica dichiarata non esiste o non si può leggere.",
                "the declared encoding does not exist or cannot be read.",
            ),
            Text("Esportare il registro in UTF-8.", "Export the log as UTF-8."),
            line=1,
        ) from None
    yield from content.done


_DOCTYPE = Text("il file contiene un DOCTYPE.", "the file contains a DOCTYPE.")
_REMOVE = Text(
    "Togliere la dichiarazione <!DOCTYPE …>: un registro non ne ha bisogno.",
    "Remove the declaration <!DOCTYPE …>: a log needs none.",
)
_TOO_DEEP = Text("troppi elementi uno dentro l'altro.", "too many elements inside each other.")
_ENDLESS = Text("un elemento non finisce mai.", "an element never ends.")
_NOT_A_LOG = Text(
    "Non è un registro di eventi: controllare il file.", "Not an event log: check it."
)
