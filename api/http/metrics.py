"""Figures for Prometheus: requests by route, and how the installation is. Nothing personal: labels
are routes as they are declared, never the addresses that were asked for."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.http.admission import App, Message, Receive, Scope, Send
from api.http.health import Health

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """One registry for each application, so that several may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cantiere_requests",
            "HTTP requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "cantiere_request_seconds",
            "Time to answer, in seconds.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.up = Gauge(
            "cantiere_up", "1 where the part answers.", ("part",), registry=self.registry
        )
        self.position = Gauge("cantiere_log_position", "Events in the log.", registry=self.registry)
        self.lag = Gauge(
            "cantiere_view_lag_events",
            "Events a read model has still to take.",
            ("view",),
            registry=self.registry,
        )
        self.parked = Gauge(
            "cantiere_parked_events",
            "Events that some read model could not take.",
            registry=self.registry,
        )
        self.notices = Gauge(
            "cantiere_notices",
            "Events that nobody has been told of yet (lag); mails that wait (waiting), that wait "
            "and were tried already (late), that failed in the last seven days (failed).",
            ("what",),
            registry=self.registry,
        )
        self.last = Gauge(
            "cantiere_last_timestamp_seconds",
            "When the log was last sealed, verified, and verified fully (POSIX time).",
            ("what",),
            registry=self.registry,
        )

    def observe(self, health: Health) -> None:
        """Take over the state of the parts."""
        self.up.labels("log").set(health.log.state == "ok")
        self.up.labels("temporal").set(health.temporal.state == "ok")
        self.position.set(health.position)
        self.parked.set(health.parked)
        for view, lag in health.lag.items():
            self.lag.labels(view).set(lag)
        for what in ("lag", "waiting", "late", "failed"):
            self.notices.labels(what).set(getattr(health.notices, what))
        for what in ("sealed", "verified", "verified_fully"):
            at = getattr(health.last, what)
            if at is not None:
                self.last.labels(what).set(at.timestamp())


class Measured:
    """ASGI middleware: counts and times each request."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "") or "none"
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(method, route).observe(perf_counter() - began)


_METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
