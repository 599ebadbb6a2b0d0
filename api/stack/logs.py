"""How a process writes its log: one JSON object a line, and never what an exception carries.

The text of an exception may quote what a person typed (a name, a tax code). So only its class and
where it came from are written, and the text of those classes alone that speak of the program and
its surroundings.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import psycopg
import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from protocols.text import Text

_SPEAKING = (ImportError, OSError, NameError, AttributeError, TypeError, psycopg.OperationalError)


def configure_logs(level: str) -> None:
    """Send this process' logs, the libraries' too, to standard error from `level` upwards."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # every request and every poll of the libraries is not our news
    for name in ("httpx", "httpcore", "uvicorn.access", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _log_uncaught


def describe_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: replace `exc_info` by `error` and `frames`, as the module says."""
    found = event.pop("exc_info", None)
    error = _exception(found)
    if error is not None:
        event["error"] = " ← ".join(_name(each) for each in _causes(error))
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _exception(found: ExcInfo | BaseException | bool | None) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1]
    return sys.exc_info()[1] if found else None


def _causes(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _name(error: BaseException) -> str:
    message = getattr(error, "message", None)
    if isinstance(message, Text):
        return f"{type(error).__name__}: {message.it}"
    if isinstance(error, _SPEAKING):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("process ends by an error", exc_info=error)
