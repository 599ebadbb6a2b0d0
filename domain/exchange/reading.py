"""Reading an event log from a file, in whichever format it is."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from domain.exchange.ocel import read_ocel_json, read_ocel_xml
from domain.exchange.tabular import read_csv
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from domain.exchange.xes import read_xes
from protocols.text import Text

_BEGINNING = 1 << 16


def read_log(path: Path, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """The traces of a file: XES, CSV or OCEL 2.0 (JSON, XML), each also compressed (.gz).

    `timezone`: of instants that do not name one. Raises LogRefused.
    """
    with _opened(path) as stream:
        try:
            yield from _reader(path, stream)(stream, columns, timezone)
        except LogRefused as refused:
            raise LogRefused(
                Text(f"{path.name}: {refused.message.it}", f"{path.name}: {refused.message.en}"),
                refused.remedy,
            ) from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise LogRefused(
                Text("il file compresso è troncato o rovinato.", "the archive is damaged."),
                Text("Esportarlo di nuovo.", "Export it again."),
                name=path.name,
            ) from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError:
        raise LogRefused(
            Text("il file non c'è o non si può leggere.", "no such file, or it cannot be read."),
            Text("Controllare il percorso.", "Check the path."),
            name=path.name,
        ) from None
    with file:
        if file.peek(2)[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield io.BufferedReader(unpacked)
        else:
            yield file


def _reader(path: Path, stream: BinaryIO) -> Any:
    suffix = Path(path.name.removesuffix(".gz")).suffix.casefold()
    if suffix in (".csv", ".tsv", ".txt"):
        return read_csv
    if suffix in (".json", ".jsonocel"):
        return read_ocel_json
    if suffix in (".xes", ".xml", ".xmlocel"):
        return _markup_reader(stream)
    raise LogRefused(
        Text(f"formato «{suffix}» sconosciuto.", f"unknown format “{suffix}”."),
        Text(
            "Si leggono .xes, .csv, .json e .xml (OCEL 2.0), anche compressi (.gz).",
            "What is read: .xes, .csv, .json and .xml (OCEL 2.0), also compressed (.gz).",
        ),
    )


def _markup_reader(stream: BinaryIO) -> Any:
    """XES and OCEL both begin with <log>: only OCEL declares types of objects."""
    peek = getattr(stream, "peek", None)
    beginning = peek(_BEGINNING) if peek else b""
    return read_ocel_xml if b"<object-types" in beginning or b"<objects" in beginning else read_xes
