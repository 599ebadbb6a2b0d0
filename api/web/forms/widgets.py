"""How each question of a form is put: a tree of what `macros/forms.html` draws."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from api.web.forms.answers import answers
from api.web.forms.choices import Choices, Group, Option
from api.web.forms.told import Told, told
from api.web.forms.typed import Fields, Typed, asked_of_people, inner_fields, pairs
from api.web.words import common
from api.web.words import forms as words
from domain.refusal import FieldProblem
from protocols.instruments import shipped
from protocols.language.answers import is_asked
from protocols.language.forms import FormField
from protocols.language.sums import total
from protocols.text import Text

_MOST_RADIOS = 6
_LONGEST_SCALE = 11
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Score(msgspec.Struct, frozen=True):
    """Of an instrument as it is filled in. `missing`: items without a value."""

    score: int | None
    band: Text | None
    missing: int


class Widget(msgspec.Struct, frozen=True):
    """`kind`: the macro that draws it; `asked`: False for one whose condition does not hold, of
    which only what was typed is kept (`kept`); `total`: of a column that it adds up, in words."""

    path: str
    kind: str
    title: Text
    help: Text | None
    required: bool
    value: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    groups: tuple[Group, ...] = ()
    rows: tuple[tuple[Widget, ...], ...] = ()
    parts: tuple[Widget, ...] = ()
    conditional: bool = False
    asked: bool = True
    kept: tuple[tuple[str, str], ...] = ()
    score: Score | None = None
    total: Told | None = None

    @property
    def slug(self) -> str:
        """For ids that scripts look up."""
        return re.sub(r"\W+", "-", self.path).strip("-")

    @property
    def typed(self) -> str:
        return self.value[-1] if self.value else ""

    @property
    def pairs(self) -> list[tuple[str, Text]]:
        return [(option.value, option.title) for option in self.options]

    @property
    def within(self) -> Iterator[Widget]:
        yield from self.parts
        for row in self.rows:
            yield from row


def widgets(
    fields: Fields,
    typed: Typed,
    choices: Choices,
    prefix: str = "",
    needed: Iterable[str] = (),
) -> tuple[Widget, ...]:
    """`needed`: fields that are to be marked as required though the form does not need them."""
    known = answers(fields, typed)
    needed = set(needed)
    asked = asked_of_people(fields)
    return tuple(
        _widget(
            field,
            prefix + name,
            typed.get(name),
            choices,
            is_asked(field, fields, known),
            field.required or name in needed,
        )
        if name in asked
        else _total(field, prefix + name, total(field.sum_of or "", known))
        for name, field in fields.items()
        if name in asked or field.sum_of
    )


def _total(field: FormField, path: str, value: float | None) -> Widget:
    said = told({path: field}, {path: value}, {})
    return Widget(
        path, "total", field.title, field.help, False, total=said[0] if said else Told(field.title)
    )


def _widget(
    field: FormField, path: str, typed: Any, choices: Choices, asked: bool, required: bool
) -> Widget:
    conditional = bool(field.when)
    if not asked:
        last = re.split(r"\.(?=[^.]*$)", path)[-1]
        prefix = path[: len(path) - len(last)]
        kept = tuple(pairs({last: field}, {last: typed}, prefix))
        return Widget(
            path, "", field.title, None, required, conditional=True, asked=False, kept=kept
        )
    made = _drawn(field, path, typed, choices, required)
    return msgspec.structs.replace(made, conditional=conditional)


def _drawn(field: FormField, path: str, typed: Any, choices: Choices, required: bool) -> Widget:
    within = inner_fields(field)
    kind, options, groups = _kind(field, choices, tuple(typed or ()) if not within else ())
    parts: tuple[Widget, ...] = ()
    rows: tuple[tuple[Widget, ...], ...] = ()
    score = None
    if field.type == "list":
        # Where something is needed the first row is there to be filled in.
        given = typed or ([{}] * max(field.rows[0], 1) if required else [])
        rows = tuple(
            widgets(within, row, choices, f"{path}[{number}].") for number, row in enumerate(given)
        )
    elif within:
        parts = widgets(within, typed or {}, choices, f"{path}.")
        score = _score(field, typed or {}) if field.instrument else None
    if kind == "scale" and not required:
        options = (*options, Option("", words.NOT_SAID))
    return Widget(
        path,
        kind,
        field.title,
        _help(field, kind),
        required,
        () if within else tuple(typed or ()),
        options,
        groups,
        rows,
        parts,
        score=score,
    )


def _kind(
    field: FormField, choices: Choices, typed: tuple[str, ...]
) -> tuple[str, tuple[Option, ...], tuple[Group, ...]]:
    """(macro, options, grouped options)."""
    unsaid = () if field.required else (Option("", words.NOT_SAID),)
    if field.type == "yes_no":
        return "scale", (Option("true", common.YES), Option("false", common.NO)), ()
    if field.type in ("choice", "choices"):
        options = _options(field)
        if field.type == "choices":
            return "checks", options, ()
        if len(options) <= _MOST_RADIOS:
            return "radios", (*options, *unsaid), ()
        return "select", (), (Group(None, options),)
    if field.type in ("comune", "service", "host", "person", "document"):
        groups = choices.get(field.type, ())
        if not any(group.options for group in groups):
            return ("text" if field.type == "host" else "select"), (), ()
        chosen = typed[-1] if typed else ""
        known = {option.value for group in groups for option in group.options}
        if chosen and chosen not in known:
            groups = (*groups, Group(None, (Option(chosen, Text(chosen, chosen)),)))
        return "select", (), groups
    if field.type == "scale":
        low, high = int(field.min or 0), int(field.max or 0)
        if high - low < _LONGEST_SCALE:
            numbers = (str(each) for each in range(low, high + 1))
            return "scale", tuple(Option(each, Text(each, each)) for each in numbers), ()
        return "integer", (), ()
    if field.type == "date":
        # What the browser's own calendar would not show stays as it was typed.
        shown = not typed or not typed[-1] or _ISO_DAY.fullmatch(typed[-1])
        return ("date" if shown else "day"), (), ()
    if field.type == "money":
        return "decimal", (), ()
    return field.type, (), ()


def _options(field: FormField) -> tuple[Option, ...]:
    options = field.options or {}
    if isinstance(options, dict):
        return tuple(Option(name, title) for name, title in options.items())
    return tuple(Option(name, Text(name, name)) for name in options)


def _help(field: FormField, kind: str) -> Text | None:
    said = [words.SENSITIVE[field.category]] if field.category in words.SENSITIVE else []
    said += [field.help] if field.help else []
    if field.scale in words.SCALES:
        said.append(words.SCALES[field.scale])
    elif kind != "scale":
        said += _bounds(field)
    said += [words.EURO] if field.type == "money" else []
    said += [words.DAY_FORMAT] if kind == "day" else []
    said += [words.NO_HOSTS] if field.type == "host" and kind == "text" else []
    if not said:
        return None
    return Text(" ".join(each.it for each in said), " ".join(each.in_("en") for each in said))


def _bounds(field: FormField) -> list[Text]:
    low, high = field.min, field.max
    if low is None and high is None:
        return []
    text = words.BETWEEN if low is not None and high is not None else words.AT_LEAST
    text = words.AT_MOST if low is None else text
    filled = {"low": f"{low or 0:g}", "high": f"{high or 0:g}"}
    return [Text(text.it.format(**filled), text.en.format(**filled))]


def _score(field: FormField, typed: Typed) -> Score | None:
    instrument = shipped()[field.instrument or ""]
    if instrument.scores is None:
        return None
    given = answers(inner_fields(field), typed)
    right = {name: value for name, value in given.items() if instrument.allows(name, value)}
    score, name = instrument.result(right)
    band = next((band.title for band in instrument.bands if band.name == name), None)
    return Score(score, band, instrument.count - len(right))


def changed(drawn: Iterable[Widget], shown: set[str]) -> tuple[list[Widget], list[Widget]]:
    """(conditional questions that have come or gone since `shown` were on the page, instruments
    with a score and totals): what to draw again while somebody is typing."""
    moved: list[Widget] = []
    scored: list[Widget] = []
    for widget in drawn:
        if widget.conditional and widget.asked is not (widget.path in shown):
            moved.append(widget)
            continue
        if widget.score is not None or widget.total is not None:
            scored.append(widget)
        inner_moved, inner_scored = changed(widget.within, shown)
        moved += inner_moved
        scored += inner_scored
    return moved, scored


class Pointed(msgspec.Struct, frozen=True):
    """`errors`: each at its field; `summary`: the same, saying of which field they are."""

    errors: tuple[FieldProblem, ...] = ()
    summary: tuple[FieldProblem, ...] = ()


def pointed(fields: Fields, problems: Iterable[FieldProblem]) -> Pointed:
    """The domain's problems with the answers (`data.…`) at the questions of the page."""
    errors, summary = [], []
    for problem in problems:
        path = problem.field.removeprefix("data.")
        errors.append(FieldProblem(path, problem.message))
        title = _title_at(fields, path)
        message = problem.message
        if title is not None and f"«{title.it}»" not in message.it:
            message = Text(f"{title.it}: {message.it}", f"{title.in_('en')}: {message.in_('en')}")
        summary.append(FieldProblem(path, message))
    return Pointed(tuple(errors), tuple(summary))


def _title_at(fields: Fields, path: str) -> Text | None:
    title = None
    for part in path.split("."):
        name, _, number = part.partition("[")
        field = fields.get(name)
        if field is None:
            return title
        title, fields = field.title, inner_fields(field)
        if number and fields:
            row = int(number.rstrip("]")) + 1 if number.rstrip("]").isdecimal() else 0
            title = Text(f"{title.it} {row}", f"{title.in_('en')} {row}")
    return title
