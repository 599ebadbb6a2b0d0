"""OCEL 2.0 as JSON, XML and a database: read the same, and refused in words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.exchange.reading import (
    CASES,
    OCEL,
    OCEL_XML,
    database,
    read,
    refused,
)


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
