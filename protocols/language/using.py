"""The used protocols of a document, found in the library and put in their places, with lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from protocols.documents import Document, DocumentError, Problem, nearest
from protocols.language.document import Protocol
from protocols.language.library import Key, Library, Source, circle
from protocols.language.paths import Location
from protocols.language.scopes import expand
from protocols.text import Text

if TYPE_CHECKING:
    from protocols.language.load import Reading

Read = Callable[[Source, Library, tuple[Key, ...]], "Reading"]


def with_used(
    protocol: Protocol,
    document: Document,
    library: Library,
    chain: tuple[Key, ...],
    read: Read,
) -> tuple[Protocol, Document, tuple[Source, ...], list[Problem]]:
    """The protocol with those that it uses inside its steps; the document that knows the file and
    line of each part; the texts that were used; what is wrong with using them.

    `chain`: the protocols that led here, this one last. `read` reads a text of the library.
    """
    if not any(step.uses for step in protocol.steps.values()):
        return protocol, document, (), []
    readings: dict[str, Reading | None] = {}
    problems: list[Problem] = []

    def find(wanted: str, at: Location) -> Protocol | None:
        if wanted not in readings:
            found = _read(wanted, document.problem, at, library, chain, read)
            readings[wanted] = None if isinstance(found, list) else found
            problems.extend(found if isinstance(found, list) else ())
        reading = readings[wanted]
        return reading.plan.protocol if reading else None

    expansion = expand(protocol, find)
    placed = document
    for here, (wanted, there) in expansion.origins.items():
        reading = readings.get(wanted)
        placed = placed.grafted(here, reading.document if reading else document, there)
    problems += [placed.problem(at, message) for at, message in expansion.problems]
    used = [source for reading in readings.values() if reading for source in reading.plan.sources]
    return expansion.protocol, placed, tuple(dict.fromkeys(used)), problems


def _read(
    wanted: str,
    problem: Callable[[Location, Text], Problem],
    at: Location,
    library: Library,
    chain: tuple[Key, ...],
    read: Read,
) -> Reading | list[Problem]:
    name, _, version = wanted.partition("/")
    round_ = circle(chain, (name, version))
    if round_ is not None:
        return [problem(at, round_)]
    source = library.protocol(name, version)
    if source is None:
        near = nearest(wanted, ["/".join(s.key) for s in library.sources() if not s.variant])
        it = f" Forse «{near}»?" if near else " Metterlo tra i protocolli del territorio."
        en = f" Perhaps “{near}”?" if near else " Put it among the territory's protocols."
        message = Text(
            f"il protocollo «{wanted}» non c'è.{it}", f"there is no protocol “{wanted}”.{en}"
        )
        return [problem(at, message)]
    try:
        return read(source, library, chain)
    except DocumentError as error:
        message = Text(
            f"«{wanted}» non si può usare: correggere prima gli errori di {source.name}",
            f"“{wanted}” cannot be used: mend the mistakes in {source.name} first",
        )
        return [problem(at, message), *error.problems]
