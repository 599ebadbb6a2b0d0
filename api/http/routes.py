"""The routes as they are declared: which methods an address takes, and which parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request


class StreamedRoute(APIRoute):
    """An operation that takes its body itself, piece by piece, and counts it."""


class Routes:
    """Answers about the routes of some routers."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        self._routes = [
            route for router in routers for route in router.routes if isinstance(route, APIRoute)
        ]
        self._parameters: dict[Any, tuple[str, ...]] = {}

    def methods_at(self, path: str) -> set[str]:
        """The methods that an address takes; empty if there is nothing there."""
        found: set[str] = set()
        for route in self._routes:
            if route.path_regex.match(path):
                found |= route.methods or set()
        if "GET" in found:
            found.add("HEAD")
        return found | {"OPTIONS"} if found else found

    def streams(self, method: str, path: str) -> bool:
        """Whether the operation at this address takes its body itself."""
        return any(
            isinstance(route, StreamedRoute)
            and method in (route.methods or ())
            and route.path_regex.match(path)
            for route in self._routes
        )

    def parameters_of(self, request: Request) -> tuple[str, ...]:
        """The names of the query parameters of the operation that a request is for."""
        endpoint = request.scope.get("endpoint")
        if endpoint not in self._parameters:
            self._parameters[endpoint] = tuple(
                name
                for route in self._routes
                if route.endpoint is endpoint
                for name in _query_names(route.dependant)
            )
        return self._parameters[endpoint]

    def fields_of(self, request: Request) -> tuple[str, ...]:
        """The names of the fields that the body of the operation may have."""
        endpoint = request.scope.get("endpoint")
        for route in self._routes:
            field = route.body_field if route.endpoint is endpoint else None
            kind = field.field_info.annotation if field is not None else None
            for model in (kind, *getattr(kind, "__args__", ())):
                if isinstance(model, type) and issubclass(model, BaseModel):
                    return tuple(model.model_fields)
        return ()


def _query_names(dependant: Any) -> list[str]:
    names = [field.alias for field in dependant.query_params]
    return names + [name for inner in dependant.dependencies for name in _query_names(inner)]
