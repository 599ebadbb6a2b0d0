"""The OpenAPI document is complete enough to work from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import People


@pytest.fixture(scope="module")
def document(shared_people: People) -> Any:
    return shared_people.http.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_has_a_summary_and_examples(document: Any) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                assert "example" in content or "examples" in content, (name, status)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert _examples(document, content["schema"]), name


def _examples(document: Any, schema: Any) -> Any:
    for part in (schema, *schema.get("anyOf", ())):
        if "$ref" in part:
            part = document["components"]["schemas"][part["$ref"].rpartition("/")[2]]
        if part.get("examples"):
            return part["examples"]
    return None


def test_every_reference_leads_somewhere(document: Any) -> None:
    schemas = document["components"]["schemas"]

    def check(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert part["$ref"].rpartition("/")[2] in schemas, part["$ref"]
            for inner in part.values():
                check(inner)
        elif isinstance(part, list):
            for inner in part:
                check(inner)

    check(document)


def test_every_write_asks_for_its_key(document: Any) -> None:
    for name, operation in operations(document):
        # A search is a question: what it asks for is personal, and belongs in no address.
        if name.startswith(("post", "patch")) and not name.endswith("/search"):
            named = {p["name"]: p for p in operation["parameters"]}
            assert named["Idempotency-Key"]["required"], name


def test_the_pages_for_people_and_machines_are_there(shared_people: People) -> None:
    http = shared_people.http
    shared_people.case()
    assert http.get("/docs").status_code == 200
    health = http.get("/health").json()
    assert (health["log"]["state"], health["training"]) == ("ok", True)
    metrics = http.get("/metrics").text
    assert 'cantiere_up{part="log"} 1.0' in metrics
    assert 'route="/api/v1/referrals"' in metrics
