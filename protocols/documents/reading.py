"""YAML read with its lines.

The accepted YAML is deliberately small, so that a document means what it looks like: no anchors,
aliases, merge keys, tags or tabs, no second document, no key written twice. Keys are names and stay
text. A value without quotes is ``true``/``false``, a whole number, a decimal number, an ISO date,
``null``, or else text: ``yes``, ``1.0.0``, ``12:30`` and ``015142`` are text.
"""

import re
from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

import yaml

from protocols.documents import refusals
from protocols.documents.problem import DocumentError, Path, Problem, dotted
from protocols.text import Text

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_PROBLEMS = 100


class Lines:
    """The line of a mapping or list, and of what it holds (an ``int`` for a plain value).

    ``file`` is where it was written, if not where what is around it was.
    """

    __slots__ = ("children", "file", "line")

    def __init__(self, line: int, children: Any, file: str = "") -> None:
        self.line = line
        self.children = children
        self.file = file


class Document:
    """A parsed document: ``data`` is made of dict, list, str, int, float, bool, date and None."""

    def __init__(self, name: str, data: dict[str, Any], lines: Lines) -> None:
        self.name = name
        self.data = data
        self.lines = lines

    def place(self, path: Sequence[str | int]) -> tuple[str, int]:
        """The file and the line, from 1, of what stands at ``path``, or of its nearest ancestor
        that exists."""
        found: Lines | int = self.lines
        file, line = self.lines.file or self.name, self.lines.line
        for step in path:
            if not isinstance(found, Lines):
                break
            try:
                found = found.children[step]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(found, Lines):
                file, line = found.file or file, found.line
            else:
                line = found
        return file, line

    def line(self, path: Sequence[str | int]) -> int:
        """The line of :meth:`place`."""
        return self.place(path)[1]

    def problem(self, path: Sequence[str | int], message: Text) -> Problem:
        """A mistake at ``path`` of this document."""
        file, line = self.place(path)
        return Problem(file, line, dotted(path), message)

    def grafted(
        self, path: Sequence[str | int], other: "Document", at: Sequence[str | int] = ()
    ) -> "Document":
        """This document's data, with what is said of ``path`` placed where ``other`` has ``at``."""
        found: Any = other.lines
        for step in at:
            found = found.children[step]
        return Document(self.name, self.data, _grafted(self.lines, path, moved(found, other.name)))


def moved(lines: Lines | int, file: str) -> Lines:
    """The same lines as those of another file."""
    if isinstance(lines, int):
        return Lines(lines, {}, file)
    return Lines(lines.line, lines.children, lines.file or file)


def _grafted(lines: Any, path: Sequence[str | int], graft: Lines) -> Lines:
    if not path:
        return graft
    line = lines.line if isinstance(lines, Lines) else lines
    children = lines.children if isinstance(lines, Lines) else {}
    if isinstance(children, list):
        children = dict(enumerate(children))
    inner = children.get(path[0], line)
    changed = {**children, path[0]: _grafted(inner, path[1:], graft)}
    return Lines(line, changed, lines.file if isinstance(lines, Lines) else "")


def read_document(text: str | bytes, name: str) -> Document:
    """Read one document; ``name`` is what the messages call its file.

    Raises :class:`DocumentError` naming line and remedy for whatever is refused.
    """
    source = _checked_source(text, name)
    reader = _Reader(name)
    try:
        # PyYAML's own pure parser does the same work, slower, where its wheel has no libyaml.
        for event in yaml.parse(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        message = refusals.syntax(error.problem or "")
        reader.note(_line_of(error, message, source), message)
    except (yaml.YAMLError, ValueError):
        reader.note(1, refusals.UNREADABLE)
    except _StopReading:
        pass
    return reader.finish()


def _line_of(error: yaml.MarkedYAMLError, message: Text, source: str) -> int:
    # What is never closed is noticed far below: the place to mend is where it was opened.
    opened = error.context_mark if message in refusals.NEVER_CLOSED else None
    mark = opened or error.problem_mark or error.context_mark
    last = len(source.splitlines()) or 1
    return min(mark.line + 1, last) if mark else 1


def _checked_source(text: str | bytes, name: str) -> str:
    too_large = len(text) > MAX_BYTES
    if isinstance(text, str) and not too_large:
        too_large = len(text.encode("utf-8", "replace")) > MAX_BYTES
    if too_large:
        raise DocumentError([Problem(name, 1, "", refusals.TOO_LARGE)])
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise DocumentError([Problem(name, line, "", refusals.NOT_UTF8)]) from None
    text = text.removeprefix("\ufeff")
    problems = [
        Problem(name, text.count("\n", 0, found.start()) + 1, "", message)
        for pattern, message in refusals.CHARACTERS
        if (found := pattern.search(text))
    ]
    if problems:
        raise DocumentError(problems)
    return text


class _StopReading(Exception):
    """The rest of the document cannot be understood, or enough mistakes are known."""


class _Level:
    """A mapping or list being filled while the document is read."""

    __slots__ = ("at", "expects_key", "is_mapping", "key_line", "lines", "values")

    def __init__(self, values: Any, lines: Lines) -> None:
        self.values = values
        self.lines = lines
        self.is_mapping = isinstance(values, dict)
        self.expects_key = self.is_mapping
        self.at: str | int | None = None
        self.key_line = lines.line


class _Reader:
    """Builds data and lines out of the parser's events; depth costs no stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.levels: list[_Level] = []
        self.root: _Level | None = None
        self.documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.levels.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, refusals.ALIAS)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(event, refusals.SECOND_DOCUMENT)

    def note(self, line: int, message: Text) -> None:
        path: Path = tuple(level.at for level in self.levels if level.at is not None)
        self.problems.append(Problem(self.name, line, dotted(path), message))

    def finish(self) -> Document:
        if self.problems:
            raise DocumentError(sorted(self.problems, key=lambda problem: problem.line))
        if self.root is None or not self.root.is_mapping:
            raise DocumentError([Problem(self.name, 1, "", refusals.NOT_A_MAPPING)])
        return Document(self.name, self.root.values, self.root.lines)

    def _refuse(self, line: int, message: Text) -> None:
        self.note(line, message)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _StopReading

    def _stop(self, event: Any, message: Text) -> None:
        self.note(event.start_mark.line + 1, message)
        raise _StopReading

    def _marks(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._refuse(line, refusals.ANCHOR)
        if event.tag is not None:
            self._refuse(line, refusals.TAG)

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        level = self.levels[-1] if self.levels else None
        if event.anchor is not None or event.tag is not None:
            self._marks(event, line)
        if level is not None and level.expects_key:
            self._key(level, event.value, line, plain=event.implicit[0])
        elif event.implicit[0]:
            self._put(self._plain(event.value, line), line)
        else:
            self._put(event.value, line)

    def _key(self, level: _Level, key: str, line: int, *, plain: bool) -> None:
        if key in level.values:
            first = level.lines.children[key]
            first_line = first.line if isinstance(first, Lines) else first
            self._refuse(line, refusals.duplicate(key, first_line))
        elif plain and key == "<<":
            self._refuse(line, refusals.MERGE_KEY)
        elif not key:
            self._refuse(line, refusals.EMPTY_KEY)
        level.at = key
        level.key_line = line
        level.expects_key = False

    def _plain(self, text: str, line: int) -> object:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "-0123456789":
            return text
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            number = float(text)
            return number if isfinite(number) else text
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._refuse(line, refusals.no_such_date(text))
        return text

    def _open(self, event: Any, values: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            self._marks(event, line)
        if len(self.levels) >= MAX_DEPTH:
            self._stop(event, refusals.TOO_DEEP)
        if self.levels and self.levels[-1].expects_key:
            self._stop(event, refusals.KEY_NOT_TEXT)
        lines = Lines(line, {} if isinstance(values, dict) else [])
        if self.levels:
            self._put(values, lines)
        level = _Level(values, lines)
        self.levels.append(level)
        self.root = self.root or level

    def _put(self, value: object, lines: Lines | int) -> None:
        if not self.levels:
            return
        level = self.levels[-1]
        if level.is_mapping:
            # What a key holds is said to stand on the key's line: that is where people look.
            if isinstance(lines, Lines):
                lines.line = level.key_line
                level.lines.children[level.at] = lines
            else:
                level.lines.children[level.at] = level.key_line
            level.values[level.at] = value
            level.expects_key = True
        else:
            level.at = len(level.values)
            level.values.append(value)
            level.lines.children.append(lines)


_WORDS: dict[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}
# Longer numbers are codes, not quantities; so is what begins with a zero (ISTAT 015142).
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,30}(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
