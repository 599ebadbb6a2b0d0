"""Faults as Temporal may keep them: a class and a constant sentence, no text with data in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.log.errors import LogUnavailable
from domain.refusal import Refused
from workflows.automations import AutomationFault
from workflows.wire import LOG_UNAVAILABLE, UNKNOWN_CASE

log = structlog.get_logger()

_PERMANENT = ("invalid", "forbidden", "not_found")


@contextmanager
def plain_faults(doing: str, case: str) -> Iterator[None]:
    """Whatever is raised inside leaves as an ApplicationError without its cause: the message of a
    database error, for one, may quote a row."""
    try:
        yield
    except ApplicationError:
        raise
    except LogUnavailable:
        raise _unavailable() from None
    except Refused as refused:
        raise _unavailable() if refused.kind == "unavailable" else _refused(refused) from None
    except AutomationFault as fault:
        raise ApplicationError(
            "the automation did not work", type=fault.kind, non_retryable=not fault.retryable
        ) from None
    except Exception as error:
        kind = type(error).__name__
        log.error("activity_failed", doing=doing, case=case, error=kind)
        raise ApplicationError("it failed", type=kind) from None


def _unavailable() -> ApplicationError:
    # An automation must not spend its attempts on an outage: the workflow waits and starts anew.
    in_automation = activity.in_activity() and not activity.info().is_local
    return ApplicationError(
        "the case log cannot be reached", type=LOG_UNAVAILABLE, non_retryable=in_automation
    )


def _refused(refused: Refused) -> ApplicationError:
    return ApplicationError(
        "the domain refused",
        type=UNKNOWN_CASE if refused.code == "unknown_case" else f"Refused:{refused.code}",
        non_retryable=refused.kind in _PERMANENT,
    )
