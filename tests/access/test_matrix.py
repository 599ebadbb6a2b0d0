"""Every address that is read, asked by every role, here and elsewhere, with and without the
person's authorisation: what it answers stands in `matrix.csv`, for an auditor to read.

A cell is the HTTP status, the categories of data shown (i s c w j: identity, social, clinical,
work, judicial) and, after a minus, those withheld, as the read log has them. After a change that
is meant: `CANTIERE_WRITE_MATRIX=1 python -m pytest tests/access/test_matrix.py -m slow`, and read
the difference.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from api.demo.story import Story
from api.http.app import ROUTERS
from domain.reads.events import ReadsRecorded
from protocols.territory import scope_kind
from tests.access.conftest import Told
from tests.api.conftest import TERRITORY

EXPECTED = Path(__file__).parent / "matrix.csv"
NOWHERE = str(UUID(int=0))
DAY = date(2026, 11, 23)
OWN = {"comune": "comune:015142", "district": "district:5", "service": "service:cps-melzo"}
OTHER = {"comune": "comune:015205", "district": "district:3", "service": "service:cps-trezzo"}


def readers() -> dict[str, str]:
    """Column → staff id: for each role somebody in the case's own place, and somebody elsewhere.
    People hold several roles; here they are who holds the fewest, and all of theirs count."""
    found: dict[str, str] = {}
    for role, entry in TERRITORY.roles.items():
        for where, places in (("", OWN), (" altrove", OTHER)):
            scope = places.get(entry.scope, entry.scope)
            if where and scope == entry.scope:
                continue
            held = TERRITORY.holders(role, scope, DAY)
            found[role + where] = min((kinds_held(person), person) for person, _ in held)[1]
    return found


def kinds_held(person: str) -> int:
    return len({scope_kind(held.scope) for held in TERRITORY.memberships(person, DAY)})


def paths() -> list[tuple[str, APIRoute]]:
    """The addresses that are read, in their order."""
    return sorted(
        (route.path, route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and route.path.startswith("/api/v1")
    )


def asked(route: APIRoute, story: Story, person: str) -> tuple[str, dict[str, Any]]:
    """An address with what its parameters need."""
    known = {
        "case": story.case, "task_id": f"{story.case}:triage", "person": person, "protocol":
        "presa-in-carico", "protocol_id": "presa-in-carico", "version": "2.0.0", "on":
        DAY.isoformat(), "step": "triage", "q": "triage", "from": "1.0.0", "to": "2.0.0",
    }  # fmt: skip
    path = route.path
    for field in route.dependant.path_params:
        path = path.replace("{" + field.alias + "}", known.get(field.alias, NOWHERE))
    query = {
        field.alias: known.get(field.alias, "x")
        for field in route.dependant.query_params
        if field.field_info.is_required()
    }
    return path, query


@pytest.fixture(scope="module")
def stories(told: Told) -> dict[str, Story]:
    without = told.case(recipients=None)
    return {"no": without, "sì": told.assessed(words="Va bene così.")}


def table(told: Told, stories: dict[str, Story], wanted: str) -> Iterator[list[str]]:
    """The rows of the addresses that end so."""
    columns = readers()
    yield ["indirizzo", "autorizzato", *(f"{role} ({who})" for role, who in columns.items())]
    people = told.people
    people.project()
    statuses: dict[tuple[str, str, str], int] = {}
    about = {story.case: name for name, story in stories.items()}
    marked: set[tuple[str, str, str]] = set()
    for path, route in paths():
        if not path.endswith(wanted):
            continue
        for name, story in stories.items() if _of_case(path) else [("-", stories["sì"])]:
            person = str(people.service.state(UUID(story.case)).attributes["person"])
            address, query = asked(route, story, person)
            for who in dict.fromkeys(columns.values()):
                headers = people.headers(who)
                answer = people.http.get(address, params=query, headers=headers)
                statuses[path, name, who] = answer.status_code
                if "D'Adda" in answer.text:
                    marked.add((path, name, who))
    seen: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}
    for read in reads(told):
        name = about.get(str(read.case), "-") if _of_case(read.door) else "-"
        shown, hidden = seen.setdefault((read.door, name, read.by), (set(), set()))
        shown.update(read.shown)
        hidden.update(read.withheld)
    for who in marked:
        # A name in an answer is a name in the read log.
        assert "identity" in seen[who][0], who
    for path, name in dict.fromkeys(key[:2] for key in statuses):
        cells = []
        for who in columns.values():
            shown, hidden = seen.get((path, name, who), (set(), set()))
            letters = "".join(c for c in "iscwj" if any(s[0] == c for s in shown))
            minus = "".join(c for c in "iscwj" if any(s[0] == c for s in hidden - shown))
            said = f"{statuses[path, name, who]} {letters}{'-' + minus if minus else ''}"
            cells.append(said.strip())
        yield [path, name, *cells]


def _of_case(path: str) -> bool:
    return "{case}" in path or "{task_id}" in path


def reads(told: Told) -> Iterator[Any]:
    assert told.people.app.state.parts.reads.flush()
    service = told.people.service
    for stream in service.recorder.originators_of("read.recorded"):
        for event in service.history(stream):
            if isinstance(event.body, ReadsRecorded):
                yield from event.body.reads


def compare(told: Told, stories: dict[str, Story], wanted: str = "") -> None:
    rows = list(table(told, stories, wanted))
    if os.environ.get("CANTIERE_WRITE_MATRIX") and not wanted:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        EXPECTED.write_text(written.getvalue(), "utf-8")
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file)
    expected = {(path, name): rest for path, name, *rest in lines if path.endswith(wanted)}
    assert rows[0] == columns
    assert [tuple(row[:2]) for row in rows[1:]] == list(expected)
    differences = [
        (path, name, column, f"is {is_}", f"was {was}")
        for path, name, *cells in rows[1:]
        for column, is_, was in zip(columns[2:], cells, expected[path, name], strict=True)
        if is_ != was
    ]
    assert differences == []


def test_a_cases_data_are_shown_to_each_role_as_the_table_says(
    told: Told, stories: dict[str, Story]
) -> None:
    compare(told, stories, "/{case}/history")


@pytest.mark.slow
def test_every_address_answers_every_role_as_the_table_says(
    told: Told, stories: dict[str, Story]
) -> None:
    compare(told, stories)
