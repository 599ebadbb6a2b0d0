"""Tables (CSV), as programs and spreadsheets write them; and what is wrong in one, by its line."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.exchange.reading import read_log
from domain.exchange.trace import Columns, LoggedTrace, LogRefused
from tests.exchange.reading import (
    CSV,
    ROME,
    TABLE,
    read,
    refused,
)


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
