"""The JSON Schema of the protocol language, for completion in editors; made from its model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from protocols.language.document import Protocol
from protocols.language.durations import Duration, Moment
from protocols.language.variants import CHANGEABLE, VariantHead

_DURATION = {"type": "string", "examples": ["20 working days", "3 months", "1 week", "same day"]}
_MOMENT = {"type": "string", "examples": ["90 days after placement", "5 working days before due"]}


class _Written(GenerateJsonSchema):
    """What a designer writes, where the model's own parser turns it into something else."""

    def encode_default(self, dft: Any) -> Any:
        return str(dft) if isinstance(dft, Duration | Moment) else super().encode_default(dft)

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return dict({Duration: _DURATION, Moment: _MOMENT}.get(schema["cls"], {}))

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = super().function_before_schema(schema)
        function: Any = schema["function"]["function"]
        name = getattr(function, "__name__", "")
        text = {"type": "string"}
        if name == "_duration":
            return dict(_DURATION)
        if name == "_moment":
            return dict(_MOMENT)
        if name in ("as_list", "_records", "_rungs"):
            one = {"anyOf": [inner.get("items", {}), text]}
            return {"anyOf": [{**inner, "items": one}, one]}
        if name == "_names":
            return {"anyOf": [inner, {"type": "array", "items": text, "uniqueItems": True}]}
        if name in ("_due", "_to_languages"):
            return {"anyOf": [text, inner]}
        return inner


def language_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a document of the language: a protocol, or a variant of one
    where it says whose."""
    whole, definitions = _schema(Protocol)
    head, more = _schema(VariantHead)
    partial = {f"{name}Difference": _partly(part) for name, part in definitions.items()}
    difference = {name: _partly(whole["properties"][name]) for name in CHANGEABLE}
    head["properties"] = {**difference, **head["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cantiere protocol",
        "type": "object",
        "if": {"required": ["variant"]},
        "then": {"$ref": "#/$defs/Variant"},
        "else": {"$ref": "#/$defs/Protocol"},
        "$defs": {**definitions, **more, **partial, "Protocol": whole, "Variant": head},
    }


def _schema(model: type[BaseModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=_Written)
    return schema, schema.pop("$defs", {})


def _partly(part: Any) -> Any:
    """The same of a variant, which states only what differs: nothing is required."""
    if isinstance(part, list):
        return [_partly(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"{value}Difference" if key == "$ref" else _partly(value)
        for key, value in part.items()
        if not (key == "required" and isinstance(value, list)) and key != "default"
    }
