"""Bring the databases of an installation to this program's version."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from domain.settings import Settings


def prepare_databases(settings: Settings) -> Settings:
    """Migrate log, read models, jobs and notices, settle what the installation is for, and record
    the territory pack's protocols and rules in the log.

    An installation keeps the kind it was made with: asking for a real one where there is a
    training one leaves it training, and the settings returned say so.

    Raises `MigrationError`, `InstallationRefused`, `PackRefused`, `DocumentError` or
    `psycopg.OperationalError`.
    """
    from api.web.schema import migrate as migrate_pages
    from domain.clock import MovableClock
    from domain.installation import initialise, installation_kind
    from domain.log.migrations import migrate as migrate_log
    from domain.log.recorder import CaseLogRecorder
    from domain.notices.schema import migrate as migrate_notices
    from domain.publishing.installing import install_pack
    from domain.territories.installing import install_territory
    from projections.schema import migrate as migrate_projections
    from protocols.territory import default_pack, load_territory
    from workflows.jobs.store import migrate as migrate_jobs

    migrate_log(settings.database_url)
    kind = installation_kind(settings.database_url)
    training = settings.training or kind == "training"
    if kind is None or training:
        initialise(settings.database_url, "training" if training else "real")
    migrate_projections(settings.database_url)
    migrate_jobs(settings.database_url)
    migrate_pages(settings.database_url)
    migrate_notices(settings.database_url)
    pack = default_pack()
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=2) as recorder:
        install_pack(recorder, pack)
        clock = MovableClock(recorder.datastore)  # type: ignore[arg-type]
        install_territory(recorder, load_territory(pack), clock.now())
    return replace(settings, training=training)


def prepare_temporal(settings: Settings) -> None:
    """Register what the workflows need to know of in the Temporal namespace.

    Raises `TemporalUnavailable`.
    """
    from workflows.connection import prepare_namespace

    # a thread of its own: the caller may be inside an event loop
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.submit(lambda: asyncio.run(prepare_namespace(settings))).result()
