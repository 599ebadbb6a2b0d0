"""Check, diff and simulate as jobs: asked over HTTP, done by the worker, fetched when they end."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from lxml import etree

from protocols.language.load import read_protocol
from protocols.simulation.figures import report
from protocols.simulation.running import simulate
from protocols.territory import default_pack
from tests.api.conftest import REFERENT
from tests.api.test_access import MANAGER
from tests.jobs.conftest import DESIGNER, MINI, Bench
from workflows.connection import connect

SHIPPED = {"protocol": "presa-in-carico", "version": "1.0.0"}
SMALL = {"text": MINI, "name": "mini.yaml"}


def test_a_check_finds_what_is_broken_and_says_how_one_gets_there(bench: Bench) -> None:
    broken = MINI.replace("municipal_referent", "municipal_refferent", 1)
    assert broken != MINI
    where = bench.job("check", {"source": {"text": broken, "name": "bozza.yaml"}})
    found = bench.done(where)
    assert found["publishable"] is False
    assert {finding["file"] for finding in found["findings"]} == {"bozza.yaml"}
    assert any("municipal_refe" in finding["message"]["it"] for finding in found["findings"])
    sarif = bench.get(f"{where}/result", Accept="application/sarif+json")
    assert sarif.headers["content-type"] == "application/sarif+json"
    results = sarif.json()["runs"][0]["results"]
    assert len(results) == len(found["findings"])


def test_a_text_that_cannot_be_read_has_its_mistakes_as_the_result(bench: Bench) -> None:
    where = bench.job("check", {"source": {"text": "protocol: [\n", "name": "rotto.yaml"}})
    found = bench.done(where)
    assert [(f["rule"], f["file"], f["line"]) for f in found["findings"]] == [
        ("language", "rotto.yaml", 1)
    ]
    where = bench.job("diff", {"old": SHIPPED, "new": {"text": "a: b: c"}})
    failed = bench.until(where, lambda job: job["ended_at"] is not None)[-1]
    assert failed["state"] == "failed"
    assert "protocollo.yaml" in failed["problem"]["it"]
    assert bench.get(failed["result"]).json()["findings"][0]["rule"] == "language"


def test_a_check_of_a_published_version_proves_it(bench: Bench) -> None:
    found = bench.done(bench.job("check", {"source": SHIPPED, "seconds": 2}))
    assert found["publishable"] is True
    (proof,) = found["reports"]
    assert proof["digest"] == bench.service.registry.get("presa-in-carico", "1.0.0").digest
    assert proof["states"] > 0


def test_a_draft_is_checked_as_it_stood_when_it_was_asked(bench: Bench) -> None:
    headers = bench.headers(Idempotency_Key=str(uuid4()))
    path = "/api/v1/protocols/mini/drafts"
    saved = bench.http.post(path, json={"text": MINI, "reason": "prova"}, headers=headers)
    assert saved.status_code == 201, saved.text
    asked, key = {"source": {"protocol": "mini", "draft": "1.0.0"}}, str(uuid4())
    where = bench.ask("check", asked, key=key).headers["Location"]
    headers = bench.headers(Idempotency_Key=str(uuid4()))
    bench.http.post(path, json={"text": MINI + "# poi\n", "reason": "prova"}, headers=headers)
    assert bench.ask("check", asked, key=key).headers["Location"] == where
    found = bench.done(where)
    assert (found["publishable"], found["reports"][0]["protocol"]) == (True, "mini")
    refused = bench.ask("check", {"source": {"protocol": "mini", "draft": "9.9.9"}})
    assert refused.status_code == 404
    hidden = bench.ask("check", {"source": {"protocol": "mini", "draft": "1.0.0"}}, person=REFERENT)
    assert hidden.status_code == 403


def test_a_variant_is_checked_with_its_base_and_said_so(bench: Bench) -> None:
    variant = """\
protocol: presa-in-carico
variant: prova
version: 1.0.0
of: 1.0.0
title: Prova
valid_from: 2030-01-01
applies_to: {source: [PSYCHIATRIC_CENTRE]}
steps:
  triage:
    role: nessuno
"""
    found = bench.done(bench.job("check", {"source": {"text": variant, "name": "prova.yaml"}}))
    assert found["publishable"] is False
    assert [(f["file"], f["line"]) for f in found["findings"]] == [("prova.yaml", 10)]


def test_a_simulation_shows_growing_progress_and_gives_the_figures_of_its_seed(
    bench: Bench,
) -> None:
    asked = {"sources": [SMALL], "cases": 600, "seed": 7, "replications": 3}
    where = bench.job("simulate", asked)
    seen = bench.until(where, lambda job: job["ended_at"] is not None)
    assert seen[-1]["state"] == "done"
    progress = [job["progress"] for job in seen]
    assert all(a <= b for a, b in pairwise(progress))
    assert progress[-1] == 1.0
    result = bench.get(seen[-1]["result"]).json()
    plan = read_protocol(MINI, "mini.yaml")
    here = report(simulate(plan, default_pack(), cases=600, seed=7, replications=3))
    assert result == {"reports": [msgspec.to_builtins(here)], "differences": []}
    charts = {f["name"]: f["href"] for f in seen[-1]["files"] if f["media_type"] == "image/svg+xml"}
    assert set(charts) == {"waits.svg", "late.svg", "load.svg"}
    for href in charts.values():
        drawn = bench.get(href)
        assert drawn.headers["content-type"] == "image/svg+xml"
        assert "default-src 'none'" in drawn.headers["content-security-policy"]
        assert etree.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_long_simulation_is_followed_while_it_runs(bench: Bench) -> None:
    asked = {"sources": [SHIPPED], "cases": 600, "seed": 1, "replications": 2}
    seen = bench.until(bench.job("simulate", asked), lambda job: job["ended_at"] is not None)
    between = {job["progress"] for job in seen if 0 < job["progress"] < 1}
    assert len(between) >= 3
    assert any(job["doing"] and job["doing"]["it"] == "Simulazione" for job in seen)


def test_two_versions_are_simulated_side_by_side(bench: Bench) -> None:
    slower = MINI.replace("version: 1.0.0", "version: 1.1.0")
    asked = {"sources": [SMALL, {"text": slower}], "cases": 60, "replications": 2}
    result = bench.done(bench.job("simulate", asked))
    assert [r["version"] for r in result["reports"]] == ["1.0.0", "1.1.0"]
    assert result["differences"]
    assert not any(change["significant"] for change in result["differences"])


def test_a_difference_comes_with_its_drawing(bench: Bench) -> None:
    changed = MINI.replace("version: 1.0.0", "version: 1.1.0").replace(
        "within: 20 working days", "within: 10 working days"
    )
    assert changed.count("10 working days") > MINI.count("10 working days")
    where = bench.job("diff", {"old": SMALL, "new": {"text": changed}})
    found = bench.done(where)
    assert found["same_behaviour"] is False
    assert {change["step"] for change in found["changes"]} == {"triage"}
    drawn = bench.get(f"{where}/result", Accept="image/svg+xml")
    assert etree.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"
    assert "cambiato" in drawn.text


def test_the_same_key_asks_once_and_never_for_something_else(bench: Bench) -> None:
    key = str(uuid4())
    first = bench.ask("check", {"source": SMALL}, key=key)
    again = bench.ask("check", {"source": SMALL}, key=key)
    assert again.json()["job"] == first.json()["job"]
    assert again.headers["Idempotent-Replay"] == "true"
    other = bench.ask("check", {"source": SHIPPED}, key=key)
    assert (other.status_code, other.json()["type"]) == (409, "urn:cantiere:problem:command_reused")
    bench.done(first.headers["Location"])


def test_a_job_is_its_askers_alone(bench: Bench) -> None:
    where = bench.job("check", {"source": SMALL})
    result = bench.until(where, lambda job: job["ended_at"] is not None)[-1]["result"]
    for path in (where, result, f"{where}/files/result.json"):
        refused = bench.get(path, person=REFERENT)
        assert (refused.status_code, refused.json()["type"]) == (
            404,
            "urn:cantiere:problem:unknown_job",
        )
    assert where.rpartition("/")[2] not in bench.get("/api/v1/jobs", person=REFERENT).text
    assert where.rpartition("/")[2] in bench.get("/api/v1/jobs").text
    cancelled = bench.http.delete(where, headers=bench.headers(REFERENT))
    assert cancelled.status_code == 404


@pytest.mark.parametrize(
    ("kind", "body", "field", "said"),
    [
        (
            "check",
            {"source": {"protocol": "presa-in-carico", "version": "1.0.9"}},
            "source.version",
            "Forse «presa-in-carico/1.0.0»?",
        ),
        ("check", {"source": {"protocol": "presa-in-carico"}}, "source", "versione pubblicata"),
        ("check", {"source": {**SMALL, "version": "1.0.0"}}, "source", "versione pubblicata"),
        ("check", {"source": SMALL, "seconds": 0}, "seconds", "almeno 1"),
        ("check", {"source": {"text": "x", "name": "../etc"}}, "source.name", "forma"),
        ("simulate", {"sources": [SMALL], "cases": 10**9}, "cases", "al massimo"),
        ("simulate", {"sources": []}, "sources", "almeno"),
        ("simulate", {"sources": [SMALL], "cases": 2}, "replications", "cases"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(
    bench: Bench, kind: str, body: Any, field: str, said: str
) -> None:
    answer = bench.ask(kind, body)
    assert answer.status_code == 422, answer.text
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert said in errors[field]


def test_a_text_of_ten_megabytes_is_too_large(bench: Bench) -> None:
    answer = bench.ask("check", {"source": {"text": "# " + "x" * 10_000_000}})
    assert (answer.status_code, answer.json()["type"]) == (
        413,
        "urn:cantiere:problem:body_too_large",
    )


def test_shares_that_name_nothing_are_explained(bench: Bench) -> None:
    asked = {"sources": [SMALL], "cases": 10, "shares": "steps:\n  triaje: {effort: 2}\n"}
    where = bench.job("simulate", asked)
    failed = bench.until(where, lambda job: job["ended_at"] is not None)[-1]
    assert failed["state"] == "failed"
    findings = bench.get(failed["result"]).json()["findings"]
    assert [(f["file"], f["line"]) for f in findings] == [("shares.yaml", 2)]
    assert "Forse «triage»?" in findings[0]["message"]["it"]


def test_designers_simulate_on_what_they_assume_not_on_the_log(bench: Bench) -> None:
    refused = bench.ask("simulate", {"sources": [SMALL], "from_log": True})
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:cantiere:problem:not_for_this_role",
    )
    assert DESIGNER not in refused.text


def test_shares_from_the_log_are_for_those_who_see_full_tables(bench: Bench) -> None:
    asked = {"sources": [SHIPPED], "cases": 12, "replications": 2, "from_log": True}
    where = bench.ask("simulate", asked, person=MANAGER).headers["Location"]
    seen = bench.until(where, lambda job: job["ended_at"] is not None, person=MANAGER)
    assert seen[-1]["state"] == "done"


def test_nothing_of_a_request_reaches_temporal(bench: Bench) -> None:
    where = bench.job("check", {"source": {"text": "# parola-segreta\n", "name": "nome-segreto"}})
    bench.done(where)

    async def history() -> str:
        client = await connect(bench.settings)
        handle = client.get_workflow_handle(f"job-{where.rpartition('/')[2]}")
        return (await handle.fetch_history()).to_json()

    assert "segret" not in asyncio.run(history())
