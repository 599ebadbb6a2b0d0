"""Whatever schemathesis thinks of, the API answers as its OpenAPI document says, and never 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.app import ROUTERS
from tests.api.conftest import REFERENT, People
from tests.api.test_hosts import BAKERY, KEEPER

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]


@pytest.fixture(scope="module")
def people(shared_people: People) -> Iterator[People]:
    with shared_people.projecting():
        yield shared_people


@pytest.fixture(scope="module")
def known(people: People) -> dict[str, str]:
    """Path parameters that lead somewhere."""
    case = people.case()
    host = people.post(KEEPER, "/api/v1/hosts", BAKERY).json()["host"]
    return {"case": case, "task_id": f"{case}:triage", "host_id": host, "event": "crisis"}


@pytest.fixture(scope="module")
def schema(people: People) -> Any:
    return schemathesis.openapi.from_url(f"{people.http.base_url}/openapi.json")


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
def test_every_operation_answers_as_documented(
    people: People, known: dict[str, str], schema: Any, method: str, path: str
) -> None:
    operation = schema[path][method]
    headers = people.headers(REFERENT)

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        somewhere=st.booleans(),
    )
    def answers(case: Any, somewhere: bool) -> None:
        for name in case.path_parameters or {}:
            if somewhere and name in known:
                case.path_parameters[name] = known[name]
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)

    answers()
