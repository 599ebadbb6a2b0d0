"""Small logs in each format, and how the tests read them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import Columns, LoggedTrace, LogRefused

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
