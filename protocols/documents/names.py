"""Which names a model accepts at a path: what a misspelt name is compared with."""

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic.fields import FieldInfo

from protocols.text import Text


def names_at(model: type[pydantic.BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """The field names, as written in documents, of whatever ``model`` allows at ``path``."""
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    names: dict[str, None] = {}
    for kind in kinds:
        for alternative in (one for each in _alternatives(kind) for one in _or_of_list(each)):
            if alternative is Text:
                names.update(dict.fromkeys(("it", "en")))
            elif _is_model(alternative):
                names.update(dict.fromkeys(_fields(alternative)))
    return tuple(names)


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    for alternative in _alternatives(kind):
        arguments = get_args(alternative)
        origin = get_origin(alternative)
        if _is_model(alternative):
            if step in (fields := _fields(alternative)):
                yield fields[str(step)]
        elif isinstance(step, str) and len(arguments) == 2 and isinstance(origin, type):
            yield arguments[1]
        elif isinstance(step, str) and origin in (tuple, list):
            yield from _inside(arguments[0], step)
        elif isinstance(step, int) and arguments:
            fixed = origin is tuple and arguments[-1] is not Ellipsis
            yield arguments[step if fixed and step < len(arguments) else 0]


def _alternatives(kind: Any) -> Iterator[Any]:
    """The kinds that a union offers, freed of annotations and aliases."""
    if hasattr(kind, "__value__"):
        yield from _alternatives(kind.__value__)
    elif get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for alternative in get_args(kind):
            yield from _alternatives(alternative)
    else:
        yield kind


def _or_of_list(kind: Any) -> Iterator[Any]:
    """The kind, and for a list also what it holds: one may be written without its brackets."""
    yield kind
    if get_origin(kind) in (tuple, list):
        yield from _alternatives(get_args(kind)[0])


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)


def _fields(model: type[pydantic.BaseModel]) -> dict[str, Any]:
    return {
        _written_name(name, field): field.annotation for name, field in model.model_fields.items()
    }


def _written_name(name: str, field: FieldInfo) -> str:
    if isinstance(field.validation_alias, str):
        return field.validation_alias
    return field.alias or name
