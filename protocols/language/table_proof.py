"""That a decision table always answers, and with one voice where it must.

Every combination of the values that its conditions tell apart is tried: nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from protocols.documents import unknown_name
from protocols.language.document import Protocol
from protocols.language.domains import Point, points, strangers
from protocols.language.paths import Finding, Location, data_path, typed
from protocols.language.tables import Table
from protocols.text import Text

MAX_COMBINATIONS = 20_000
_INPUT = Text("Ingresso", "Input")
_ONE_VALUE = ("text", "integer", "decimal", "money", "yes_no", "choice", "scale", "comune",
              "service", "host", "person")  # fmt: skip


def findings(protocol: Protocol) -> Iterator[Finding]:
    """What is wrong in the protocol's tables, each with its place in the document."""
    for name, table in protocol.tables.items():
        at: Location = ("tables", name)
        wrong = [*_names(protocol, at, table)]
        yield from wrong
        if not wrong:
            yield from _proof(protocol, at, table)


def _names(protocol: Protocol, at: Location, table: Table) -> Iterator[Finding]:
    for name, source in table.inputs.items():
        yield from data_path(protocol, (*at, "inputs", name), source.of, _ONE_VALUE)
    for number, rule in enumerate(table.rules):
        for name, condition in rule.when.items():
            place = (*at, "rules", number, "if", name)
            if name not in table.inputs:
                yield place, unknown_name(_INPUT, name, table.inputs)
                continue
            source = table.inputs[name]
            for value, near in strangers(source, typed(protocol, source.of), condition):
                hint = (f" Forse «{near}»?", f" Perhaps “{near}”?") if near else ("", "")
                yield (
                    place,
                    Text(
                        f"«{name}» non può valere «{str(value)[:60]}».{hint[0]}",
                        f"“{name}” cannot be “{str(value)[:60]}”.{hint[1]}",
                    ),
                )


def _proof(protocol: Protocol, at: Location, table: Table) -> Iterator[Finding]:
    axes = [
        points(
            source,
            typed(protocol, source.of),
            [rule.when[name] for rule in table.rules if name in rule.when],
        )
        for name, source in table.inputs.items()
    ]
    combinations = prod(len(axis) for axis in axes)
    if combinations > MAX_COMBINATIONS:
        yield (
            at,
            Text(
                f"troppe combinazioni da provare ({combinations}): dividere la tabella",
                f"too many combinations to try ({combinations}): split the table",
            ),
        )
        return
    masks = [_masks(table, name, axis) for name, axis in zip(table.inputs, axes, strict=True)]
    everything = (1 << len(table.rules)) - 1
    used = 0
    seen: set[int] = set()
    clashes: dict[tuple[int, int], Text] = {}
    uncovered: list[Text] = []
    for cell in product(*(range(len(axis)) for axis in axes)):
        hits = everything
        for mask, index in zip(masks, cell, strict=True):
            hits &= mask[index]
        if not hits:
            uncovered.append(_shown(table, axes, cell))
            continue
        used |= hits & -hits if table.hit == "first" else hits
        if hits not in seen:
            seen.add(hits)
            clash = _clash(table, hits)
            if clash:
                clashes.setdefault(clash, _shown(table, axes, cell))
    if uncovered and table.default is None and table.hit != "collect":
        yield _incomplete(at, uncovered)
    for (first, second), where in clashes.items():
        yield _overlap((*at, "rules", second), first, second, where)
    for number in range(len(table.rules)):
        if not used >> number & 1:
            yield (
                (*at, "rules", number),
                Text(
                    f"la regola {number + 1} non vale mai: la precedono altre, o chiede "
                    "l'impossibile",
                    f"rule {number + 1} never applies: others precede it, or it asks the "
                    "impossible",
                ),
            )


def _masks(table: Table, name: str, axis: list[Point]) -> list[int]:
    """For each point, which rules (bit by bit) accept it."""
    asked = [rule.when.get(name) for rule in table.rules]
    return [
        sum(
            1 << number
            for number, condition in enumerate(asked)
            if condition is None or condition.matches(point.value)
        )
        for point in axis
    ]


def _clash(table: Table, hits: int) -> tuple[int, int] | None:
    """Two of the rules that apply together (bit by bit in `hits`) although they may not."""
    rules = [number for number in range(len(table.rules)) if hits >> number & 1]
    if table.hit == "unique" and len(rules) > 1:
        return rules[0], rules[1]
    if table.hit == "any":
        for number in rules[1:]:
            if table.rules[number].then != table.rules[rules[0]].then:
                return rules[0], number
    return None


def _shown(table: Table, axes: list[list[Point]], cell: tuple[int, ...]) -> Text:
    parts = [
        (name, axis[index].shown)
        for name, axis, index in zip(table.inputs, axes, cell, strict=True)
    ]
    return Text(
        ", ".join(f"{name}: {shown.it}" for name, shown in parts),
        ", ".join(f"{name}: {shown.en}" for name, shown in parts),
    )


def _incomplete(at: Location, uncovered: list[Text]) -> Finding:
    more = len(uncovered) - 1
    it = f" (e altre {more} combinazioni)" if more else ""
    en = f" (and {more} other combinations)" if more else ""
    return (
        (*at, "rules"),
        Text(
            f"nessuna regola per {uncovered[0].it}{it}: aggiungerla, o indicare 'default'",
            f"no rule for {uncovered[0].en}{en}: add one, or give a 'default'",
        ),
    )


def _overlap(at: Location, first: int, second: int, where: Text) -> Finding:
    return (
        at,
        Text(
            f"le regole {first + 1} e {second + 1} valgono insieme per {where.it}: distinguerle, "
            "o cambiare 'hit'",
            f"rules {first + 1} and {second + 1} both apply for {where.en}: tell them apart, or "
            "change 'hit'",
        ),
    )
