"""Answers as JSON, and their shapes in the OpenAPI document: one source, the structs themselves."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from api.http.problems import ProblemDetails

_REFERENCE = "#/components/schemas/{name}"
_answered: dict[str, type[Any]] = {}


class Json(Response):
    """Any struct, list or dict, encoded by msgspec; `content` is it, for a page that shows it."""

    media_type = "application/json"
    content: Any

    def render(self, content: Any) -> bytes:
        self.content = content
        return msgspec.json.encode(content)


def shape(struct: type[Any], title: str, example: Any, status: int = 200) -> dict[int | str, Any]:
    """The `responses` of an operation that answers with this struct.

    `example` is a value of the struct, or plain JSON.
    """
    _answered[struct.__name__] = struct
    return {
        status: {
            "description": title,
            "content": {
                "application/json": {
                    "schema": {"$ref": _REFERENCE.format(name=struct.__name__)},
                    "example": msgspec.to_builtins(example, str_keys=True),
                }
            },
        }
    }


PROBLEMS: dict[int | str, Any] = {
    "default": {
        "description": "Un problema (RFC 9457): che cosa non va, dove, che cosa fare.",
        "content": {
            "application/problem+json": {
                "schema": {"$ref": _REFERENCE.format(name="ProblemDetails")},
                "example": {
                    "type": "urn:cantiere:problem:form_invalid",
                    "title": "Dati da correggere",
                    "status": 422,
                    "detail": "Alcuni campi del modulo non vanno bene.",
                    "detail_en": "Some fields of the form are not right.",
                    "remedy": "Correggere i campi indicati.",
                    "remedy_en": "Correct the fields that are named.",
                    "errors": [
                        {
                            "field": "data.need",
                            "message": "scegliere tra: work, health",
                            "message_en": "choose among: work, health",
                        }
                    ],
                },
            }
        },
    }
}


def components() -> dict[str, Any]:
    """JSON schemas of every struct that some operation answers with."""
    structs = [*_answered.values(), ProblemDetails]
    _, found = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    return found
