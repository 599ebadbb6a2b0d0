"""A variant's difference laid over its base: mappings merged key by key, lists and values replaced.

A short form means its long form on both sides: `due: 10 days` changes `within` and leaves reminder
and escalation as they are, `outcomes: [other]` adds an outcome to those that the base has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from protocols.documents import Document, Path, Problem, dotted, unknown_name
from protocols.documents.reading import Lines, moved
from protocols.language.variants import CHANGEABLE, VariantHead
from protocols.text import Text


class Difference(msgspec.Struct, frozen=True):
    """What a variant does to its base: the paths that it takes away, and the values that it sets,
    each at its deepest path. `document` is its own, short forms spelt out."""

    document: Document
    removes: tuple[Path, ...]
    sets: Mapping[Path, Any]


def difference(document: Document, head: VariantHead) -> Difference:
    spelt = _spelt_out(document)
    overlay = {name: value for name, value in spelt.data.items() if name in CHANGEABLE}
    removes = tuple(tuple(written.split(".")) for written in head.removes)
    return Difference(
        Document(document.name, overlay, spelt.lines), removes, dict(_leaves(overlay, ()))
    )


def merged(base: Document, differences: Sequence[Difference]) -> tuple[Document, list[Problem]]:
    """The base with all the differences made in it, each line kept with its file; and what in them
    cannot be done or does nothing. What is removed goes first, so that a variant may write anew
    what it has removed. Where there are no `conflicts`, their order does not matter."""
    problems: list[Problem] = []
    start = _spelt_out(base)
    for each in differences:
        problems += _mistakes(start.data, each)
    data, lines = start.data, start.lines
    for each in differences:
        for path in each.removes:
            data, lines = _without(data, lines, path)
    for each in differences:
        theirs = each.document
        data, lines = _laid_over(data, lines, theirs.data, theirs.lines, theirs.name)
    return Document(base.name, data, lines), problems


def _spelt_out(document: Document) -> Document:
    """With `outcomes` and `due` of each step in their long form."""
    steps = document.data.get("steps")
    steps_lines = document.lines.children.get("steps")
    if not isinstance(steps, dict):
        return document
    spelt, spelt_lines = dict(steps), dict(steps_lines.children)
    for name, step in steps.items():
        if not isinstance(step, dict):
            continue
        here: Lines = spelt_lines[name]
        changed, lines = dict(step), dict(here.children)
        outcomes, due = step.get("outcomes"), step.get("due")
        if isinstance(outcomes, list) and all(isinstance(each, str) for each in outcomes):
            changed["outcomes"] = dict.fromkeys(outcomes)
            written = lines["outcomes"]
            each_line = dict(zip(outcomes, written.children, strict=True))
            lines["outcomes"] = Lines(written.line, each_line, written.file)
        if isinstance(due, str):
            changed["due"] = {"within": due}
            lines["due"] = Lines(lines["due"], {"within": lines["due"]})
        spelt[name], spelt_lines[name] = changed, Lines(here.line, lines, here.file)
    root = document.lines
    children = {
        **root.children,
        "steps": Lines(steps_lines.line, spelt_lines, steps_lines.file),
    }
    return Document(
        document.name, {**document.data, "steps": spelt}, Lines(root.line, children, root.file)
    )


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and (value or not path):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path, value


def _mistakes(base: dict[str, Any], each: Difference) -> Iterator[Problem]:
    for n, path in enumerate(each.removes):
        here: Any = {name: value for name, value in base.items() if name in CHANGEABLE}
        for depth, name in enumerate(path):
            if not isinstance(here, dict):
                yield each.document.problem(("removes", n), _no_names(dotted(path[:depth])))
                break
            if name not in here:
                kind = Text(
                    f"'removes' nomina «{dotted(path)}»: voce" if depth else "Voce",
                    f"'removes' names “{dotted(path)}”: entry" if depth else "Entry",
                )
                yield each.document.problem(("removes", n), unknown_name(kind, name, here))
                break
            here = here[name]
    left: Any = base
    for path in each.removes:
        left, _ = _without(left, Lines(1, {}), path)
    for path, value in each.sets.items():
        was = _at(left, path)
        if _same(was, value) or (value == {} and isinstance(was, dict)):
            yield each.document.problem(path, _CHANGES_NOTHING)


def _no_names(where: str) -> Text:
    return Text(
        f"'removes' toglie voci che hanno un nome: «{where}» non ne contiene. Scrivere per intero "
        "ciò che resta.",
        f"'removes' takes away entries that have a name: “{where}” holds none. Write out in full "
        "what is left.",
    )


_CHANGES_NOTHING = Text(
    "È già così nel protocollo di base: non cambia nulla. Togliere la riga.",
    "The base says so already: it changes nothing. Take the line away.",
)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


class _Nothing:
    """What stands where nothing is written (null is something)."""


def _at(data: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return _Nothing
        data = data[name]
    return data


def _without(data: Any, lines: Any, path: Path) -> tuple[Any, Any]:
    name = path[0]
    if not isinstance(data, dict) or name not in data:
        return data, lines
    children = lines.children if isinstance(lines, Lines) else {}
    if len(path) == 1:
        kept = {key: value for key, value in data.items() if key != name}
        kept_lines = {key: value for key, value in children.items() if key != name}
    else:
        inner, inner_lines = _without(data[name], children.get(name), path[1:])
        kept = {**data, name: inner}
        kept_lines = {**children, name: inner_lines}
    return kept, Lines(lines.line, kept_lines, lines.file) if isinstance(lines, Lines) else lines


def _laid_over(
    data: Any, lines: Any, overlay: Any, overlay_lines: Any, file: str
) -> tuple[Any, Any]:
    if not isinstance(data, dict) or not isinstance(overlay, dict):
        return overlay, moved(overlay_lines, file)
    values, places = dict(data), dict(lines.children)
    for name, value in overlay.items():
        theirs = overlay_lines.children[name]
        if name in data:
            values[name], places[name] = _laid_over(data[name], places[name], value, theirs, file)
        else:
            values[name], places[name] = value, moved(theirs, file)
    return values, Lines(lines.line, places, lines.file)


def conflicts(differences: Sequence[Difference]) -> list[Problem]:
    """Where two variants want different things of one place: then no order of them is right."""
    found: list[Problem] = []
    for n, second in enumerate(differences):
        for first in differences[:n]:
            found += _rivals(first, second)
            found += _taken_away(first, second)
            found += _taken_away(second, first)
    return found


def _rivals(first: Difference, second: Difference) -> Iterator[Problem]:
    theirs = {path: value for path, value in first.sets.items() if value != {}}
    deeper = {path[:n]: path for path in theirs for n in range(1, len(path))}
    for path, value in second.sets.items():
        if value == {}:
            continue
        rival = path if path in theirs and not _same(theirs[path], value) else deeper.get(path)
        rival = rival or next((path[:n] for n in range(1, len(path)) if path[:n] in theirs), None)
        if rival is not None:
            file, line = first.document.place(rival)
            shown = dotted(min(path, rival, key=len))
            yield second.document.problem(
                path,
                Text(
                    f"In conflitto con {file} (riga {line}): le due varianti possono valere per lo "
                    f"stesso caso e vogliono cose diverse di «{shown}». Metterle d'accordo, o "
                    "restringere 'applies_to'.",
                    f"In conflict with {file} (line {line}): the two variants may apply to one "
                    f"case and want different things of “{shown}”. Make them agree, or narrow "
                    "'applies_to'.",
                ),
            )


def _taken_away(taking: Difference, other: Difference) -> Iterator[Problem]:
    for n, removed in enumerate(taking.removes):
        path = next((p for p in other.sets if p[: len(removed)] == removed), None)
        if path is not None:
            file, line = taking.document.place(("removes", n))
            shown = dotted(removed)
            yield other.document.problem(
                path,
                Text(
                    f"In conflitto con {file} (riga {line}), che toglie «{shown}»: le due varianti "
                    "possono valere per lo stesso caso. Metterle d'accordo, o restringere "
                    "'applies_to'.",
                    f"In conflict with {file} (line {line}), which removes “{shown}”: the two "
                    "variants may apply to one case. Make them agree, or narrow 'applies_to'.",
                ),
            )
