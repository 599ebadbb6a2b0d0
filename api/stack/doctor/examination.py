"""The whole examination, in the order in which one thing rests on another."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from pathlib import Path

from api.stack.discovery import current_settings
from api.stack.doctor.check import Check, guarded
from api.stack.doctor.postgres import database_checks
from api.stack.doctor.program import home_checks, python_checks
from api.stack.doctor.temporal import temporal_checks
from api.stack.failure import StackError
from api.stack.home import Home, default_home
from api.stack.roles import ROLES
from domain.settings import Settings
from protocols.text import Text


def examine(home: Path | None = None) -> Iterator[Check]:
    """Look at the installation that `current_settings` finds, one check after the other."""
    yield from python_checks()
    place = Home(home or default_home())
    embedded = home is not None or not os.environ.get("DATABASE_URL", "").strip()
    if embedded:
        yield from home_checks(place)
    try:
        settings = current_settings(home)
    except StackError as error:
        yield Check("stack", Text(it="stack", en="stack"), "✗", error.message)
        return
    yield from database_checks(settings)
    yield from temporal_checks(settings)
    if embedded:
        yield from _roles(place)
    title = Text(it="API", en="API")
    remedy = Text(it="avviare `cantiere api`", en="start `cantiere api`")
    yield from guarded("api", title, remedy, lambda: _api(settings, title, remedy))


def _roles(home: Home) -> Iterator[Check]:
    pids = home.remembered().get("pids", {})
    for role in ROLES:
        pid = pids.get(role)
        yield Check(
            f"role-{role}",
            Text(it=f"ruolo {role}", en=f"role {role}"),
            f"pid {pid}" if pid else "✗",
            None
            if pid
            else Text(
                it=f"non è in funzione: il perché è in {home.log / role}.log",
                en=f"it is not running: the reason is in {home.log / role}.log",
            ),
        )


def _api(settings: Settings, title: Text, remedy: Text) -> Iterator[Check]:
    connection = http.client.HTTPConnection(settings.api_host, settings.api_port, timeout=5)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    finally:
        connection.close()
    yield Check(
        "api",
        title,
        f"{settings.api_host}:{settings.api_port}, /health {status}",
        None
        if status == 200
        else Text(
            it="/health dice che qualcosa non va: leggere la risposta",
            en="/health says that something is wrong: read its answer",
        ),
    )
