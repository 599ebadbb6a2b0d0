"""Totals: fields that nobody is asked for, because they add up a column of a list beside them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from protocols.language.forms import FormField

# Whole numbers add up to one; what has decimals to a sum or to an amount of money.
ADDS_UP = {"integer": ("integer",), "decimal": ("integer", "decimal"), "money": ("money",)}


def total(sum_of: str, data: Mapping[str, Any]) -> int | float | None:
    """Of a column (`budget.amount`) in what was answered; None where no row says anything."""
    name, _, column = sum_of.partition(".")
    rows = data.get(name)
    several = rows if isinstance(rows, list) else []
    said = [row.get(column) for row in several if isinstance(row, dict)]
    found = [each for each in said if isinstance(each, int | float)]
    if not found:
        return None
    if all(isinstance(each, int) for each in found):
        return sum(found)
    # As they are written: 0.1 and 0.2 come to 0.3.
    return float(sum((Decimal(str(each)) for each in found), Decimal()))


def totals(fields: Mapping[str, FormField], data: Mapping[str, Any]) -> dict[str, Any]:
    """By name of the field, those that come to something."""
    found = {name: total(field.sum_of, data) for name, field in fields.items() if field.sum_of}
    return {name: value for name, value in found.items() if value is not None}


def fault(field: FormField, beside: Mapping[str, FormField]) -> str:
    """Which part of a `sum_of` leads nowhere, or cannot be added up; empty where it is right."""
    name, _, column = (field.sum_of or "").partition(".")
    rows = beside.get(name)
    added = (rows.fields or {}).get(column) if rows is not None and rows.type == "list" else None
    if rows is None or added is None or rows.personal:
        return name if rows is None or rows.type != "list" or rows.personal else column
    return "" if added.type in ADDS_UP.get(field.type, ()) and not added.when else column
