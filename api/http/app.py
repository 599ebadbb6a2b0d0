"""The composition of the HTTP application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from api.http import (
    attaching,
    auditing,
    case_events,
    cases,
    disclosures,
    documents,
    duplicates,
    emergencies,
    erasure,
    evidence,
    exceptions,
    exclusions,
    health,
    hosts,
    jobs,
    likenesses,
    merging,
    migrations,
    notes,
    person_page,
    persons,
    protocol_pages,
    protocols,
    publishing,
    referrals,
    replaying,
    reports,
    rights,
    searching,
    tasks,
)
from api.http.admission import Admission
from api.http.door import Parts
from api.http.metrics import Measured, Metrics
from api.http.openapi import describe
from api.http.parameters import only_known_parameters
from api.http.problems import install
from api.http.routes import Routes
from api.http.shapes import PROBLEMS
from api.http.tokens import Issuer
from api.web.app import Pages
from api.web.gate import Gate
from api.web.settings import WebSettings
from domain.reads.journal import ReadJournal
from domain.reads.spool import reads_of
from domain.service import CaseService
from domain.settings import Settings

ROUTERS: tuple[APIRouter, ...] = (
    referrals.router,
    searching.router,
    cases.router,
    disclosures.router,
    emergencies.router,
    documents.router,
    attaching.router,
    replaying.router,
    evidence.router,
    tasks.router,
    case_events.router,
    duplicates.router,
    merging.router,
    likenesses.router,
    persons.router,
    person_page.router,
    rights.router,
    auditing.router,
    erasure.router,
    exceptions.router,
    notes.router,
    exclusions.router,
    hosts.router,
    # Before the versions: `drafts` is none.
    publishing.router,
    protocols.router,
    protocol_pages.router,
    jobs.router,
    migrations.router,
    reports.router,
    health.router,
)

# As many as the threads in which endpoints run, so that none waits for the pool alone.
_CONNECTIONS = 40


def create_app(settings: Settings, service: CaseService | None = None) -> FastAPI:
    """The application of an installation. A `service` given is used, and closed at the end.

    Raises DocumentError, SecretMissing, LogUnavailable, psycopg.OperationalError.
    """
    if service is None:
        service = CaseService.connect(settings, pool_size=4, max_size=_CONNECTIONS)
    pool: ConnectionPool[Any] = ConnectionPool(
        settings.database_url,
        min_size=2,
        max_size=_CONNECTIONS,
        timeout=4.5,
        reconnect_timeout=2.0,
        kwargs={"autocommit": True, "connect_timeout": 4, "row_factory": tuple_row},
        check=ConnectionPool.check_connection,
        open=False,
    )
    reads = ReadJournal(service.recorder, service.clock, reads_of(settings.home))
    parts = Parts(settings, service, pool, Issuer.of(settings.home), reads)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open(wait=False)
        reads.begin()
        try:
            yield
        finally:
            # Before the log is closed: what was shown must be in it.
            reads.close()
            pool.close()
            service.close()

    # Its page of documentation is served whole from here: no request to anybody else's servers.
    app = FastAPIOffline(
        title="Cantiere",
        version="0.1.0",
        summary="Protocolli territoriali di servizi sociali e sanitari, eseguiti e rivisti.",
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(only_known_parameters)],
        responses=PROBLEMS,
    )
    routes = Routes(ROUTERS)
    app.state.parts = parts
    app.state.metrics = Metrics()
    app.state.methods_at = routes.methods_at
    app.state.parameters_of = routes.parameters_of
    app.state.fields_of = routes.fields_of
    for router in ROUTERS:
        app.include_router(router)
    install(app)
    describe(app)
    app.add_middleware(Admission, methods_at=routes.methods_at, streams=routes.streams)
    pages = Pages(parts, WebSettings.from_environment())
    app.state.pages = pages.app
    app.add_middleware(Gate, pages=pages.app, owns=pages.owns, answer=pages.answer)
    app.add_middleware(Measured, metrics=app.state.metrics)
    return app
