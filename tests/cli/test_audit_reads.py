"""`cantiere audit`: who looked, asked at the command line, and that somebody asked."""

from __future__ import annotations

import json
from uuid import UUID

from domain.reads.events import Read
from domain.reads.stream import ReadStream
from projections import storage
from projections.models import read_models
from projections.projector import Projector
from tests.cli.conftest import Installation, Run, holder


def looked(installation: Installation, by: str, **more: object) -> UUID:
    """Somebody has read the case; whose it is."""
    service = installation.service
    person = UUID(service.state(installation.case).attributes["person"])
    read = Read(
        service.clock.now(), by, "/api/v1/cases/{case}", installation.case, person,
        ("municipal_referent@comune:015142",), ("comune",), ("identity",),
    )  # fmt: skip
    ReadStream(service.recorder, service.clock).write([read])
    project(installation)
    return person


def project(installation: Installation) -> None:
    service = installation.service
    models = read_models(service.registry, service.territory, ["reads"])
    with storage.connect(installation.url) as connection:
        Projector(installation.url, service.recorder, models).catch_up(connection)


def test_reads_are_found_by_person_by_case_and_by_reader(
    installation: Installation, run: Run
) -> None:
    person = looked(installation, "mr-melzo-1")
    begun = str(installation.case)[:8]
    for asked in (("--person", str(person)), ("--case", begun), ("--by", "mr-melzo-1")):
        found = json.loads(run("audit", "reads", *asked, "--json").out)
        first = [row for row in found if row["reader"] == "mr-melzo-1"]
        assert [(row["shown"], row["grounds"]) for row in first] == [(["identity"], ["comune"])]
    day = f"{installation.service.clock.now():%Y-%m-%d}"
    by = ("audit", "reads", "--by", "mr-melzo-1", "--json")
    assert len(json.loads(run(*by, "--from", day, "--to", day).out)) == 1
    assert json.loads(run(*by, "--to", "2001-01-01").out) == []
    assert run("audit", "reads").status == 1


def test_asking_who_looked_is_itself_written_down(installation: Installation, run: Run) -> None:
    person = looked(installation, "mr-melzo-1")
    auditor, desk = holder("auditor", "audit").id, holder("desk_operator", "comune:015142").id
    assert run("audit", "reads", "--person", str(person), "--as", auditor).status == 0
    refused = run("audit", "reads", "--person", str(person), "--as", desk)
    assert (refused.status, "mr-melzo-1" in refused.out) == (1, False)
    assert run("audit", "readers", str(person)).status == 0
    project(installation)
    found = json.loads(run("audit", "reads", "--person", str(person), "--json").out)
    assert [(row["reader"], row["refused"]) for row in found] == [
        ("system:terminal", False),
        (desk, True),
        (auditor, False),
        ("mr-melzo-1", False),
    ]
    assert run("verify", "--log-only").status == 0


def test_the_person_is_told_days_roles_and_organisations(
    installation: Installation, run: Run
) -> None:
    person = looked(installation, "mr-melzo-1")
    told = run("audit", "readers", str(person)).out
    for shown in ("mr-melzo-1", "municipal_referent", "comune:015142", "identity", "letture 1"):
        assert shown in told


def test_reads_that_were_tampered_with_are_named(installation: Installation, run: Run) -> None:
    looked(installation, "mr-melzo-1")
    installation.tamper(
        "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
        " '\"grounds\":[\"comune\"],', ''), 'UTF8') WHERE topic = 'read.recorded'"
    )
    found = json.loads(run("verify", "--log-only", "--json").out)
    position = installation.service.recorder.last_position()
    assert {(d["part"], d["where"].rpartition("@")[2]) for d in found["differences"]} == {
        ("log", str(position)),
        ("seals", str(position)),
    }
