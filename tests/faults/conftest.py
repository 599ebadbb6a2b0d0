"""A whole stack, shared by the fault tests: every part is a process that can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.stack.stack import Stack


@pytest.fixture(scope="module")
def stack(servers_folder: Path) -> Iterator[Stack]:
    home = servers_folder / "faults-home"
    with Stack(home, training=True, environment={}) as running:
        yield running
