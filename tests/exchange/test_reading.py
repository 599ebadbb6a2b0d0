"""What holds of logs in every format."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import LogRefused
from tests.exchange.logs import xes
from tests.exchange.reading import (
    CASES,
    CSV,
    OCEL,
    OCEL_XML,
    PLAIN,
    ROME,
    TABLE,
    database,
    read,
)


def test_xes_and_ocel_are_told_apart_by_what_stands_first_in_them(tmp_path: Path) -> None:
    text = xes({"A": ["Domanda"]}).replace(b"<trace>", b"<!-- <objects --><trace>")
    assert len(read(tmp_path, "l.xml", text)) == 1
    types = "<event-types>" + '<event-type name="Visita"/>' * 9_000 + "</event-types>"
    late = OCEL_XML.replace("<object-types>", types + "<object-types>")
    assert len(read(tmp_path, "l.xml", late, CASES)) == 2
    wide = late.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
    assert len(read(tmp_path, "l.xml.gz", gzip.compress(wide), CASES)) == 2


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
