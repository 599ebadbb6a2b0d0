"""Attaching through the API, and what is kept of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from domain.documents.store import FolderStore
from tests.api.conftest import People
from tests.documents import made

NAME = "Relazione dell'équipe (Cassina de' Pecchi).pdf"


def attach(
    people: People, by: str, case: str, content: Any = made.PDF, name: str = NAME, **more: Any
) -> Any:
    """The answer. `title`, `declared` (media type) and `key` go into headers, the rest into the
    address."""
    key = more.pop("key", None) or str(uuid4())
    headers = people.headers(by, Idempotency_Key=key, Document_Name=quote(name))
    if title := more.pop("title", ""):
        headers["Document-Title"] = quote(title)
    if declared := more.pop("declared", ""):
        headers["Content-Type"] = declared
    path = f"/api/v1/cases/{case}/documents"
    return people.http.post(path, params=more, content=content, headers=headers)


def listed(people: People, by: str, case: str) -> list[Any]:
    found: list[Any] = people.get(by, f"/api/v1/cases/{case}/documents").json()["documents"]
    return found


def files(store: FolderStore) -> set[str]:
    """The digests under which something is kept, and the names of what is on its way."""
    return {file.name for file in store.stored()}
