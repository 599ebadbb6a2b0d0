"""The migration workflow's one activity. It may be repeated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any
from uuid import UUID

import msgspec
from temporalio import activity

from domain.migration.running import advance
from domain.service import CaseService
from workflows.faults import plain_faults

_BEAT = 1.5
"""Seconds between two signs of life."""


class MigrationActivities:
    """Over one case service."""

    def __init__(self, service: CaseService) -> None:
        self._service = service

    def all(self) -> list[Callable[..., Any]]:
        """What a worker must register."""
        return [self.advance_migration]

    @activity.defn(name="advance_migration")
    def advance_migration(self, plan: str, phase: str, cursor: int) -> dict[str, Any]:
        """Try the plan's next cases; the builtins of an `Advance`."""
        with plain_faults("advance_migration", plan), _alive():
            step = advance(self._service, UUID(plan), phase, cursor)
            built: dict[str, Any] = msgspec.to_builtins(step)
            return built


@contextmanager
def _alive() -> Iterator[None]:
    """Signs of life while the step lasts: the last one tries whatever was left, which takes long
    where many cases were."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(_BEAT):
            activity.heartbeat()

    context = copy_context()
    thread = threading.Thread(target=lambda: context.run(beat), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
