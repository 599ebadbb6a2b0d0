"""Where a protocol comes from at the command line: a file, or a published version."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from api.cli.protocol_published import published_library
from domain.refusal import Refused
from protocols.documents import MAX_BYTES, DocumentError, unknown_name
from protocols.engine.plan import Plan
from protocols.language.library import Library, Source, UnknownProtocol, gather
from protocols.language.load import read_protocol, resolve
from protocols.territory import default_pack
from protocols.text import Language, Text

LanguageName = Literal["it", "en"]

# Beside a file that rests on others: a folder of protocols, not somebody's whole disk.
_MOST_BESIDE = 200


def protocol_at(source: str) -> Plan:
    """The protocol of a file (a variant's with its base), of `id/version` or `id@version`, where
    the version may be composed (`2.0.0+cps-1.0.0`), or the latest version of `id`.
    Raises DocumentError, UnknownProtocol, Refused, LogUnavailable."""
    path = Path(source)
    if path.is_file():
        text = text_of(path)
        return read_protocol(text, str(path), library_for(path, text))
    if path.suffix in (".yaml", ".yml"):
        raise Refused(
            "not_found",
            "no_such_file",
            Text(f"Il file «{path.name}» non c'è.", f"There is no file “{path.name}”."),
            Text("Controllare il percorso.", "Check the path."),
        )
    library = published_library()
    name, _, version = source.replace("@", "/").partition("/")
    versions = library.versions(name)
    if not version and not versions:
        raise Refused(
            "not_found",
            "unknown_protocol",
            unknown_name(Text("Il protocollo", "The protocol"), name, library.ids()),
            Text("Vedere `cantiere protocol list`.", "See `cantiere protocol list`."),
        )
    return resolve(library, name, version or versions[-1].version).plan


def text_of(path: Path) -> bytes:
    """Raises OSError."""
    with path.open("rb") as file:
        # One byte more than is accepted tells that it is too large.
        return file.read(MAX_BYTES + 1)


def library_for(
    path: Path, text: bytes, pack: Path | None = None, *, beside: bool = False
) -> Library:
    """The texts on which that of a file may rest: those of its pack, or of the given one, and,
    where it rests on others or with `beside`, those of the folder that it stands in. What of them
    cannot be read is left out."""
    folder = path.resolve().parent
    own = next(
        (f.parent for f in path.resolve().parents if f.name == "protocols" and _is_pack(f.parent)),
        None,
    )
    library, _ = gather(own or pack or default_pack(), full_names=True)
    if own is None and (beside or b"of:" in text or b"uses:" in text):
        around = folder.parent if folder.name == "variants" else folder
        near = [*sorted(around.glob("*.y*ml")), *sorted(around.glob("variants/*.y*ml"))]
        for other in near[:_MOST_BESIDE]:
            if other != path.resolve():
                library = _with_file(library, other)
    return library


def _is_pack(folder: Path) -> bool:
    return (folder / "territory.yaml").is_file()


def _with_file(library: Library, path: Path) -> Library:
    try:
        return library.with_source(Source(text_of(path), str(path)))
    except (DocumentError, OSError):
        return library


def write(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")


__all__ = [
    "Language",
    "LanguageName",
    "UnknownProtocol",
    "library_for",
    "protocol_at",
    "text_of",
    "write",
]
