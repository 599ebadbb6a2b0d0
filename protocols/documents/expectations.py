"""What pydantic expected of a value, in words that lead to the correction."""

import re
from datetime import date
from typing import Any

from pydantic_core import ErrorDetails

from protocols.documents.problem import nearest
from protocols.text import Text


def expectation(details: ErrorDetails, value: Any) -> Text:
    """The message for a value of the wrong kind, or beyond its limits."""
    kind = details["type"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _choice(str(context.get("expected") or context.get("expected_tags", "")), value)
    if kind in _LIMITS:
        it, en = _LIMITS[kind]
        return Text(it.format(**context), en.format(**context))
    for beginning, expected in _KINDS:
        if kind.startswith(beginning):
            return _kind(expected, value, wants_text=beginning == "string")
    reason = str(context.get("error") or details["msg"])
    return Text(f"Valore non valido: {reason}", f"Invalid value: {reason}")


def _kind(expected: Text, value: Any, *, wants_text: bool) -> Text:
    written = _shown(value)
    it = f"Qui serve {expected.it}; c'è {written.it}."
    en = f"Expected {expected.en}; found {written.en}."
    if wants_text and isinstance(value, int | float | date):
        it += " Mettilo tra virgolette."
        en += " Quote it."
    return Text(it, en)


def _choice(expected: str, value: Any) -> Text:
    names = re.findall(r"'([^']*)'", expected) or expected.split(", ")
    shown = _shown(value)
    near = nearest(value, names) if isinstance(value, str) else None
    if near is not None:
        return Text(
            f"Valore non previsto: {shown.it}. Forse «{near}»?",
            f"Unexpected value: {shown.en}. Perhaps “{near}”?",
        )
    listed = ", ".join(names)
    return Text(
        f"Valore non previsto: {shown.it}. Valori validi: {listed}.",
        f"Unexpected value: {shown.en}. Valid values: {listed}.",
    )


def _shown(value: Any) -> Text:
    if value is None:
        return Text("nulla", "nothing")
    if isinstance(value, dict):
        return Text("un gruppo di voci", "a group of entries")
    if isinstance(value, list | tuple):
        return Text("un elenco", "a list")
    if isinstance(value, bool):
        return Text(str(value).lower(), str(value).lower())
    text = str(value)
    if len(text) > 60:
        text = text[:59] + "…"
    return Text(f"«{text}»", f"“{text}”")


# By the beginning of pydantic's error type; the first that fits.
_KINDS: tuple[tuple[str, Text], ...] = (
    ("string", Text("un testo", "a text")),
    ("int", Text("un numero intero", "a whole number")),
    ("float", Text("un numero", "a number")),
    ("decimal", Text("un numero", "a number")),
    ("finite", Text("un numero", "a number")),
    ("bool", Text("true o false", "true or false")),
    ("date", Text("una data (anno-mese-giorno)", "a date (year-month-day)")),
    ("time", Text("un tempo", "a time")),
    ("list", Text("un elenco", "a list")),
    ("tuple", Text("un elenco", "a list")),
    ("set", Text("un elenco", "a list")),
    ("frozen_set", Text("un elenco", "a list")),
    ("dict", Text("un gruppo di voci «nome: valore»", "a group of “name: value” entries")),
    ("model", Text("un gruppo di voci «nome: valore»", "a group of “name: value” entries")),
    ("mapping", Text("un gruppo di voci «nome: valore»", "a group of “name: value” entries")),
    ("none_required", Text("nulla", "nothing")),
)

_LIMITS: dict[str, tuple[str, str]] = {
    "string_too_short": (
        "Testo troppo corto: almeno {min_length} caratteri.",
        "Text too short: at least {min_length} characters.",
    ),
    "string_too_long": (
        "Testo troppo lungo: al massimo {max_length} caratteri.",
        "Text too long: at most {max_length} characters.",
    ),
    "string_pattern_mismatch": (
        "Testo scritto in una forma non prevista: deve seguire lo schema {pattern}.",
        "The text is not written as expected: it must follow the pattern {pattern}.",
    ),
    "greater_than": ("Deve essere maggiore di {gt}.", "Must be greater than {gt}."),
    "greater_than_equal": ("Deve essere almeno {ge}.", "Must be at least {ge}."),
    "less_than": ("Deve essere minore di {lt}.", "Must be less than {lt}."),
    "less_than_equal": ("Deve essere al massimo {le}.", "Must be at most {le}."),
    "too_short": (
        "Troppo poche voci: almeno {min_length}.",
        "Too few entries: at least {min_length}.",
    ),
    "too_long": (
        "Troppe voci: al massimo {max_length}.",
        "Too many entries: at most {max_length}.",
    ),
}
