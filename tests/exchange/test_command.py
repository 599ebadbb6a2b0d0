"""`cantiere conformance check`, as somebody with a spreadsheet uses it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.exchange.conftest import Run
from tests.exchange.logs import PROTOCOL

MAPPING = """\
log: {case: Pratica, activity: Cosa, timestamp: Quando, outcome: Esito}
activities:
  Domanda: request
  Sopralluogo: visit
  Seduta: {step: board, outcome: {values: {Sì: admit, No: refuse}}}
"""
TABLE = """\
Pratica;Cosa;Quando;Esito
1;Domanda;07/01/2026;
1;Sopralluogo;08/01/2026;
1;Seduta;09/01/2026;No
2;Domanda;07/01/2026;
2;Seduta;09/01/2026;No
"""


def _files(folder: Path, table: str = TABLE, mapping: str = MAPPING) -> list[object]:
    (folder / "orto.yaml").write_text(PROTOCOL, encoding="utf-8")
    (folder / "l.csv").write_text(table, encoding="utf-8")
    (folder / "m.yaml").write_text(mapping, encoding="utf-8")
    return [
        "conformance", "check", folder / "l.csv", "--protocol", folder / "orto.yaml",
        "--mapping", folder / "m.yaml",
    ]  # fmt: skip


def test_it_names_what_deviates_and_sums_up(run: Run, tmp_path: Path) -> None:
    said = run(*_files(tmp_path))
    assert said.status == 1
    assert "Manca «Visita» prima dell'evento 2 («Seduta»)." in said.out
    assert "1 di 2 casi conformi" in said.out
    assert "plot, check" in said.out


def test_for_programs_it_says_each_case_and_the_totals(run: Run, tmp_path: Path) -> None:
    found = json.loads(run(*_files(tmp_path), "--json").out)
    assert [(case["case"], case["conforms"]) for case in found["cases"]] == [
        ("1", True),
        ("2", False),
    ]
    assert found["cases"][1]["deviations"][0]["kind"] == "skipped"
    assert found["totals"]["by_kind"]["skipped"] == 1


def test_mistakes_of_the_mapping_and_the_log_are_said_and_not_traced(
    run: Run, tmp_path: Path
) -> None:
    wrong = run(*_files(tmp_path, mapping=MAPPING.replace("visit", "visti")))
    assert (wrong.status, wrong.out) == (2, "")
    assert "m.yaml:4" in wrong.err
    assert "Forse «visit»?" in wrong.err
    wrong = run(*_files(tmp_path, TABLE.replace("08/01/2026", "ieri")), "--json")
    assert (wrong.status, wrong.out) == (2, "")
    assert "Riga 3: «ieri»" in wrong.err
    other = run(*_files(tmp_path, mapping="protocol: altro\n" + MAPPING))
    assert other.status == 2
    assert "altro" in other.err
    assert "Traceback" not in wrong.err + other.err


def test_its_exit_status_tells_what_conforms_from_what_does_not_and_from_what_is_not_there(
    run: Run, tmp_path: Path
) -> None:
    first = TABLE.partition("2;")[0]
    assert run(*_files(tmp_path, first)).status == 0
    assert run(*_files(tmp_path, TABLE)).status == 1
    wanted = _files(tmp_path)
    wanted[2] = tmp_path / "altrove.csv"
    nowhere = run(*wanted)
    assert (nowhere.status, nowhere.out) == (2, "")
    wanted[4] = "nessun-protocollo"
    assert run(*wanted).status == 2
