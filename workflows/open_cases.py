"""Every case of the log and what it waits for, read from the log itself."""

from __future__ import annotations

from collections.abc import Iterator

from domain.service import CaseService
from workflows.due import Waiting

_OPENED = "case.case-opened"


def every_case(service: CaseService) -> Iterator[Waiting]:
    """Open and ended cases, in the order in which they were opened. Raises LogUnavailable,
    UnreadableEvent."""
    for case in service.recorder.originators_of(_OPENED):
        yield Waiting.of(service.agenda(case))
