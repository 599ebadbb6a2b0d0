"""What pydantic found wrong in a request, said to people, without repeating what they sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.refusal import FieldProblem
from protocols.documents import nearest
from protocols.text import Text

_REQUIRED = Text("è obbligatorio", "it is required")
_SAID: dict[str, Text] = {
    "missing": _REQUIRED,
    "string_type": Text("deve essere un testo", "it must be a text"),
    "bool_type": Text("deve essere vero o falso", "it must be true or false"),
    "bool_parsing": Text("deve essere vero o falso", "it must be true or false"),
    "dict_type": Text("deve essere un oggetto JSON", "it must be a JSON object"),
    "model_attributes_type": Text("deve essere un oggetto JSON", "it must be a JSON object"),
    "source": Text(
        "indicare una versione pubblicata («protocol» e «version»), una bozza («protocol» e "
        "«draft») oppure un «text»",
        "give a published version (“protocol” and “version”), a draft (“protocol” and “draft”) or "
        "a “text”",
    ),
    "model_type": Text("deve essere un oggetto JSON", "it must be a JSON object"),
    "list_type": Text("deve essere un elenco", "it must be a list"),
    "tuple_type": Text("deve essere un elenco", "it must be a list"),
    "one_of_two": Text(
        "cercare per codice fiscale («tax_code») oppure per pseudonimo («pseudonym»)",
        "search by tax code (“tax_code”) or by pseudonym (“pseudonym”)",
    ),
    "string_pattern_mismatch": Text("non ha la forma prevista", "it is not of the expected form"),
}
_KINDS: tuple[tuple[str, Text], ...] = (
    ("uuid", Text("deve essere un identificativo (UUID)", "it must be an identifier (UUID)")),
    (
        "datetime",
        Text(
            "deve essere un istante con fuso orario, come 2026-03-31T10:00:00+02:00, "
            "tra il 1900 e il 2200",
            "it must be an instant with its time zone, like 2026-03-31T10:00:00+02:00, "
            "between 1900 and 2200",
        ),
    ),
    (
        "timezone",
        Text("manca il fuso orario, per esempio Z o +02:00", "the time zone is missing, as Z"),
    ),
    (
        "date",
        Text(
            "deve essere una data come 2026-03-31, tra il 1900 e il 2200",
            "it must be a date like 2026-03-31, between 1900 and 2200",
        ),
    ),
    ("int", Text("deve essere un numero intero", "it must be a whole number")),
    ("float", Text("deve essere un numero", "it must be a number")),
)
_WRONG = Text("valore non valido", "the value is not valid")

# Where in the request; the body needs no word.
_PLACES = {"body": "", "query": "query.", "path": "path.", "header": "header.", "cookie": "cookie."}


def field_problems(
    errors: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[FieldProblem, ...]:
    """One for each error of pydantic. `names`: those that the body may have, for the nearest."""
    return tuple(_problem(error, names) for error in errors[:50])


def _problem(error: Mapping[str, Any], names: Sequence[str]) -> FieldProblem:
    place, *path = error.get("loc") or ("body",)
    if error["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), names)
        message = Text(
            "campo non previsto" + (f": forse «{near}»?" if near else ""),
            "no such field" + (f": perhaps “{near}”?" if near else ""),
        )
    else:
        message = _message(error["type"], error.get("ctx") or {})
    if not path:
        return FieldProblem("body" if place == "body" else str(place), message)
    return FieldProblem(_PLACES.get(str(place), "") + _dotted(path), message)


def _message(kind: str, context: Mapping[str, Any]) -> Text:
    if kind in _SAID:
        return _SAID[kind]
    if kind in ("literal_error", "enum"):
        listed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return Text(f"scegliere tra: {listed}", f"choose among: {listed}")
    bounds = {
        "greater_than_equal": ("almeno", "at least", "ge"),
        "less_than_equal": ("al massimo", "at most", "le"),
        "string_too_long": ("al massimo caratteri:", "characters at most:", "max_length"),
        "string_too_short": ("almeno caratteri:", "characters at least:", "min_length"),
        "too_short": ("almeno voci:", "items at least:", "min_length"),
        "too_long": ("al massimo voci:", "items at most:", "max_length"),
    }
    if kind in bounds:
        it, en, key = bounds[kind]
        return Text(f"{it} {context.get(key)}", f"{en} {context.get(key)}")
    for beginning, message in _KINDS:
        if kind.startswith(beginning):
            return message
    return _WRONG


def _dotted(path: Sequence[Any]) -> str:
    written = ""
    for part in path:
        name = f"[{part}]" if isinstance(part, int) else str(part)[:60]
        written += name if not written or isinstance(part, int) else f".{name}"
    return written
