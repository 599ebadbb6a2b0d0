"""A document with one mistake, made from the small protocol of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.documents import DocumentError, Problem
from protocols.language.load import read_protocol

MINI = (Path(__file__).parents[1] / "engine" / "mini.yaml").read_text(encoding="utf-8")


def replaced(old: str, new: str) -> str:
    assert MINI.count(old) == 1, f"{old!r} stands {MINI.count(old)} times"
    return MINI.replace(old, new)


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as error:
        read_protocol(text, "mini.yaml")
    return error.value.problems


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)
