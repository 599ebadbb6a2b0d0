"""Guards held against what they read: names that lead nowhere, values of another type.

A guard that reads what is not there is simply not satisfied, and one that compares a number with a
text never is: nobody would notice. Whatever is not certain is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from protocols.documents import nearest, unknown_name
from protocols.engine.plan import Guard
from protocols.language.conditions import is_number, same
from protocols.language.document import Protocol
from protocols.language.domains import NUMBERS
from protocols.language.forms import FormField
from protocols.language.paths import RESERVED, Finding, Location, fields_of, parts_of
from protocols.text import Text

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|[^\s])"
)
_COMPARES = ("==", "!=", "<=", ">=", "<", ">")
_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)")
_FUNCTION = re.compile(r"\s*\(")
_NAME = Text("Nome", "Name")
_ATTRIBUTES: dict[str, str] = {
    "source": "text", "service": "text", "comune": "text", "person": "text", "referred_on": "text",
    "district": "number", "episode": "number",
}  # fmt: skip


class Value(NamedTuple):
    """What a path holds. `kind`: text, number, truth or list; `known`: all that it may be."""

    kind: str
    known: tuple[Any, ...] = ()


# A path's value; a message, if it leads nowhere; None where it cannot be told.
Resolve = Callable[[str], "Value | Text | None"]


def findings(protocol: Protocol) -> Iterator[Finding]:
    """What is wrong in the protocol's guards, each with its place in the document."""
    names = [*protocol.steps, *protocol.events, *RESERVED[:4]]
    names += ["given"] if protocol.takes else []

    def resolve(path: str) -> Value | Text | None:
        return _of_case(protocol, path)

    for name, step in protocol.steps.items():
        at: Location = ("steps", name)
        yield from _guard((*at, "when"), step.when, names, resolve)
        due = step.due.when if step.due else None
        yield from _guard((*at, "due", "when"), due, names, resolve)
        for outcome_name, outcome in step.outcomes.items():
            place = (*at, "outcomes", outcome_name, "when")
            yield from _guard(place, outcome.when if outcome else None, names, resolve)
    for name, form in protocol.forms.items():
        yield from _form(("forms", name), form.fields)


def _form(at: Location, fields: dict[str, FormField]) -> Iterator[Finding]:
    def resolve(path: str) -> Value | Text | None:
        first, *rest = path.split(".")
        return _inside(fields, first, rest) if first in fields else None

    for name, field in fields.items():
        place = (*at, "fields", name)
        yield from _guard((*place, "when"), field.when, fields, resolve)
        yield from _form(place, field.fields or {})


def _guard(
    at: Location, source: str | None, known: Iterable[str], resolve: Resolve
) -> Iterator[Finding]:
    if source is None:
        return
    try:
        guard = Guard(source)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        yield at, Text(f"guardia non leggibile: {reason}", f"unreadable guard: {reason}")
        return
    bound = _BOUND.findall(source)
    lost = [name for name in guard.names if name not in known and name not in bound]
    for name in lost:
        yield at, unknown_name(_NAME, name, known)
    if not lost:
        told = (message for message in _told(source, bound, resolve))
        yield from ((at, message) for message in dict.fromkeys(told))


def paths_in(source: str) -> Iterator[tuple[int, int]]:
    """Where in a guard the paths stand that begin outside it: (start, end)."""
    bound = _BOUND.findall(source)
    before = ""
    for match in _TOKEN.finditer(source):
        path = match.group()
        free = match.lastgroup == "path" and before != "." and path.split(".")[0] not in bound
        if free and not _FUNCTION.match(source, match.end()):
            yield match.span()
        elif free and "." in path:
            # Of `team.members.exists(…)` all but the function.
            yield match.start(), match.start() + path.rindex(".")
        before = path


def _told(source: str, bound: list[str], resolve: Resolve) -> Iterator[Text]:
    tokens = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(source)]
    for index, (kind, path) in enumerate(tokens):
        after = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        before = tokens[index - 1][1] if index else ""
        if kind != "path" or path.split(".")[0] in bound or after in ("(", "[") or before == ".":
            continue
        value = resolve(path)
        if isinstance(value, Text):
            yield value
        elif value is not None:
            for literal in _compared(tokens, index):
                yield from _unlike(path, value, literal)


def _compared(tokens: list[tuple[str, str]], index: int) -> Iterator[Any]:
    """The literals with which the path at `index` is compared."""

    def literal(at: int) -> list[Any]:
        return _literal(*tokens[at]) if 0 <= at < len(tokens) else []

    def sign(at: int) -> str:
        return tokens[at][1] if 0 <= at < len(tokens) else ""

    # What stands beyond a literal may belong to it: in `a + 1 == x` the 1 is not what is compared.
    if sign(index + 1) in _COMPARES and sign(index + 3) in _ENDS:
        yield from literal(index + 2)
    if sign(index - 1) in _COMPARES and sign(index - 3) in _BEGINS and sign(index + 1) in _ENDS:
        yield from literal(index - 2)
    if sign(index + 1) == "in" and sign(index + 2) == "[":
        at = index + 3
        while at < len(tokens) and sign(at) != "]":
            yield from literal(at)
            at += 1


_ENDS = ("", ")", "&&", "||", "?", ":", ",", "]", "&", "|")
_BEGINS = ("", "(", "&&", "||", "?", ":", ",", "[", "&", "|", "!")


def _literal(kind: str, written: str) -> list[Any]:
    if kind == "string":
        return [written[1:-1]] if "\\" not in written else []
    if kind == "number":
        return [float(written)]
    return [written == "true"] if written in ("true", "false") else []


def _unlike(path: str, value: Value, literal: Any) -> Iterator[Text]:
    kind = "truth" if isinstance(literal, bool) else "number" if is_number(literal) else "text"
    shown = str(literal)[:60] if kind == "text" else f"{literal:g}" if kind == "number" else (
        "true" if literal else "false"
    )  # fmt: skip
    if value.kind != kind:
        yield Text(
            f"«{path}» è {_KINDS[value.kind].it}: non si confronta con «{shown}», che è "
            f"{_KINDS[kind].it}",
            f"“{path}” is {_KINDS[value.kind].en}: it cannot be compared with “{shown}”, which is "
            f"{_KINDS[kind].en}",
        )
    elif value.known and not any(same(literal, other) for other in value.known):
        near = nearest(shown, [str(other) for other in value.known])
        listed = ", ".join(str(other) for other in value.known[:8])
        it = f" Forse «{near}»?" if near else f" Può valere: {listed}."
        en = f" Perhaps “{near}”?" if near else f" It may be: {listed}."
        yield Text(f"«{path}» non può valere «{shown}».{it}", f"“{path}” cannot be “{shown}”.{en}")


_KINDS = {
    "text": Text("un testo", "a text"),
    "number": Text("un numero", "a number"),
    "truth": Text("vero o falso", "true or false"),
    "list": Text("un elenco", "a list"),
}


def _of_case(protocol: Protocol, path: str) -> Value | Text | None:
    first, *rest = path.split(".")
    if first == "today":
        return Value("text")
    if not rest:
        return None
    if first == "case":
        kind = _ATTRIBUTES.get(rest[0])
        return Value(kind) if kind and len(rest) == 1 else None
    if first == "given":
        return _inside(fields_of(protocol, "given"), "given", rest, whole=False)
    if first == "tables":
        return _of_table(protocol, rest)
    if first == "events":
        if rest[0] not in protocol.events:
            return unknown_name(Text("Evento", "Event"), rest[0], protocol.events)
        if rest[1:] in (["count"], ["at"]):
            return Value("number" if rest[1] == "count" else "text")
        return _of_part(protocol, rest[0], rest[1:]) if rest[1:] else None
    if first in protocol.steps:
        step = protocol.steps[first]
        if rest == ["outcome"]:
            return Value("text", tuple(step.outcomes))
        return _of_part(protocol, first, rest)
    return None


def _of_part(protocol: Protocol, name: str, rest: list[str]) -> Value | Text | None:
    fields = fields_of(protocol, name)
    step = protocol.steps.get(name)
    if rest[0] not in fields and step is not None and step.automation:
        # What the machine answers no form says.
        return None
    return _inside(fields, name, rest, whole=False)


def _inside(
    fields: dict[str, FormField], name: str, rest: list[str], *, whole: bool = True
) -> Value | Text | None:
    """`whole`: `name` is itself a field; else it is what holds the fields."""
    names = [name, *rest] if whole else rest
    field: FormField | None = None
    for part in names:
        if part not in fields:
            near = nearest(part, fields)
            it = f" Forse «{near}»?" if near else ""
            en = f" Perhaps “{near}”?" if near else ""
            return Text(
                f"«{name}» non raccoglie il campo «{part[:60]}».{it}",
                f"“{name}” gathers no field “{part[:60]}”.{en}",
            )
        field = fields[part]
        if field.type == "list" and part != names[-1]:
            return None
        fields = parts_of(field)
    return _value(field) if field else None


def _value(field: FormField) -> Value | None:
    if field.type in NUMBERS:
        return Value("number")
    if field.type == "yes_no":
        return Value("truth")
    if field.type in ("choices", "list"):
        return Value("list")
    if field.type in ("group", "instrument"):
        return None
    return Value("text", field.option_names)


def _of_table(protocol: Protocol, rest: list[str]) -> Value | Text | None:
    table = protocol.tables.get(rest[0])
    if table is None:
        return unknown_name(Text("Tabella", "Table"), rest[0], protocol.tables)
    kinds = {_kind(result) for result in table.results}
    if table.hit == "collect":
        return Value("list")
    return Value(kinds.pop(), table.results) if len(kinds) == 1 else None


def _kind(value: Any) -> str:
    return "truth" if isinstance(value, bool) else "number" if is_number(value) else "text"
