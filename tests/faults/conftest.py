"""A whole stack, shared by the fault tests: every part is a process that can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.stack.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home: Path = tmp_path_factory.mktemp("faults-home")
    with Stack(home, training=True, environment={}) as running:
        yield running
