"""How mail leaves the installation: `CANTIERE_SMTP_*`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from domain.settings import SettingsError
from protocols.text import Text

Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


class MailSettings(msgspec.Struct, frozen=True):
    """`security`: STARTTLS (RFC 3207), TLS from the first byte (RFC 8314), or none, for a relay on
    the same machine. `sender`: an address. `link`: where people read what waits for them.
    `people`: the file that tells addresses, lines `staff id: address`. `timeout`: seconds."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str
    link: str
    people: Path
    timeout: float = 10.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> MailSettings | None:
        """None where there is no `CANTIERE_SMTP_HOST`: no mail is sent. Raises SettingsError."""
        env = os.environ if environment is None else environment

        def named(name: str) -> str:
            return env.get(name, "").strip()

        host = named("CANTIERE_SMTP_HOST")
        if not host:
            return None
        link = named("CANTIERE_PUBLIC_URL").rstrip("/")
        sender, people = named("CANTIERE_SMTP_FROM"), named("CANTIERE_SMTP_PEOPLE")
        missing = [
            name
            for name, value in (
                ("CANTIERE_PUBLIC_URL", link),
                ("CANTIERE_SMTP_FROM", sender),
                ("CANTIERE_SMTP_PEOPLE", people),
            )
            if not value
        ]
        if missing:
            raise SettingsError(
                Text(
                    f"con CANTIERE_SMTP_HOST servono anche: {', '.join(missing)}",
                    f"with CANTIERE_SMTP_HOST these are needed too: {', '.join(missing)}",
                )
            )
        if not is_address(sender):
            raise SettingsError(
                Text(
                    "CANTIERE_SMTP_FROM deve essere un indirizzo come cantiere@comune.esempio.it",
                    "CANTIERE_SMTP_FROM must be an address such as cantiere@example.org",
                )
            )
        security = _security(named("CANTIERE_SMTP_SECURITY"))
        found = cls(
            host,
            _port(named("CANTIERE_SMTP_PORT"), _PORTS[security]),
            security,
            named("CANTIERE_SMTP_USER"),
            env.get("CANTIERE_SMTP_PASSWORD", ""),
            sender,
            f"{link}/avvisi",
            Path(people).expanduser(),
        )
        found.addresses()
        return found

    def addresses(self) -> dict[str, str]:
        """By staff id. Read anew each time: people come and go. Raises SettingsError, which quotes
        nothing of the file."""
        try:
            loaded: Any = yaml.safe_load(self.people.read_text(encoding="utf-8")) or {}
            found = msgspec.convert(loaded, dict[str, str])
        except (OSError, yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError):
            found = {"": ""}
        if not all(is_address(address) for address in found.values()):
            raise SettingsError(
                Text(
                    "CANTIERE_SMTP_PEOPLE deve nominare un file YAML leggibile con righe "
                    "«id dell'operatore: indirizzo di posta»",
                    "CANTIERE_SMTP_PEOPLE must name a readable YAML file with lines “staff id: "
                    "mail address”",
                )
            ) from None
        return found


def is_address(value: str) -> bool:
    """Whether it is one plain mail address (RFC 5321), without a name and in ASCII."""
    return (
        parseaddr(value)[1] == value
        and value.isascii()
        and value.count("@") == 1
        and all(value.split("@"))
        and not any(character.isspace() or character in '<>"(),;:' for character in value)
    )


def _security(value: str) -> Security:
    for known in _PORTS:
        if value == known:
            return known
    if not value:
        return "starttls"
    raise SettingsError(
        Text(
            f"CANTIERE_SMTP_SECURITY vale «{value[:20]}»: usare starttls, tls o none",
            f"CANTIERE_SMTP_SECURITY is “{value[:20]}”: use starttls, tls or none",
        )
    )


def _port(value: str, default: int) -> int:
    if not value:
        return default
    if value.isascii() and value.isdecimal() and len(value) <= 5 and 0 < int(value) <= 65535:
        return int(value)
    raise SettingsError(
        Text(
            f"CANTIERE_SMTP_PORT vale «{value[:20]}»: serve un numero fra 1 e 65535",
            f"CANTIERE_SMTP_PORT is “{value[:20]}”: a number between 1 and 65535 is needed",
        )
    )
