"""What stands beside the log about somebody goes with them, whichever process erases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from api.web.drafts import Drafts
from domain.person.forgetting import complete_erasures, forget
from domain.service import CaseService
from tests.domain.conftest import referral
from workflows.jobs import store
from workflows.jobs.files import JSON_TYPE, RESULT, File
from workflows.jobs.request import Check, Simulate, Written

NOBODY = UUID(int=0)
MARK = "Canarino-Zqx"
IVO = {
    "first_name": "Ivo", "last_name": "D'Adda", "tax_code": "RSSMRA85T10A562S",
    "address": 'Vicolo "Corto" 3, Cassina de\' Pecchi', "phone": "02 7",
}  # fmt: skip


@pytest.fixture
def case(service: CaseService) -> UUID:
    return service.handle(referral(person=IVO)).case


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def drafts(service: CaseService, database_url: str) -> Iterator[Drafts]:
    with ConnectionPool(database_url, min_size=1, max_size=1) as pool:
        yield Drafts(pool, service.vault, b"d" * 32)


def person_of(service: CaseService, case: UUID) -> UUID:
    return UUID(service.state(case).attributes["person"])


def test_drafts_about_somebody_go_with_them_and_others_stay(
    service: CaseService, case: UUID, drafts: Drafts
) -> None:
    person, other = person_of(service, case), service.handle(referral()).case
    drafts.save("mr-melzo-1", f"task {case}:triage", [("notes", MARK)], person)
    drafts.save("mr-melzo-1", "sent 1", [("notes", MARK)], person)
    # Saved by somebody who did not say whom it is about.
    drafts.save("dr-5", f"note {case}", [("text", MARK)])
    drafts.save("dr-5", f"task {other}:triage", [("x", "y")], person_of(service, other))
    drafts.save("dr-5", "referral", [("x", "y")])
    forget(service, [person])
    assert drafts.listed("mr-melzo-1") == []
    assert {about for about, _ in drafts.listed("dr-5")} == {f"task {other}:triage", "referral"}


def test_what_was_saved_while_somebody_was_erased_goes_the_next_hour(
    service: CaseService, case: UUID, drafts: Drafts, connection: psycopg.Connection[Any]
) -> None:
    person = person_of(service, case)
    forget(service, [person])
    connection.execute(
        "INSERT INTO web_drafts (person, about, subject, sealed) VALUES ('dr-5', 'x', %s, 'y')",
        (person,),
    )
    assert complete_erasures(service) == 0
    assert drafts.listed("dr-5") == []


def test_jobs_that_name_somebody_go_with_what_came_of_them(
    service: CaseService, case: UUID, connection: psycopg.Connection[Any]
) -> None:
    person = person_of(service, case)
    texts = {
        "code": f"title: {IVO['tax_code']}",
        "name": "title: D'Adda Ivo",
        "address": f"title: {IVO['address']}",
        "case": f"title: caso {case}",
        "first name alone": "title: Ivo",
        "too short to mean somebody": "title: 02 7",
        "nobody": "title: Presa in carico",
    }
    asked = {name: uuid5(NOBODY, name) for name in (*texts, "result", "shares")}
    for name, text in texts.items():
        request = Check(Written(text, "bozza.yaml"), date(2026, 1, 1))
        store.ask(connection, asked[name], name, request, b"")
    request = Check(Written("title: X", "bozza.yaml"), date(2026, 1, 1))
    store.ask(connection, asked["result"], "result", request, b"")
    store.begin(connection, asked["result"], NOBODY)
    said = f'{{"said": "{IVO["tax_code"]}"}}'.encode()
    store.finish(connection, asked["result"], NOBODY, [File(RESULT, JSON_TYPE, said)])
    shares = Simulate((Written("x", "x.yaml"),), 10, 1, 1, shares=f"# {person}")
    store.ask(connection, asked["shares"], "shares", shares, b"")
    forget(service, [person])
    left = {row[0] for row in connection.execute("SELECT asked_by FROM jobs")}
    assert left == {"first name alone", "too short to mean somebody", "nobody"}
    assert connection.execute("SELECT count(*) FROM job_files").fetchone() == (0,)
    # Nor in the files of the tables that were in the clear: they have been written anew.
    dead = connection.execute(
        "SELECT relname FROM pg_class WHERE relname IN ('jobs', 'job_files') AND relfilenode = oid"
    ).fetchall()
    assert dead == []


def test_a_part_that_cannot_forget_does_not_keep_the_key(
    service: CaseService, case: UUID, connection: psycopg.Connection[Any]
) -> None:
    person = person_of(service, case)
    connection.execute(
        "CREATE FUNCTION forget_broken(persons uuid[], cases uuid[], words text[]) "
        "RETURNS SETOF text LANGUAGE sql AS $$ SELECT (1 / (cardinality(persons) - 1))::text $$"
    )
    with pytest.raises(psycopg.errors.DivisionByZero):
        forget(service, [person])
    assert service.vault.key_to_read(person) is None
    connection.execute("DROP FUNCTION forget_broken(uuid[], uuid[], text[])")
    forget(service, [person])
