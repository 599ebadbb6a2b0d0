"""What is wrong in a document, where, and the nearest name that would have been right."""

import difflib
from collections.abc import Iterable, Sequence

import msgspec

from protocols.text import Text

Path = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True):
    """One mistake: in which file and line (from 1), at which dotted path, and the remedy."""

    file: str
    line: int
    where: str
    message: Text

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return place + (f"{self.where}: " if self.where else "") + self.message.it


class DocumentError(Exception):
    """A document, or a folder of them, that cannot be accepted; with every mistake found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ContentError(ValueError):
    """Raised inside a model's validator to say a mistake in both languages.

    ``at`` is the path from the model being validated to the mistake.
    """

    def __init__(self, message: Text, at: Sequence[str | int] = ()) -> None:
        super().__init__(message.it)
        self.message = message
        self.at: Path = tuple(at)


def dotted(path: Sequence[str | int]) -> str:
    """``("steps", "triage", "roles", 0)`` written for people: ``steps.triage.roles[0]``."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        else:
            written += f".{step}" if written else step
    return written


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like ``name``, or None where none is near enough to be the one meant."""
    known = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(str(name)[:100].casefold(), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def unknown_name(kind: Text, name: object, candidates: Iterable[str]) -> Text:
    """The message for a name that does not exist, with the nearest one that does.

    ``kind`` is what the name should be, as it begins a sentence: ``Text("Comune", "Comune")``.
    """
    names = sorted(candidates)
    shown = str(name)[:60]
    it = f"{kind.it} «{shown}» inesistente."
    en = f"{kind.in_('en')} “{shown}” does not exist."
    if (near := nearest(str(name), names)) is not None:
        return Text(f"{it} Forse «{near}»?", f"{en} Perhaps “{near}”?")
    if not names:
        return Text(it, en)
    listed = ", ".join(names[:8])
    rest = ", …" if len(names) > 8 else ""
    return Text(f"{it} Nomi validi: {listed}{rest}.", f"{en} Valid names: {listed}{rest}.")
