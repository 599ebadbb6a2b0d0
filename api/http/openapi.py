"""The OpenAPI document: FastAPI's, with the shapes of our answers and what only we know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.http.shapes import components

_DESCRIPTION = """
Ogni scrittura richiede `Idempotency-Key`: ripetere la stessa richiesta con la stessa chiave dà la
stessa risposta, con `Idempotent-Replay: true`, e non scrive nulla due volte. Gli errori sono
`application/problem+json` (RFC 9457) e nominano il campo e il rimedio, in italiano o in inglese
secondo `Accept-Language`. Dopo una scrittura, `?after=<position>` fa attendere che le liste la
contengano.

*Every write needs an `Idempotency-Key`; errors are problem+json naming field and remedy; after a
write, `?after=<position>` makes lists wait for it.*
"""


def describe(app: FastAPI) -> None:
    """Complete the document; it is made at the first request for it."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            document["info"]["description"] = _DESCRIPTION.strip()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(components())
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for operations in document["paths"].values():
                for operation in operations.values():
                    _complete(operation)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(operation: dict[str, Any]) -> None:
    # Mistaken parameters are answered as every other problem.
    operation["responses"].pop("422", None)
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "Idempotency-Key":
            parameter["required"] = True
            parameter["schema"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "pattern": "^[ -~]+$",
            }
