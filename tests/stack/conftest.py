"""A home to be run in, and supervisors that do not outlive their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.supervising import Supervising, installation


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for an installation, which nothing may still be using afterwards."""
    with installation() as folder:
        yield folder


@pytest.fixture
def supervise(home: Path) -> Iterator[Callable[..., Supervising]]:
    """Start supervisors; those still running at the end of the test are stopped."""
    started: list[Supervising] = []

    def start(*arguments: object, **named: object) -> Supervising:
        started.append(Supervising(*arguments, **named))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.end()
