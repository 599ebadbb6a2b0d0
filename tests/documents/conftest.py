"""The application of the API's tests, one for a whole module."""

from __future__ import annotations

from tests.api.conftest import registry, shared_people

__all__ = ["registry", "shared_people"]
