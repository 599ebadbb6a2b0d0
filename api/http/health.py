"""Whether the installation is well, and its figures for a monitoring system."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout
from starlette.responses import PlainTextResponse, Response

from api.http.door import Parts
from api.http.shapes import Json, shape
from domain.log.errors import LogUnavailable
from domain.notices import book, outbox
from domain.territories.installing import NOT_INSTALLED
from domain.verifying.ages import LastTimes, last_times
from projections.models import NAMES
from projections.parked import parked
from projections.positions import positions
from protocols.text import Text

router = APIRouter(tags=["salute"])


class Part(msgspec.Struct, frozen=True):
    """`state`: ok, late or away, of the log also stale: it has other rules of the territory than
    this process goes by; `message`: what it means for those who work."""

    state: str
    message: Text | None = None


class Telling(Part, frozen=True):
    """`state` may be failed too: some mail could not be sent, others leave. `lag`: events that
    nobody has been told of yet; `waiting`: mails, `late`: of which tried already; `failed`: in the
    last seven days."""

    lag: int = 0
    waiting: int = 0
    late: int = 0
    failed: int = 0


class Health(msgspec.Struct, frozen=True):
    """`status`: ok; degraded, where work goes on but something comes late; down, where commands
    cannot be taken. `lag`: by read model, how many events it still has to take; `parked`: events
    that some read model could not take. `last`: when the log was last sealed and verified."""

    status: str
    log: Part
    temporal: Part
    views: Part
    position: int
    lag: dict[str, int]
    parked: int
    training: bool
    now: datetime | None
    last: LastTimes = LastTimes()
    notices: Telling = Telling("ok")


_EXAMPLE = Health("ok", Part("ok"), Part("ok"), Part("ok"), 412, {"cases": 0}, 0, True, None)
_AWAY = Text(
    "Il registro dei casi non risponde: i comandi saranno di nuovo possibili tra poco.",
    "The case log does not answer: commands will be possible again soon.",
)
_NO_TEMPORAL = Text(
    "Temporal non risponde: il lavoro sui casi continua; promemoria e automatismi tarderanno.",
    "Temporal does not answer: work on cases goes on; reminders and automations will be late.",
)
_LATE = Text(
    "Le viste sono indietro rispetto al registro o hanno eventi messi da parte.",
    "The views are behind the log or have parked events.",
)
_TOLD_LATE = Text(
    "Gli avvisi o la posta arrivano in ritardo: controllare il notifier e il server di posta.",
    "Notices or mail come late: look at the notifier and at the mail server.",
)
_NOT_SENT = Text(
    "Qualche messaggio di posta non è partito: `cantiere mail` dice quali.",
    "Some mail could not be sent: `cantiere mail` says which.",
)
_MANY = 1000


@router.get(
    "/health",
    responses=shape(Health, "Come sta.", _EXAMPLE) | shape(Health, "Fermo.", _EXAMPLE, 503),
    summary="Come sta l'installazione",
)
def health(request: Request) -> Json:
    """503 solo se non si possono accettare comandi. · 503 only if commands cannot be taken."""
    found = examine(request.app.state.parts)
    if found.status == "down":
        return Json(found, 503, {"Retry-After": "2"})
    return Json(found)


def examine(parts: Parts) -> Health:
    temporal = _temporal(parts)
    try:
        position = parts.service.recorder.last_position()
        with parts.pool.connection() as connection:
            reached = positions(connection, NAMES)
            aside = len(parked(connection))
            last = last_times(connection, parts.settings.home)
            told = telling(connection, position)
        now = parts.service.clock.now()
        log = Part("ok") if parts.service.rules.holds() else Part("stale", NOT_INSTALLED)
    except (LogUnavailable, psycopg.Error, PoolTimeout):
        away = Part("away", _AWAY)
        return Health("down", away, temporal, Part("away"), 0, {}, 0, parts.settings.training, None)
    lag = {name: max(0, position - at) for name, at in reached.items()}
    late = aside > 0 or max(lag.values(), default=0) > _MANY
    views = Part("late", _LATE) if late else Part("ok")
    well = temporal.state == "ok" and not late and told.state != "late"
    return Health(
        "down" if log.state != "ok" else "ok" if well else "degraded",
        log,
        temporal,
        views,
        position,
        lag,
        aside,
        parts.settings.training,
        now,
        last,
        told,
    )


def telling(connection: psycopg.Connection[Any], position: int) -> Telling:
    """`position`: of the log's last event. Raises psycopg.Error."""
    lag = max(0, position - book.told_until(connection))
    mails = outbox.standing(connection)
    if lag > _MANY or mails.late:
        return Telling("late", _TOLD_LATE, lag, *mails)
    if mails.failed:
        return Telling("failed", _NOT_SENT, lag, *mails)
    return Telling("ok", None, lag, *mails)


def _temporal(parts: Parts) -> Part:
    """Whether something listens there; a server configured by a profile is not asked."""
    address = parts.settings.temporal_address
    if not address:
        return Part("ok")
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=1.0).close()
    except (OSError, ValueError):
        return Part("away", _NO_TEMPORAL)
    return Part("ok")


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"text/plain": {"example": "cantiere_log_position 412.0"}}},
    },
    summary="Misure per Prometheus",
)
def metrics(request: Request) -> Response:
    """Nessun dato personale e nessun numero di caso. · No personal data, no case numbers."""
    state: Any = request.app.state
    state.metrics.observe(examine(state.parts))
    return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
