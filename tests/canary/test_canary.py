"""What is personal is readable nowhere but with its person's key, and after erasure not even so.

Something that is in nothing else is planted wherever people give something personal; the whole
installation is put to use; then everything that it left is searched: database, files of both
servers, logs, exports, backups, temporary files, processes.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from temporalio.client import Client

from api.reports import render
from domain.person.forgetting import complete_erasures
from domain.vault.fields import ERASED
from tests.canary import marks
from tests.canary.conftest import Traces, installation
from tests.canary.places import found_in_dump, found_in_processes, found_in_tables, settle_files
from tests.canary.saying import referent_of, say_everything, stumble
from workflows.clock import advance


def _use(traces: Traces, days: int) -> None:
    """What is done with every installation, beyond the cases themselves."""
    moved = advance(traces.stack.settings, timedelta(days=days), patience=120.0)
    # Terms have run out, so that also what tells people of it has been at work.
    assert moved.moves > 0
    case, auditor = traces.played[0].case, traces.town.holder("auditor", "audit")
    stumble(traces.town, case, 0)
    for path in ("", "/history", "/state", "/timeline", "/replay"):
        answer = traces.town.get(auditor, f"/cases/{case}{path}")
        assert answer.status_code == 200, path
        traces.keep(f"case{path}".replace("/", "-"), answer)
    for path in ("/metrics", "/health"):
        traces.keep(path[1:], traces.town.http.get(f"{traces.stack.addresses.api}{path}"))
    traces.cantiere("checkpoint", "make")
    traces.cantiere("export", "xes", "-o", traces.made / "log.xes.gz")
    evidence = ("case", "export", case, "--evidence", "--as", auditor)
    traces.cantiere(*evidence, "-o", traces.made / "evidence.zip")


def _use_all(traces: Traces, days: int) -> None:
    """All that is done with an installation."""
    _use(traces, days)
    town, case = traces.town, traces.played[0].case
    for number, played in enumerate(traces.played[1:3], 1):
        stumble(town, played.case, number)
    auditor = town.holder("auditor", "audit")
    body = {
        "sources": [{"protocol": "presa-in-carico", "version": "1.0.0"}],
        "cases": 20, "replications": 1, "from_log": True,
    }  # fmt: skip
    job = town.post(auditor, "/jobs/simulate", body)
    traces.keep("job", job)
    traces.keep("result", town.result_of(auditor, job))
    for path in ("/reports/board", "/jobs"):
        answer = town.get(auditor, path)
        assert answer.status_code == 200, path
        traces.keep(path.replace("/", "_"), answer)
    traces.cantiere("verify")
    traces.cantiere("export", "ocel", "-o", traces.made / "log.json")
    log = traces.made / "log.xes.gz"
    traces.cantiere(
        "conformance", "check", log, "--protocol", "presa-in-carico", "--json", ok=(0, 1)
    )
    traces.cantiere("replay", case, "--json")
    traces.cantiere("case", "list", "--json")
    traces.cantiere("backup", traces.made / "data", "--keys", traces.made / "keys")


def _every_personal_field(traces: Traces) -> set[tuple[str, str, str]]:
    plans = [traces.town.service.plan(traces.town.state(one.case)) for one in traces.played]
    return {
        (plan.protocol.protocol, form, name)
        for plan in plans
        for form, asked in plan.protocol.forms.items()
        for name, field in asked.fields.items()
        if field.personal
    }


def _keys(url: str) -> list[bytes]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT wrapped FROM vault_keys WHERE wrapped IS NOT NULL")
        return [row[0] for row in rows.fetchall()]


def _erase_all(traces: Traces) -> None:
    for played in traces.played:
        traces.town.end(played)


def _holding(folder: Path, keys: list[bytes]) -> list[str]:
    """Files that hold one of these keys, wrapped. The write-ahead log keeps them for its time, and
    so do backups: docs/operator.md."""
    files = [p for p in folder.rglob("*") if p.is_file() and "pg_wal" not in p.parts]
    contents = ((path, path.read_bytes()) for path in files)
    return [path.name for path, content in contents if any(key in content for key in keys)]


def _check(traces: Traces) -> None:
    """Nothing can be read before, by who has no right to; and nothing by anybody after erasure."""
    assert traces.found() == []
    case = traces.played[0].case
    referent = referent_of(traces.town, case)
    # It is there, for who may read it.
    assert marks.seen_in(traces.town.get(referent, f"/cases/{case}").content)
    keys = _keys(traces.url)
    assert len(keys) >= len(traces.played)
    _erase_all(traces)
    after = traces.town.get(referent, f"/cases/{case}")
    assert not marks.seen_in(after.content)
    assert set(after.json()["person"]["particulars"].values()) == {ERASED}
    for path in ("/history", "/state", "/notes", "/documents"):
        assert not marks.seen_in(traces.town.get(referent, f"/cases/{case}{path}").content)
    code = {"tax_code": marks.tax_code(0)}
    assert traces.town.post(referent, "/cases/search", code).json()["cases"] == []
    with psycopg.connect(traces.url) as connection:
        drafts = connection.execute("SELECT about FROM web_drafts WHERE subject IS NOT NULL")
        assert drafts.fetchall() == []
    traces.cantiere("verify", "--log-only")
    assert traces.found() == []
    # As every hour.
    complete_erasures(traces.town.service)
    left = _holding(traces.stack.home.path / "postgres", keys)
    assert left == [], left


def test_nothing_personal_is_left_readable_and_nothing_at_all_after_erasure(
    traces: Traces,
) -> None:
    traces.town.register_hosts(1)
    traces.play(0, 1)
    traces.played += say_everything(traces.town, traces.url)
    _use(traces, days=45)
    _check(traces)


def test_a_leak_would_be_found_wherever_it_were(traces: Traces) -> None:
    said, url, log = marks.text(1), traces.url, traces.stack.home.log / "api.log"
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE leak AS SELECT %s::text AS said", (said,))
    assert found_in_tables(url) == ["public.leak"]
    assert found_in_dump(url)
    settle_files(url)
    assert any(path.startswith("home/postgres/") for path in marks.found_in_files(traces.folder))
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE leak")
    for form in (
        _letter(said), said.encode(), said.encode("utf-16"), said.encode().hex().encode(),
        b"x" + _base64(said), b"xy" + _base64("?" + said), gzip.compress(said.encode()),
    ):  # fmt: skip
        for folder in (log.parent, traces.folder / "tmp", traces.made):
            leak = folder / "leak"
            leak.write_bytes(form)
            assert "leak" in marks.found_in_files(folder)
            leak.unlink()
    for arguments, environment in ((["60", said], {}), (["60"], {"SAID": marks.PHONE})):
        # `sh -c` keeps its arguments, says that it runs, and waits.
        child = subprocess.Popen(
            ["sh", "-c", "echo; read _", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        try:
            assert child.stdout is not None
            child.stdout.readline()
            assert found_in_processes([child.pid])
        finally:
            child.communicate(b"\n")
    asyncio.run(_remember_in_temporal(traces, said))
    assert marks.found_in_files(traces.stack.home.path / "temporal")


def _letter(said: str) -> bytes:
    """A paper as we make them, that says so."""
    lists = (
        "what", "request", "brief", "course", "open", "deviations", "late", "authorisations",
        "readers", "conformity", "findings", "integrity", "seal", "texts", "keys", "checking",
    )  # fmt: skip
    data: dict[str, Any] = {name: [] for name in lists}
    data |= {"title": "Relazione", "subtitle": "", "office": "", "footer": ""}
    return render(
        "evidence", data | {"subject": [("Chi", said)]}, at=datetime(2026, 1, 1, tzinfo=UTC)
    )


def _base64(said: str) -> bytes:
    return base64.b64encode(said.encode())


async def _remember_in_temporal(traces: Traces, said: str) -> None:
    address = traces.stack.settings.temporal_address
    assert address is not None
    client = await Client.connect(address)
    await client.start_workflow("nobody", id="leak", task_queue="nowhere", memo={"said": said})


@pytest.mark.slow
def test_a_hundred_cases_with_every_personal_field_leave_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with installation(tmp_path_factory.mktemp("hundred")) as traces:
        traces.town.register_hosts(8)
        traces.play(0, 100)
        missed = _every_personal_field(traces) - traces.town.planted
        # What somebody is called is planted at the referral already, and when they give their name.
        assert {form for _, form, _ in missed} <= {"identity"}
        traces.played += say_everything(traces.town, traces.url)
        _use_all(traces, days=60)
        _check(traces)
