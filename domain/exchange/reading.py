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

from domain.exchange.markup import Content, read_markup
from domain.exchange.ocel import read_ocel_json, read_ocel_xml
from domain.exchange.ocel_sqlite import read_ocel_sqlite
from domain.exchange.tabular import read_csv
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from domain.exchange.xes import read_xes
from protocols.text import Text

_SQLITE = b"SQLite format 3\0"
_OF_OCEL = frozenset({"object-types", "event-types", "objects", "events"})


def read_log(path: Path, columns: Columns, timezone: tzinfo) -> Iterator[LoggedTrace]:
    """The traces of a file: XES, CSV or OCEL 2.0 (JSON, XML, SQLite); each but SQLite also
    compressed (.gz). `timezone`: of instants that do not name one. Raises LogRefused.
    """
    with _opened(path) as stream:
        try:
            if _is_database(path, stream):
                yield from read_ocel_sqlite(path, columns, timezone)
            else:
                yield from _reader(path)(stream, columns, timezone)
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


def _is_database(path: Path, stream: BinaryIO) -> bool:
    beginning: bytes = getattr(stream, "peek", lambda _: b"")(len(_SQLITE))
    named = _suffix(path) in (".sqlite", ".sqlite3", ".db")
    if not beginning.startswith(_SQLITE):
        if named:
            raise LogRefused(
                Text("non è una base di dati SQLite.", "this is not an SQLite database."),
                Text("Esportare di nuovo il registro.", "Export the log again."),
            )
        return False
    if isinstance(getattr(stream, "raw", None), gzip.GzipFile):
        raise LogRefused(
            Text("un file SQLite compresso non si legge.", "compressed SQLite is not read."),
            Text("Decomprimerlo prima (gunzip).", "Decompress it first (gunzip)."),
        )
    return True


def _suffix(path: Path) -> str:
    return Path(path.name.casefold().removesuffix(".gz")).suffix


def _reader(path: Path) -> Any:
    suffix = _suffix(path)
    if suffix in (".csv", ".tsv", ".txt"):
        return read_csv
    if suffix in (".json", ".jsonocel"):
        return read_ocel_json
    if suffix in (".xes", ".xml", ".xmlocel"):
        return read_ocel_xml if _is_ocel(path) else read_xes
    raise LogRefused(
        Text(f"formato «{suffix}» sconosciuto.", f"unknown format “{suffix}”."),
        Text(
            "Si leggono .xes, .csv e, di OCEL 2.0, .json, .xml e .sqlite; tutti tranne l'ultimo "
            "anche compressi (.gz).",
            "What is read: .xes, .csv and, of OCEL 2.0, .json, .xml and .sqlite; all but the last "
            "also compressed (.gz).",
        ),
    )


class _Second(Content):
    """The names of the elements right inside the first."""

    def start(self, name: str, attributes: list[str], depth: int) -> None:
        if depth == 2:
            self.done.append(name)


def _is_ocel(path: Path) -> bool:
    """XES and OCEL both begin with <log>: what stands first in it tells them apart."""
    with _opened(path) as stream:
        return next(read_markup(stream, _Second(), texts=False), "") in _OF_OCEL
