"""The protocols in force at the command line: the pack's, and those published in the installation
at hand, where there is one."""

from __future__ import annotations

from pathlib import Path

from api.stack.discovery import current_settings
from api.stack.failure import StackError
from domain.log.recorder import CaseLogRecorder
from domain.publishing.registry import PublishedRegistry
from protocols.language.library import Library
from protocols.registry import Registry
from protocols.territory import default_pack


def published(home: Path | None = None) -> Registry:
    """Without an installation, the pack's alone. Raises DocumentError, LogUnavailable where the
    installation's Postgres is away, PackRefused."""
    return _with_news(Registry.load(default_pack()), home)


def published_library(home: Path | None = None) -> Library:
    """The same as texts, none of them read before it is wanted."""
    return _with_news(Registry([], Library.of_pack(default_pack())), home).library


def _with_news(pack: Registry, home: Path | None) -> Registry:
    try:
        settings = current_settings(home)
    except StackError:
        return pack
    with CaseLogRecorder.connect(settings.database_url, pool_size=1, max_size=1) as recorder:
        # What it has read stays, also once its log is closed.
        return PublishedRegistry(pack, recorder).snapshot()
