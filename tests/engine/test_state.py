"""A copy of a case's state is whole, and what is done to it is not done to the other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.case.state import CaseState
from protocols.engine.state import State


@pytest.mark.parametrize("state", [State(("a", "b")), CaseState(uuid4(), None)])
def test_every_field_is_copied_and_no_container_is_shared(state: Any) -> None:
    for name in state._fields:
        value = getattr(state, name)
        setattr(state, name, {name: 1} if isinstance(value, dict) else f"{name}, as it was")
    copy = state.copy()
    assert type(copy) is type(state)
    for name in state._fields:
        there, here = getattr(copy, name), getattr(state, name)
        assert there == here
        assert (there is not here) == isinstance(here, dict)
