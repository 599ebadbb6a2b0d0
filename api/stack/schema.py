"""Bring the databases of an installation to this program's version."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from domain.settings import Settings


def prepare_databases(settings: Settings) -> Settings:
    """Migrate log and read models, and settle what the installation is for.

    An installation keeps the kind it was made with: asking for a real one where there is a
    training one leaves it training, and the settings returned say so.

    Raises `MigrationError`, `InstallationRefused` or `psycopg.OperationalError`.
    """
    from domain.installation import initialise, installation_kind
    from domain.log.migrations import migrate as migrate_log
    from projections.schema import migrate as migrate_projections

    migrate_log(settings.database_url)
    kind = installation_kind(settings.database_url)
    training = settings.training or kind == "training"
    if kind is None or training:
        initialise(settings.database_url, "training" if training else "real")
    migrate_projections(settings.database_url)
    return replace(settings, training=training)


def prepare_temporal(settings: Settings) -> None:
    """Register what the workflows need to know of in the Temporal namespace.

    Raises `TemporalUnavailable`.
    """
    from workflows.connection import prepare_namespace

    # a thread of its own: the caller may be inside an event loop
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.submit(lambda: asyncio.run(prepare_namespace(settings))).result()
