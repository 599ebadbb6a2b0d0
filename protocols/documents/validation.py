"""A document held against a pydantic model; what does not fit, said with line and remedy."""

from collections.abc import Sequence
from typing import Any, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from protocols.documents.expectations import expectation
from protocols.documents.names import names_at
from protocols.documents.problem import ContentError, DocumentError, Path, Problem, unknown_name
from protocols.documents.reading import MAX_PROBLEMS, Document
from protocols.text import Text

Model = TypeVar("Model", bound=pydantic.BaseModel)
_MOST_ERRORS = 10 * MAX_PROBLEMS


def validate_document(document: Document, model: type[Model]) -> Model:
    """The document as an instance of ``model``.

    Raises :class:`DocumentError` with one problem for each mistake: its line, what was expected,
    and for a name that does not exist the nearest that does.
    """
    try:
        return model.model_validate(document.data)
    except pydantic.ValidationError as error:
        # A bound on the work for a document that is wrong from end to end.
        located = [_Located(document.data, details) for details in error.errors()[:_MOST_ERRORS]]
    told = _without_rivals(located)[:MAX_PROBLEMS]
    problems = dict.fromkeys(_problem(document, model, mistake) for mistake in told)
    raise DocumentError(sorted(problems, key=lambda problem: problem.line)) from None


class _Located:
    """An error of pydantic with its path in the document, freed of pydantic's own marks.

    In a union pydantic puts the name of each alternative it tried into the path: ``branch`` keeps
    it, and ``fork`` says where it stood.
    """

    def __init__(self, data: Any, details: ErrorDetails) -> None:
        self.details = details
        self.fork: Path | None = None
        self.branch: str | int = ""
        path: list[str | int] = []
        here = data
        missing = details["type"] == "missing"
        for position, step in enumerate(details["loc"]):
            last = position == len(details["loc"]) - 1
            if isinstance(here, dict) and str(step) in here:
                path.append(str(step))
                here = here[str(step)]
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                path.append(step)
                here = here[step]
            elif missing and last:
                path.append(step)
            elif step != "[key]" and self.fork is None:
                self.fork, self.branch = tuple(path), step
        self.path: Path = tuple(path)
        # For a name that is not allowed, the value in question is the name itself.
        of_key = details["loc"] and details["loc"][-1] == "[key]" and path
        self.value = path[-1] if of_key else here


def _without_rivals(mistakes: Sequence[_Located]) -> list[_Located]:
    """Where every alternative of a union failed, keep the one that the writer came nearest to."""
    forks: dict[Path, dict[str | int, list[_Located]]] = {}
    kept = [mistake for mistake in mistakes if mistake.fork is None]
    for mistake in mistakes:
        if mistake.fork is not None:
            forks.setdefault(mistake.fork, {}).setdefault(mistake.branch, []).append(mistake)
    for branches in forks.values():
        # The alternative that failed deepest, and there with fewest mistakes, was the one meant.
        meant = max(
            branches.values(),
            key=lambda found: (max(len(mistake.path) for mistake in found), -len(found)),
        )
        depth = max(len(mistake.path) for mistake in meant)
        rivals = [
            found
            for found in branches.values()
            if len(found) == len(meant) and max(len(mistake.path) for mistake in found) == depth
        ]
        shallow = all(mistake.path == mistake.fork for found in rivals for mistake in found)
        kept.extend(mistake for found in (rivals if shallow else [meant]) for mistake in found)
    return kept


def _problem(document: Document, model: type[pydantic.BaseModel], mistake: _Located) -> Problem:
    details, path = mistake.details, mistake.path
    context: dict[str, Any] = details.get("ctx", {})
    error = context.get("error")
    if isinstance(error, ContentError):
        return document.problem((*path, *error.at), error.message)
    if details["type"] == "missing":
        field = str(path[-1])
        return document.problem(
            path, Text(f"Manca «{field}», che è obbligatorio.", f"“{field}” is required.")
        )
    if details["type"] == "extra_forbidden":
        name = str(path[-1]) if path else ""
        # In a document of several files, what another file wrote may be meant to be changed.
        file = document.place(path)[0]
        keys = _keys_of(document.data, path[:-1])
        free = [
            known
            for known in names_at(model, path[:-1])
            if known not in keys or document.place((*path[:-1], known))[0] != file
        ]
        return document.problem(path, unknown_name(Text("Voce", "Entry"), name, free))
    return document.problem(path, expectation(details, mistake.value))


def _keys_of(data: Any, path: Sequence[str | int]) -> set[str]:
    for step in path:
        data = data[step]
    return set(data) if isinstance(data, dict) else set()
