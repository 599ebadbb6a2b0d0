"""What one running process of Cantiere must know of its surroundings.

Settings are read once, at the edge, from the environment; everything below receives them as a
value. `Settings.environment()` is the inverse of `Settings.from_environment()`: a supervisor
gives a child process exactly what it knows itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from protocols.text import Text

LOG_LEVELS = ("debug", "info", "warning", "error")
DEFAULT_PORT = 8080

_TRUE = {"1", "true", "yes", "on", "si", "sì"}
_FALSE = {"", "0", "false", "no", "off"}


class SettingsError(Exception):
    """The environment says something that cannot be; `message` names it and the remedy."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the servers are and how this process shall behave.

    `database_url` is a libpq connection URI. `temporal_address` is `host:port`, or `None` when
    Temporal's own environment configuration (a profile, an API key, TLS) decides; read it with
    `temporalio.envconfig`. `training` means an installation whose clock may be moved; it is fixed
    when the installation's database is created. `home` is the folder of the embedded stack, `None`
    where every server is somebody else's.
    """

    database_url: str
    temporal_address: str | None = None
    temporal_namespace: str = "default"
    home: Path | None = None
    api_host: str = "127.0.0.1"
    api_port: int = DEFAULT_PORT
    training: bool = False
    log_level: str = "info"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings of this process.

        Raises `SettingsError` if `DATABASE_URL` is missing or a value is ill-formed.
        """
        env = os.environ if environment is None else environment
        database_url = env.get("DATABASE_URL", "").strip()
        if not database_url:
            raise SettingsError(
                Text(
                    it="manca DATABASE_URL: indicare il Postgres da usare "
                    "(postgresql://utente@host/base), oppure avviare tutto con `cantiere up`",
                    en="DATABASE_URL is missing: name the Postgres to use "
                    "(postgresql://user@host/database), or start everything with `cantiere up`",
                )
            )
        home = env.get("CANTIERE_HOME", "").strip()
        return cls(
            database_url=database_url,
            temporal_address=env.get("TEMPORAL_ADDRESS", "").strip() or None,
            temporal_namespace=env.get("TEMPORAL_NAMESPACE", "").strip() or "default",
            home=Path(home).expanduser() if home else None,
            api_host=env.get("CANTIERE_HOST", "").strip() or "127.0.0.1",
            api_port=_port(env.get("CANTIERE_PORT", "").strip()),
            training=_flag("CANTIERE_TRAINING", env.get("CANTIERE_TRAINING", "")),
            log_level=_log_level(env.get("CANTIERE_LOG_LEVEL", "")),
        )

    def environment(self) -> dict[str, str]:
        """The variables that make `from_environment` give these settings back."""
        variables = {
            "DATABASE_URL": self.database_url,
            "TEMPORAL_NAMESPACE": self.temporal_namespace,
            "CANTIERE_HOST": self.api_host,
            "CANTIERE_PORT": str(self.api_port),
            "CANTIERE_TRAINING": "1" if self.training else "0",
            "CANTIERE_LOG_LEVEL": self.log_level,
        }
        if self.temporal_address:
            variables["TEMPORAL_ADDRESS"] = self.temporal_address
        if self.home:
            variables["CANTIERE_HOME"] = str(self.home)
        return variables


def _port(value: str) -> int:
    if not value:
        return DEFAULT_PORT
    if value.isascii() and value.isdecimal() and len(value) <= 5 and int(value) <= 65535:
        return int(value)
    raise SettingsError(
        Text(
            it=f"CANTIERE_PORT vale «{value[:20]}»: serve un numero fra 0 e 65535",
            en=f"CANTIERE_PORT is “{value[:20]}”: a number between 0 and 65535 is needed",
        )
    )


def _flag(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise SettingsError(
        Text(
            it=f"{name} vale «{value[:20]}»: usare 1 oppure 0",
            en=f"{name} is “{value[:20]}”: use 1 or 0",
        )
    )


def _log_level(value: str) -> str:
    word = value.strip().lower() or "info"
    if word in LOG_LEVELS:
        return word
    raise SettingsError(
        Text(
            it=f"CANTIERE_LOG_LEVEL vale «{value[:20]}»: usare {', '.join(LOG_LEVELS)}",
            en=f"CANTIERE_LOG_LEVEL is “{value[:20]}”: use {', '.join(LOG_LEVELS)}",
        )
    )
