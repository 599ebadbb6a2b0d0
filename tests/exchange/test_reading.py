"""Logs in each format, read the same; and what is wrong in one, said with its line and remedy."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from tests.exchange.logs import xes

ROME = ZoneInfo("Europe/Rome")
PLAIN = Columns()
TABLE = Columns(case="Pratica", activity="Attività", timestamp="Data", also=frozenset({"Esito"}))
CSV = """\
Pratica;Attività;Data;Esito
A;Domanda;07/01/2026 09:00;
B;Domanda;7.1.2026;"a; b"
A;Visita;2026-01-08T10:30+01:00;ok
"""


def read(folder: Path, name: str, text: str | bytes, columns: Columns = PLAIN) -> list[LoggedTrace]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_log(path, columns, ROME))


def refused(folder: Path, name: str, text: str | bytes, columns: Columns = PLAIN) -> LogRefused:
    with pytest.raises(LogRefused) as caught:
        read(folder, name, text, columns)
    assert caught.value.remedy.it
    assert caught.value.remedy.en
    assert "\n" not in caught.value.message.it
    return caught.value


# ── XES ──────────────────────────────────────────────────────────────────────────────────────


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


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────


def test_csv_is_read_by_the_columns_of_the_mapping(tmp_path: Path) -> None:
    first, second = read(tmp_path, "l.csv", CSV, TABLE)
    assert (first.case, [e.activity for e in first.events]) == ("A", ["Domanda", "Visita"])
    assert first.events[0].at == datetime(2026, 1, 7, 9, tzinfo=ROME)
    assert first.events[1].at == datetime(2026, 1, 8, 9, 30, tzinfo=UTC)
    assert second.events[0].values == {"Esito": "a; b"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_csv_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    columns = TABLE._replace(encoding="cp1252" if encoding == "cp1252" else "")
    assert len(read(tmp_path, "l.csv", CSV.encode(encoding), columns)) == 2


def test_rows_are_put_in_the_order_of_time_within_a_case(tmp_path: Path) -> None:
    columns = Columns(case="c", activity="a", timestamp="t")
    [one] = read(
        tmp_path, "l.csv", "c,a,t\n1,z,2026-01-09\n1,y,2026-01-08\n1,x,2026-01-08\n", columns
    )
    assert [event.activity for event in one.events] == ["y", "x", "z"]


def test_a_format_of_dates_may_be_given(tmp_path: Path) -> None:
    columns = Columns(case="c", activity="a", timestamp="t", date_format="%m/%d/%y")
    [one] = read(tmp_path, "l.csv", "c,a,t\n1,x,01/31/26\n", columns)
    assert one.events[0].at == datetime(2026, 1, 31, tzinfo=ROME)


def test_grouped_rows_are_read_in_constant_memory_or_refused(tmp_path: Path) -> None:
    columns = TABLE._replace(grouped=True)
    assert "riga 4" in refused(tmp_path, "l.csv", CSV, columns).message.it.casefold()
    path = tmp_path / "g.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("c;a\n")
        file.writelines(f"{n // 10};step\n" for n in range(20_000))
    tracemalloc.start()
    traces: Iterator[LoggedTrace] = read_log(
        path, Columns(case="c", activity="a", grouped=True), ROME
    )
    assert sum(len(trace.events) for trace in traces) == 20_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2_000_000


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (CSV.replace("Pratica", "Pratiche"), 1, "«Pratiche»"),
        (CSV.replace("07/01/2026 09:00", "32/01/2026"), 2, "«32/01/2026»"),
        (CSV.replace("07/01/2026 09:00", "07/01/0001"), 2, "«07/01/0001»"),
        (CSV.replace("A;Visita", ";Visita"), 4, "«Pratica» è vuoto"),
        (CSV + "A;Visita\n", 5, "2 colonne"),
        ("", 1, "«Pratica»"),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    said = refused(tmp_path, "l.csv", text, TABLE)
    assert f"Riga {line}:" in said.message.it
    assert words in said.message.it


def test_a_table_in_another_encoding_says_which_to_try(tmp_path: Path) -> None:
    said = refused(tmp_path, "l.csv", CSV.encode("cp1252"), TABLE)
    assert "cp1252" in said.remedy.it
    assert (
        "esiste" in refused(tmp_path, "l.csv", CSV, TABLE._replace(encoding="klingon")).message.it
    )


def test_quotes_that_nobody_closes_are_said(tmp_path: Path) -> None:
    text = CSV + 'A;"Visita;2026-01-09;ok\n' + "B;Domanda;2026-01-09;ok\n" * 10_000
    assert "virgolette" in refused(tmp_path, "l.csv", text, TABLE).message.it


# ── OCEL 2.0 ─────────────────────────────────────────────────────────────────────────────────

OCEL = {
    "objectTypes": [{"name": "pratica", "attributes": []}, {"name": "persona", "attributes": []}],
    "eventTypes": [{"name": "Domanda", "attributes": []}],
    "objects": [
        {"id": "p1", "type": "persona"},
        {"id": "A", "type": "pratica", "attributes": [{"name": "d", "time": "x", "value": 4}]},
        {"id": "B", "type": "pratica"},
    ],
    "events": [
        {"id": "2", "type": "Visita", "time": "2026-01-09T08:00:00Z",
         "attributes": [{"name": "esito", "value": "ok"}],
         "relationships": [{"objectId": "A"}, {"objectId": "p1"}]},
        {"id": "1", "type": "Domanda", "time": "2026-01-07T08:00:00Z",
         "relationships": [{"objectId": "A"}, {"objectId": "B"}]},
    ],
}  # fmt: skip
OCEL_XML = """<?xml version="1.0"?>
<log><object-types><object-type name="pratica"/></object-types>
<objects><object id="p1" type="persona"/><object id="A" type="pratica">
<attributes><attribute name="d" time="x">4</attribute></attributes></object>
<object id="B" type="pratica"/></objects>
<events><event id="2" type="Visita" time="2026-01-09T08:00:00Z">
<attributes><attribute name="esito">ok</attribute></attributes>
<objects><relationship object-id="A" qualifier=""/><relationship object-id="p1" qualifier=""/>
</objects></event><event id="1" type="Domanda" time="2026-01-07T08:00:00Z"><objects>
<relationship object-id="A" qualifier=""/><relationship object-id="B" qualifier=""/></objects>
</event></events></log>
"""
CASES = Columns(object_type="pratica", also=frozenset({"esito", "d"}))


@pytest.mark.parametrize(("name", "text"), [("l.json", json.dumps(OCEL)), ("l.xml", OCEL_XML)])
def test_ocel_gives_the_events_of_each_object_that_is_a_case(
    tmp_path: Path, name: str, text: str
) -> None:
    first, second = read(tmp_path, name, text, CASES)
    assert (first.case, first.values) == ("A", {"d": "4"})
    assert [(e.activity, e.values) for e in first.events] == [
        ("Domanda", {}),
        ("Visita", {"esito": "ok"}),
    ]
    assert [e.activity for e in second.events] == ["Domanda"]
    said = refused(tmp_path, name, text)
    assert "persona, pratica" in said.message.it
    near = refused(tmp_path, name, text, CASES._replace(object_type="pratiche"))
    assert "«pratica»" in near.message.it


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(OCEL, indent=1)[:-40], "Riga "),
        ("{", "Riga 1:"),
        ("[]", "OCEL 2.0"),
        ('{"objects": [], "events": ' + "[" * 5000 + "]" * 5000 + "}", "OCEL 2.0"),
        ('{"x": ' + "[" * 50_000 + "]" * 50_000 + "}", "livelli"),
        (
            json.dumps(OCEL).replace('"time": "2026-01-07T08:00:00Z"', '"time": 7'),
            "events[1].time",
        ),
        (json.dumps(OCEL).replace("2026-01-07T08", "domani"), "«domani:00:00Z»"),
    ],
)
def test_what_is_wrong_in_json_is_said(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, "l.json", text, CASES).message.it


@pytest.mark.parametrize("name", ["l.xes", "l.xes.gz", "l.csv", "l.json", "l.xml"])
def test_whatever_is_damaged_is_read_or_refused_in_words(tmp_path: Path, name: str) -> None:
    draw = random.Random(name)
    plain = xes({"A": ["request", "visit"], "B": ["board"]})
    whole, columns = {
        "l.xes": (plain, PLAIN),
        "l.xes.gz": (gzip.compress(plain), PLAIN),
        "l.csv": (CSV.encode(), TABLE),
        "l.json": (json.dumps(OCEL).encode(), CASES),
        "l.xml": (OCEL_XML.encode(), CASES),
    }[name]
    said = 0
    for _ in range(250):
        text = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(text))
            match draw.randrange(4):
                case 0:
                    text[place] = draw.randrange(256)
                case 1:
                    del text[place : place + draw.randint(1, 20)]
                case 2:
                    text[place:place] = text[draw.randrange(len(text)) :][:30]
                case _:
                    del text[place + 1 :]
            text = text or bytearray(b"x")
        (tmp_path / name).write_bytes(text)
        try:
            list(read_log(tmp_path / name, columns, ROME))
        except LogRefused as refused:
            said += bool(refused.message.it and refused.message.en and refused.remedy.it)
    assert said > 100
