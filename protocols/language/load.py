"""From YAML texts to a Plan, or to every mistake in them, with line and nearest valid name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path as FilePath

import msgspec

from protocols.documents import (
    Document,
    DocumentError,
    Problem,
    nearest,
    read_document,
    validate_document,
)
from protocols.engine.plan import Plan, PlanError
from protocols.language import combinations, guards, paths, table_proof
from protocols.language.document import Protocol
from protocols.language.library import Key, Library, Source, UnknownProtocol
from protocols.language.overlay import conflicts, difference, merged
from protocols.language.references import cycles, plan_problems, references
from protocols.language.using import with_used
from protocols.language.variants import VariantHead, is_variant
from protocols.text import Text


class Reading(msgspec.Struct, frozen=True):
    """A plan, and the document that tells the file and line of each of its parts."""

    plan: Plan
    document: Document


def load_protocol(path: FilePath, library: Library | None = None) -> Plan:
    """Read one protocol file. Raises DocumentError with all the mistakes that were found."""
    return read_protocol(path.read_bytes(), f"{path.parent.name}/{path.name}", library)


def read_protocol(text: str | bytes, name: str, library: Library | None = None) -> Plan:
    """Read a base's or a variant's text; `name` is what its mistakes call it, `library` holds the
    texts on which it may rest. A variant is read with its base. Raises DocumentError.

    The digest is the sha256 of the text as it stands, comments included: what was approved is what
    is pinned. Of a protocol that rests on several texts it is the sha256 of their digests, base
    first, then its variants by name, then what they use.
    """
    return read(text, name, library).plan


def read(text: str | bytes, name: str, library: Library | None = None) -> Reading:
    """The same, with the lines of what was read."""
    library = library or Library()
    document = read_document(text, name)
    if not is_variant(document):
        protocol = validate_document(document, Protocol)
        return _ready(protocol, document, (Source(text, name, document),), library)
    source = Source(text, name, document)
    return compose(base_of(source, library), (source,), library)


def read_source(source: Source, library: Library, chain: tuple[Key, ...] = ()) -> Reading:
    """A text of the library: a base as it is, a variant with its base. `chain`: the protocols that
    use it, outermost first. Raises DocumentError."""
    if source.variant:
        return compose(base_of(source, library), (source,), library)
    protocol = validate_document(source.document, Protocol)
    return _ready(protocol, source.document, (source,), library, chain)


def base_of(source: Source, library: Library) -> Source:
    """The base that a variant changes. Raises DocumentError where there is none."""
    assert source.head is not None
    base = library.protocol(source.protocol, source.head.of)
    if base is not None:
        return base
    wanted = f"{source.protocol}/{source.head.of}"
    bases = ["/".join(s.key) for s in library.sources() if not s.variant]
    near = nearest(wanted, bases)
    hint = f" Forse «{near}»?" if near else ""
    hint_en = f" Perhaps “{near}”?" if near else ""
    known = any(s.protocol == source.protocol for s in library.sources() if not s.variant)
    raise DocumentError(
        [
            source.document.problem(
                ("of",) if known else ("protocol",),
                Text(
                    f"Il protocollo di base «{wanted}» non c'è: 'of' vuole la versione di un "
                    f"protocollo di base, non di una variante.{hint}",
                    f"There is no base protocol “{wanted}”: 'of' wants the version of a base, not "
                    f"of a variant.{hint_en}",
                ),
            )
        ]
    )


def resolve(library: Library, protocol: str, version: str) -> Reading:
    """`2.0.0`, or the combination `2.0.0+cps-1.0.0+violence-1.0.0`. Raises UnknownProtocol where
    a part is missing, DocumentError where the texts are wrong or in conflict."""
    first, *labels = version.split("+")
    base = library.protocol(protocol, first)
    if base is None:
        raise UnknownProtocol.among(protocol, first, library.names(variants=False))
    variants = []
    for label in labels:
        found = library.labelled(protocol, label)
        if found is None or found.head is None or found.head.of != first:
            names = [f"{protocol}/{s.label}" for s in library.variants(protocol, first)]
            raise UnknownProtocol.among(protocol, label, names)
        variants.append(found)
    right = composed_version(base, variants)
    if version != right or len({v.variant for v in variants}) < len(variants):
        raise UnknownProtocol.among(protocol, version, [f"{protocol}/{right}"])
    return compose(base, variants, library) if variants else read_source(base, library)


def composed_version(base: Source, variants: Sequence[Source]) -> str:
    """Variants in alphabetical order: one combination has one name."""
    return "+".join([base.version, *sorted(v.label for v in variants)])


def compose(base: Source, variants: Sequence[Source], library: Library) -> Reading:
    """A base with variants of it, all at once. Raises DocumentError, also for conflicts."""
    variants = sorted(variants, key=lambda source: source.label)
    heads = [source.head for source in variants if source.head is not None]
    differences = [
        difference(source.document, head) for source, head in zip(variants, heads, strict=True)
    ]
    problems = conflicts(differences)
    document, mistakes = merged(base.document, differences)
    if problems or mistakes:
        raise DocumentError([*problems, *mistakes])
    try:
        return _composed(base, variants, heads, document, library)
    except DocumentError as error:
        raise DocumentError(_explained(error.problems, base, variants, library)) from None


def _composed(
    base: Source,
    variants: Sequence[Source],
    heads: Sequence[VariantHead],
    document: Document,
    library: Library,
) -> Reading:
    protocol = validate_document(document, Protocol)
    titles = [protocol.title, *(head.title for head in heads)]
    basis = [*protocol.legal_basis, *(entry for head in heads for entry in head.legal_basis)]
    changed = {
        "version": composed_version(base, variants),
        "title": Text(" · ".join(t.it for t in titles), " · ".join(t.in_("en") for t in titles)),
        "valid_from": max([protocol.valid_from, *(head.valid_from for head in heads)]),
        "legal_basis": tuple(dict.fromkeys(basis)),
    }
    # Not validated again: a composed version is nobody's to write.
    return _ready(protocol.model_copy(update=changed), document, (base, *variants), library)


def _explained(
    problems: Sequence[Problem], base: Source, variants: Sequence[Source], library: Library
) -> list[Problem]:
    """What is wrong in the base only because of a variant names what the variant takes away."""
    removing = [s for s in variants if s.head is not None and s.head.removes]
    if not removing:
        return list(problems)
    try:
        read_source(base, library)
    except DocumentError:
        return list(problems)
    listed = ", ".join(
        f"{', '.join(s.head.removes)} ({s.name}:{s.document.line(('removes',))})"
        for s in removing
        if s.head is not None
    )
    return [
        problem
        if problem.file != base.name
        else msgspec.structs.replace(
            problem,
            message=Text(
                f"{problem.message.it} (La variante toglie: {listed}.)",
                f"{problem.message.in_('en')} (The variant removes: {listed}.)",
            ),
        )
        for problem in problems
    ]


def _ready(
    protocol: Protocol,
    document: Document,
    sources: tuple[Source, ...],
    library: Library,
    chain: tuple[Key, ...] = (),
) -> Reading:
    chain = (*chain, sources[0].key)
    protocol, document, used, problems = with_used(protocol, document, library, chain, read_source)
    sources = tuple(dict.fromkeys((*sources, *used)))
    problems += references(protocol, document)
    for found in (of.findings(protocol) for of in (paths, guards, combinations, table_proof)):
        problems += [document.problem(path, message) for path, message in found]
    text, digest = _text(sources), _digest(sources)
    try:
        plan = Plan(protocol, text, digest, sources)
    except PlanError as error:
        problems.extend(plan_problems(error, protocol, document))
        raise DocumentError(problems) from None
    problems.extend(cycles(plan, document))
    if problems:
        raise DocumentError(problems)
    return Reading(plan, document)


def _digest(sources: Sequence[Source]) -> str:
    if len(sources) == 1:
        return sources[0].digest
    return hashlib.sha256("\n".join(source.digest for source in sources).encode()).hexdigest()


def _text(sources: Sequence[Source]) -> str:
    if len(sources) == 1:
        return sources[0].text.decode()
    return "\n".join(f"# {s.protocol}/{s.label}\n---\n{s.text.decode()}" for s in sources)
