"""Logs in each format, read the same; and what is wrong in one, said with its line and remedy."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
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


def test_xes_and_ocel_are_told_apart_by_what_stands_first_in_them(tmp_path: Path) -> None:
    text = xes({"A": ["Domanda"]}).replace(b"<trace>", b"<!-- <objects --><trace>")
    assert len(read(tmp_path, "l.xml", text)) == 1
    types = "<event-types>" + '<event-type name="Visita"/>' * 9_000 + "</event-types>"
    late = OCEL_XML.replace("<object-types>", types + "<object-types>")
    assert len(read(tmp_path, "l.xml", late, CASES)) == 2
    wide = late.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
    assert len(read(tmp_path, "l.xml.gz", gzip.compress(wide), CASES)) == 2


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
        (CSV + "A;Visita;2026-01-09;ok; e altro\n", 5, "5 colonne"),
        (CSV + 'A;Vi"sita;"due\nrighe" e;x\n', 5, "non è CSV"),
        (CSV.replace("Esito", "Data"), 1, "due volte"),
        ("sep=;\r\n\r\n" + CSV.replace("Pratica", "Pratiche"), 3, "«Pratiche»"),
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


def test_a_table_as_spreadsheets_write_it(tmp_path: Path) -> None:
    plain = read(tmp_path, "l.csv", CSV, TABLE)
    head, *rows = CSV.splitlines()
    odd = ["sep=;", "", f'{head};"No\nte"', *(f'{row};"uno;\ndue"' for row in rows), ";;;;", ""]
    assert [
        [event[:3] for event in trace.events]
        for trace in read(tmp_path, "o.csv", "\r\n".join(odd), TABLE)
    ] == [[event[:3] for event in trace.events] for trace in plain]


def test_what_cannot_be_meant_by_the_mapping_is_said(tmp_path: Path) -> None:
    for form in ("%Y%Y", "%", "%Q"):
        said = refused(tmp_path, "l.csv", CSV, TABLE._replace(date_format=form))
        assert "formato di date" in said.message.it
    nul = TABLE._replace(encoding="utf\0")
    assert "codifica" in refused(tmp_path, "l.csv", CSV, nul).message.it


def test_a_line_without_end_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "l.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"Pratica;Attivit\xc3\xa0;Data;Esito\n")
        for _ in range(40):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(LogRefused, match="Riga 2"):
        list(read_log(path, TABLE, ROME))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000


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


TABLES = """
    CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
    CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
    CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE event_V (ocel_id TEXT, ocel_time TIMESTAMP, esito TEXT);
    CREATE TABLE event_D (ocel_id TEXT, ocel_time TIMESTAMP);
    CREATE TABLE object_pratica (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, d TEXT);
    CREATE TABLE object_persona (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);
    INSERT INTO event VALUES ('2', 'Visita'), ('1', 'Domanda');
    INSERT INTO object VALUES ('p1', 'persona'), ('A', 'pratica'), ('B', 'pratica');
    INSERT INTO event_map_type VALUES ('Visita', 'V'), ('Domanda', 'D');
    INSERT INTO object_map_type VALUES ('pratica', 'pratica'), ('persona', 'persona');
    INSERT INTO event_object VALUES ('2', 'A', ''), ('2', 'p1', ''), ('1', 'A', ''), ('1', 'B', '');
    INSERT INTO event_V VALUES ('2', '2026-01-09 08:00:00+00:00', 'ok');
    INSERT INTO event_D VALUES ('1', '2026-01-07 08:00:00+00:00');
    INSERT INTO object_pratica VALUES ('A', '1970-01-01 00:00:00', NULL, '4');
"""


def database(folder: Path, *more: str) -> bytes:
    """OCEL 2.0 in SQLite, as TABLES says and `more` changes it."""
    path = folder / "made.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as made:
        made.executescript(TABLES)
        for statement in more:
            made.execute(statement)
        made.commit()
    return path.read_bytes()


def test_ocel_in_a_database_is_read_as_in_a_file(tmp_path: Path) -> None:
    same = read(tmp_path, "l.json", json.dumps(OCEL), CASES)
    assert read(tmp_path, "l.sqlite", database(tmp_path), CASES) == same
    packed = gzip.compress(database(tmp_path))
    assert "compresso" in refused(tmp_path, "l.sqlite.gz", packed, CASES).message.it
    assert "SQLite" in refused(tmp_path, "l.sqlite", "a;b", CASES).message.it


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("INSERT INTO event VALUES ('1', 'Visita')", "stesso id «1»"),
        ("INSERT INTO event_object VALUES ('1', 'Z', '')", "«Z»"),
        ("DELETE FROM event_map_type", "«event_map_type»"),
        ("DROP TABLE event_object", "«event_object»"),
        ("UPDATE event_map_type SET ocel_type_map = 'V\"; DROP TABLE x; --'", "manca «ocel_id»"),
        ("ALTER TABLE event_V DROP COLUMN ocel_time", "«ocel_time»"),
        ("UPDATE event_V SET ocel_time = 'ieri'", "«ieri»"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_database_is_said(tmp_path: Path, statement: str, words: str) -> None:
    said = refused(tmp_path, "l.sqlite", database(tmp_path, statement), CASES)
    assert words in said.message.it


def test_a_view_that_never_ends_in_the_place_of_a_table_is_not_read(tmp_path: Path) -> None:
    endless = (
        "CREATE VIEW event AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        " SELECT x AS ocel_id, 'Visita' AS ocel_type FROM n"
    )
    made = database(tmp_path, "DROP TABLE event", endless)
    assert "«event»" in refused(tmp_path, "l.sqlite", made, CASES).message.it


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(OCEL, indent=1)[:-40], "Riga "),
        (json.dumps({**OCEL, "events": OCEL["events"] * 2}), "stesso id «2»"),
        (json.dumps({**OCEL, "objects": OCEL["objects"][:2]}), "«B», che non è tra gli oggetti"),
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


@pytest.mark.parametrize("name", ["l.xes", "l.xes.gz", "l.csv", "l.json", "l.xml", "l.sqlite"])
def test_whatever_is_damaged_is_read_or_refused_in_words(tmp_path: Path, name: str) -> None:
    draw = random.Random(name)
    plain = xes({"A": ["request", "visit"], "B": ["board"]})
    whole, columns = {
        "l.xes": (plain, PLAIN),
        "l.xes.gz": (gzip.compress(plain), PLAIN),
        "l.csv": (CSV.encode(), TABLE),
        "l.json": (json.dumps(OCEL).encode(), CASES),
        "l.xml": (OCEL_XML.encode(), CASES),
        "l.sqlite": (database(tmp_path), CASES),
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
