"""XES, plain and compressed; and what is wrong in markup, said with its line."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import Columns, LogRefused
from tests.exchange.logs import xes
from tests.exchange.reading import (
    ROME,
    read,
    refused,
)


def test_xes_is_read_trace_by_trace_also_compressed(tmp_path: Path) -> None:
    text = xes({"A & B": ["Domanda", "Visita"], "C": []})
    plain = read(tmp_path, "l.xes", text)
    assert [(t.case, [e.activity for e in t.events]) for t in plain] == [
        ("A & B", ["Domanda", "Visita"]),
        ("C", []),
    ]
    assert plain[0].events[0].at == datetime(2026, 1, 7, 8, tzinfo=UTC)
    assert read(tmp_path, "l.xes.gz", gzip.compress(text)) == plain


def test_of_the_lifecycle_only_completions_count(tmp_path: Path) -> None:
    more = '<string key="lifecycle:transition" value="{}"/>'
    assert (
        len(read(tmp_path, "a.xes", xes({"A": ["x"]}, more=more.format("COMPLETE")))[0].events) == 1
    )
    assert read(tmp_path, "b.xes", xes({"A": ["x"]}, more=more.format("start")))[0].events == []


def test_attributes_inside_attributes_are_not_the_events(tmp_path: Path) -> None:
    more = '<list key="l"><string key="concept:name" value="other"/></list>'
    assert read(tmp_path, "l.xes", xes({"A": ["x"]}, more=more))[0].events[0].activity == "x"


def test_a_large_xes_log_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.xes"
    body = xes({"A": ["step"] * 20}).split(b"\n", 2)[2].rpartition(b"\n")[0]
    path.write_bytes(b'<log xes.version="1.0">\n' + body * 1000 + b"</log>")
    tracemalloc.start()
    count = sum(len(trace.events) for trace in read_log(path, Columns(), ROME))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert most < 2_000_000 < path.stat().st_size


BOMB = """<?xml version="1.0"?>
<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>
<log><trace><event><string key="concept:name" value="&c;"/></event></trace></log>
"""


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("l.xes", BOMB, 2, "DOCTYPE"),
        ("l.xml", BOMB.replace("<trace>", "<object-types/><trace>"), 2, "DOCTYPE"),
        ("l.xes", BOMB.encode("utf-16"), 2, "DOCTYPE"),
        ("l.xes", "<log>\n<trace>\n<event>", 3, "ben formato"),
        ("l.xes", "", 1, "ben formato"),
        ("l.xes", "<html/>", 1, "XES"),
        ("l.xes", "<log><trace>\n<event/></trace></log>", 2, "concept:name"),
        ("l.xes", xes({"A": ["x"]}).replace(b"2026-01-07", b"2026-13-07"), 4, "2026-13-07"),
        ("l.xes", "<log>" + "<a>" * 101, 1, "dentro l'altro"),
        ("l.xes", "<log>\n<event/></log>", 2, "in nessuna traccia"),
        (
            "l.xml",
            '<log><objects><object id="A" type="t"/>\n<object id="A" type="t"/></objects></log>',
            2,
            "stesso id «A»",
        ),
        (
            "l.xml",
            '<log><objects><object id="A" type="t"/></objects><events>\n<event id="1" type="x"'
            ' time="2026-01-07"><objects><relationship object-id="Z"/></objects></event></events>'
            "</log>",
            2,
            "«Z», che non è tra gli oggetti",
        ),
        ("l.xml", '<log><object-types/><objects>\n<object type="t"/></objects></log>', 2, "«id»"),
    ],
)
def test_what_is_wrong_in_markup_is_said_with_its_line(
    tmp_path: Path, name: str, text: str | bytes, line: int, words: str
) -> None:
    said = refused(tmp_path, name, text).message
    assert f"Riga {line}:" in said.it
    assert f"Line {line}:" in said.en
    assert words in said.it


def test_a_tag_without_end_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "l.xes.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'<log><string key="')
        for _ in range(40):
            file.write(b"x" * (1 << 20))
    with pytest.raises(LogRefused, match="non finisce mai"):
        list(read_log(path, Columns(), ROME))


def test_a_truncated_archive_and_a_missing_file_are_said(tmp_path: Path) -> None:
    whole = gzip.compress(xes({"A": ["x"] * 500}))
    assert "compresso" in refused(tmp_path, "l.xes.gz", whole[:-20]).message.it
    with pytest.raises(LogRefused, match=r"niente\.xes"):
        list(read_log(tmp_path / "niente.xes", Columns(), ROME))
    assert "sconosciuto" in refused(tmp_path, "l.pdf", b"%PDF").message.it


def test_names_of_files_and_elements_may_be_written_in_other_ways(tmp_path: Path) -> None:
    text = xes({"A": ["Domanda", "Visita"]})
    plain = read(tmp_path, "l.xes", text)
    assert read(tmp_path, "L.XES.GZ", gzip.compress(text)) == plain
    said = text.decode()
    assert read(tmp_path, "b.xes", "\ufeff" + said) == plain
    wide = said.replace("UTF-8", "UTF-16").encode("utf-16")
    assert read(tmp_path, "w.xes", wide) == plain
    for name in ("log", "trace", "event", "string", "date"):
        said = said.replace(f"<{name} ", f"<x:{name} ").replace(f"</{name}>", f"</x:{name}>")
        said = said.replace(f"<{name}>", f"<x:{name}>")
    assert read(tmp_path, "x.xes", said) == plain


@pytest.mark.parametrize(
    ("written", "minute"),
    [
        ("2026-01-07T08:30:00,5+01:00", 30), ("2026-01-07T07:30:00.1234567Z", 30),
        ("2026-01-07 07:30:00 UTC", 30), ("2026/01/07 08:30", 30), ("07/01/2026 08:30:00,5", 30),
    ],
)  # fmt: skip
def test_instants_as_programs_write_them(tmp_path: Path, written: str, minute: int) -> None:
    text = xes({"A": ["x"]}).replace(b"2026-01-07T08:00:00+00:00", written.encode())
    at = read(tmp_path, "l.xes", text)[0].events[0].at
    assert at is not None
    assert at.astimezone(ROME).replace(second=0, microsecond=0) == datetime(
        2026, 1, 7, 8, minute, tzinfo=ROME
    )
