"""A case log of each test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.log.migrations import migrate
from domain.log.recorder import CaseLogRecorder


@pytest.fixture
def log_url(empty_database_url: str) -> str:
    """A database with the case log's schema and nothing else."""
    migrate(empty_database_url)
    return empty_database_url


@pytest.fixture
def recorder(log_url: str) -> Iterator[CaseLogRecorder]:
    with CaseLogRecorder.connect(log_url) as opened:
        yield opened
