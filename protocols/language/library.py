"""The texts that a protocol may rest on: bases and variants, by their id and version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from protocols.documents import (
    Document,
    DocumentError,
    Problem,
    nearest,
    read_document,
    validate_document,
)
from protocols.language.variants import VariantHead, is_variant, read_head
from protocols.text import Text

# (protocol, label): the label of a base is its version, that of a variant `cps-1.0.0`.
Key = tuple[str, str]


class UnknownProtocol(LookupError):
    """No such protocol or version; `message` names the nearest."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message

    @classmethod
    def among(cls, protocol: str, version: str, names: Iterable[str]) -> UnknownProtocol:
        near = nearest(f"{protocol}/{version}", names)
        hint = f" Forse «{near}»?" if near else ""
        hint_en = f" Perhaps “{near}”?" if near else ""
        return cls(
            Text(
                f"Il protocollo {protocol} {version} non esiste.{hint}",
                f"There is no protocol {protocol} {version}.{hint_en}",
            )
        )


class _Head(BaseModel):
    """What must be known of a base to find it; the rest is read when it is wanted."""

    model_config = ConfigDict(extra="ignore")

    protocol: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    valid_from: date


class Source:
    """One text as it was written, with its digest (sha256, hex) and its lines.

    `variant` is '' and `head` None for a base; `version` is the text's own.
    """

    __slots__ = (
        "digest", "document", "head", "name", "protocol", "text", "valid_from", "variant",
        "version",
    )  # fmt: skip

    def __init__(self, text: str | bytes, name: str, document: Document | None = None) -> None:
        """Raises DocumentError where the text cannot be read, or not even its id and version."""
        self.text = text.encode() if isinstance(text, str) else text
        self.name = name
        self.digest = hashlib.sha256(self.text).hexdigest()
        self.document = document or read_document(text, name)
        self.head: VariantHead | None = None
        found: VariantHead | _Head
        if is_variant(self.document):
            found = self.head = read_head(self.document)
            self.variant = self.head.variant
        else:
            found, self.variant = validate_document(self.document, _Head), ""
        self.protocol, self.version, self.valid_from = (
            found.protocol, found.version, found.valid_from,
        )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.variant}-{self.version}" if self.variant else self.version

    @property
    def key(self) -> Key:
        return self.protocol, self.label

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {self.protocol}/{self.label})"


class Library:
    """Immutable; `with_text` gives another one."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self._by_key: Mapping[Key, Source] = {source.key: source for source in sources}

    @classmethod
    def of_pack(cls, pack: Path) -> Library:
        """Every `protocols/<id>/<version>.yaml` and `protocols/<id>/variants/<variant>-<version>
        .yaml` of a pack. Raises DocumentError with every text that is unreadable or misplaced."""
        library, problems = gather(pack)
        if problems:
            raise DocumentError(problems)
        return library

    def with_text(self, text: str | bytes, name: str) -> Library:
        """With one text more; it takes the place of one with the same id and version.
        Raises DocumentError where its id and version cannot be read."""
        return self.with_source(Source(text, name))

    def with_source(self, source: Source) -> Library:
        return Library([*self._by_key.values(), source])

    def sources(self) -> tuple[Source, ...]:
        """Bases first, by id and version; then variants, by base, name and version."""
        return tuple(sorted(self._by_key.values(), key=order))

    def protocol(self, protocol: str, version: str) -> Source | None:
        """The base `protocol/version`."""
        found = self._by_key.get((protocol, version))
        return found if found and not found.variant else None

    def variant(self, protocol: str, variant: str, version: str) -> Source | None:
        return self.labelled(protocol, f"{variant}-{version}")

    def labelled(self, protocol: str, label: str) -> Source | None:
        """By what stands in a composed version: `2.0.0`, or `cps-1.0.0`."""
        return self._by_key.get((protocol, label))

    def versions(self, protocol: str) -> tuple[Source, ...]:
        """The bases of a protocol, lowest version first."""
        return tuple(s for s in self.sources() if s.protocol == protocol and not s.variant)

    def variants(self, protocol: str, of: str | None = None) -> tuple[Source, ...]:
        """The variants of a protocol (of its version `of`), by name and version."""
        return tuple(
            s
            for s in self.sources()
            if s.protocol == protocol and s.head and of in (None, s.head.of)
        )

    def ids(self) -> tuple[str, ...]:
        """The protocols of which there is a base."""
        return tuple(dict.fromkeys(s.protocol for s in self.sources() if not s.variant))

    def names(self, *, variants: bool = True) -> tuple[str, ...]:
        """`presa-in-carico/2.0.0`, `presa-in-carico/cps-1.0.0` …: what a wrong name is held to."""
        return tuple("/".join(s.key) for s in self.sources() if variants or not s.variant)


def number(version: str) -> tuple[int, ...]:
    """`1.10.0` → (1, 10, 0): as versions are ordered."""
    return tuple(int(part) for part in version.split("."))


def order(source: Source) -> tuple[bool, str, str, tuple[int, ...]]:
    return bool(source.variant), source.protocol, source.variant, number(source.version)


def circle(chain: Sequence[Key], wanted: Key) -> Text | None:
    """The message where a text that rests on `chain` (outermost first) would rest on itself."""
    if wanted not in chain:
        return None
    names = " → ".join("/".join(key) for key in [*chain[chain.index(wanted) :], wanted])
    return Text(
        f"I documenti si usano in cerchio: {names}. Togliere uno dei richiami.",
        f"The documents use each other in a circle: {names}. Take one of the references away.",
    )


def gather(pack: Path, *, full_names: bool = False) -> tuple[Library, list[Problem]]:
    """What of a pack can be read, and what is wrong with the rest. Mistakes call a file by its
    path in the pack, or by its whole path."""
    texts = texts_of(pack)
    if full_names:
        folder = pack / "protocols"
        return gathered([(name, str(folder / name), text) for name, text in texts])
    return gathered([(name, name, text) for name, text in texts])


def texts_of(pack: Path) -> tuple[tuple[str, bytes | None], ...]:
    """Every text of a pack by its path below `protocols`; None for one that cannot be read."""
    folder = pack / "protocols"
    paths = [*folder.glob("*/*.y*ml"), *folder.glob("*/variants/*.y*ml")]
    return tuple((path.relative_to(folder).as_posix(), _bytes(path)) for path in sorted(paths))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def gathered(
    texts: Iterable[tuple[str, str, bytes | None]],
) -> tuple[Library, list[Problem]]:
    """The same of texts that were read: each with its path and what its mistakes call it."""
    problems: list[Problem] = []
    found: dict[Key, Source] = {}
    for name, shown, text in texts:
        if text is None:
            message = Text("Il file non si può leggere.", "The file cannot be read.")
            problems.append(Problem(shown, 1, "", message))
            continue
        try:
            source = Source(text, shown)
        except DocumentError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_misplaced(source, name))
        first = found.setdefault(source.key, source)
        if first is not source:
            problems.append(_twice(source, first))
    problems.extend(backwards(found.values()))
    return Library(found.values()), problems


def _misplaced(source: Source, name: str) -> Iterable[Problem]:
    inside = "variants/" if source.variant else ""
    right = f"{source.protocol}/{inside}{source.label}.yaml"
    if name != right:
        yield source.document.problem(
            ("version",),
            Text(
                f"il file si chiama {name} ma contiene {'/'.join(source.key)}: deve stare in "
                f"{right}",
                f"the file is called {name} but holds {'/'.join(source.key)}: it must be {right}",
            ),
        )


def _twice(source: Source, first: Source) -> Problem:
    shown = "/".join(source.key)
    line = first.document.line(("version",))
    return source.document.problem(
        ("version",),
        Text(
            f"{shown} c'è già, in {first.name} (riga {line}): dare a questo testo un'altra "
            "versione o togliere uno dei due file",
            f"there is a {shown} already, in {first.name} (line {line}): give this text another "
            "version or take one of the two files away",
        ),
    )


def duplicates(sources: Iterable[Source]) -> list[Problem]:
    """Texts with the id and version of one that came before."""
    found: dict[Key, Source] = {}
    return [
        _twice(source, first)
        for source in sources
        if (first := found.setdefault(source.key, source)) is not source
    ]


def backwards(sources: Iterable[Source]) -> list[Problem]:
    """Versions that are valid before one that they follow."""
    ordered = sorted(sources, key=order)
    return [
        problem
        for n, source in enumerate(ordered)
        if (problem := out_of_order(source, ordered[:n]))
    ]


def out_of_order(source: Source, others: Iterable[Source]) -> Problem | None:
    """What is wrong with the day from which a text is valid, beside the other versions of it."""
    for other in sorted(others, key=order):
        if (other.protocol, other.variant) != (source.protocol, source.variant):
            continue
        later = number(other.version) < number(source.version)
        if later and source.valid_from < other.valid_from:
            which, which_en, limit, limit_en = "la precede", "comes before", "prima", "before"
        elif number(other.version) > number(source.version) and (
            source.valid_from > other.valid_from
        ):
            which, which_en, limit, limit_en = "la segue", "comes after", "dopo", "after"
        else:
            continue
        return source.document.problem(
            ("valid_from",),
            Text(
                f"la versione {source.version} va all'indietro: la {other.version}, che {which}, "
                f"vale dal {other.valid_from:%d/%m/%Y}. Scrivere un giorno non {limit} di quello, "
                "o un altro numero di versione",
                f"version {source.version} goes backwards: {other.version}, which {which_en} it, "
                f"is valid from {other.valid_from}. Write a day not {limit_en} it, or another "
                "version number",
            ),
        )
    return None
