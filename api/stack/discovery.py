"""Which installation a command is about: the environment's, or the one running in a home."""

from __future__ import annotations

import os
from pathlib import Path

from api.stack.failure import StackError
from api.stack.home import Home, default_home
from domain.settings import Settings, SettingsError
from protocols.text import Text


def current_settings(home: Path | None = None) -> Settings:
    """The settings of the installation at hand.

    `DATABASE_URL` in the environment decides, unless a home is named; otherwise the stack that is
    running in the home (`CANTIERE_HOME` or the default one). Raises `StackError` if there is none.
    """
    try:
        if home is None and os.environ.get("DATABASE_URL", "").strip():
            return Settings.from_environment()
        place = Home(home or default_home())
        remembered = place.remembered().get("environment")
        if place.holder() is not None and isinstance(remembered, dict):
            # what the supervisor's own environment says of other servers (TLS, keys) holds here too
            return Settings.from_environment({**os.environ, **remembered})
    except SettingsError as error:
        raise StackError(error.message) from error
    raise StackError(
        Text(
            it=f"nessun Cantiere è in funzione in {place.path}: avviarlo con `cantiere up`, oppure "
            "indicare un'installazione con --home, CANTIERE_HOME o DATABASE_URL",
            en=f"no Cantiere is running in {place.path}: start it with `cantiere up`, or name an "
            "installation with --home, CANTIERE_HOME or DATABASE_URL",
        )
    )
