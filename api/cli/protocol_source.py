"""Where a protocol comes from at the command line: a file, or a published version."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from domain.refusal import Refused
from protocols.engine.plan import Plan
from protocols.language.load import load_protocol
from protocols.registry import Registry
from protocols.territory import default_pack
from protocols.text import Language, Text

LanguageName = Literal["it", "en"]


def protocol_at(source: str) -> Plan:
    """The protocol of a file, of `id/version` or `id@version`, or the latest version of `id`.
    Raises DocumentError, UnknownProtocol, Refused."""
    path = Path(source)
    if path.is_file():
        return load_protocol(path)
    if path.suffix in (".yaml", ".yml"):
        raise Refused(
            "not_found",
            "no_such_file",
            Text(f"Il file «{path.name}» non c'è.", f"There is no file “{path.name}”."),
            Text("Controllare il percorso.", "Check the path."),
        )
    registry = Registry.load(default_pack())
    name, _, version = source.replace("@", "/").partition("/")
    if version:
        return registry.get(name, version)
    plans = [plan for plan in registry.all() if plan.protocol.protocol == name]
    if not plans:
        raise Refused(
            "not_found",
            "unknown_protocol",
            Text("Questo protocollo non esiste.", "There is no such protocol."),
            Text("Vedere `cantiere protocol list`.", "See `cantiere protocol list`."),
        )
    return plans[-1]


def write(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")


__all__ = ["Language", "LanguageName", "protocol_at", "write"]
