"""Every case of the log and what it waits for, read from the log itself."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import structlog

from domain.log.errors import LogUnavailable
from domain.service import CaseService
from workflows.due import Waiting

log = structlog.get_logger(__name__)

_OPENED = "case.case-opened"


def every_case(service: CaseService, unreadable: set[UUID] | None = None) -> Iterator[Waiting]:
    """Open and ended cases, in the order in which they were opened. Raises LogUnavailable.

    A case that this program cannot read keeps no other from its workflow: it is left out, and added
    to ``unreadable``; `cantiere verify` says what is wrong with it.
    """
    for case in service.recorder.originators_of(_OPENED):
        try:
            waiting = Waiting.of(service.agenda(case))
        except LogUnavailable:
            raise
        except Exception as error:
            # Not its message, which may quote what the events hold.
            log.error("case_unreadable", case=str(case), error=type(error).__name__)
            if unreadable is not None:
                unreadable.add(case)
            continue
        yield waiting
