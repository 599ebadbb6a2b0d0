"""The application of the API's tests, one for a whole module, and a case in it."""

from __future__ import annotations

import pytest

from domain.documents.store import FolderStore
from tests.api.conftest import People, registry, shared_people

__all__ = ["registry", "shared_people"]


@pytest.fixture(scope="module")
def people(shared_people: People) -> People:
    return shared_people


@pytest.fixture
def case(people: People) -> str:
    return people.case()


@pytest.fixture
def store(people: People) -> FolderStore:
    store: FolderStore = people.service.documents.store
    return store
