"""Policies as they are written: each with its file and line, so that a mistake is told where it is.

The language is Cedar (cedarpolicy.com); `@id`, `@it`, `@en` and `@law` are asked of each policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import cedarpy
import msgspec

from protocols.documents import DocumentError, Problem
from protocols.text import Text

SCHEMA = (Path(__file__).parent / "schema.cedarschema").read_text("utf-8")

# Strings and comments may hold a semicolon that ends nothing.
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|;|[^";/]+|.', re.DOTALL)
_ANNOTATIONS = ("id", "it", "en", "law")


class Policy(msgspec.Struct, frozen=True):
    """`effect`: permit or forbid; `said`: in words; `law`: the source of the rule; `source`: its
    text with the comment above it; `line` counts from 1."""

    id: str
    effect: str
    said: Text
    law: str
    file: str
    line: int
    source: str


def read_policies(files: Mapping[str, str]) -> tuple[list[Policy], str]:
    """(the policies in order, their text for the engine, which numbers them in that order).

    Raises DocumentError with file and line of every mistake.
    """
    found: list[Policy] = []
    statements: list[str] = []
    problems: list[Problem] = []
    for file, text in files.items():
        for line, statement in _statements(text):
            try:
                found.append(_policy(file, line, statement))
            except ValueError as error:
                problems.append(_problem(file, line, str(error)))
            else:
                statements.append(statement)
    if not problems:
        problems = [*_twice(found), *_invalid(found, "\n".join(statements))]
    if problems:
        raise DocumentError(problems)
    return found, "\n".join(statements)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each policy with the line on which its first word stands."""
    gathered: list[str] = []
    line = 1
    begun: int | None = None
    for token in _TOKENS.findall(text):
        if begun is None and token.strip() and not token.startswith("//"):
            before = len(token) - len(token.lstrip())
            begun = line + token.count("\n", 0, before)
        gathered.append(token)
        line += token.count("\n")
        if token == ";":
            yield begun or line, "".join(gathered)
            gathered, begun = [], None
    if begun is not None:
        yield begun, "".join(gathered)


def _policy(file: str, line: int, statement: str) -> Policy:
    read = json.loads(cedarpy.policies_to_json_str(statement))["staticPolicies"]
    if len(read) != 1:
        raise ValueError("one policy expected")
    (policy,) = read.values()
    told = policy.get("annotations", {})
    missing = [f"@{name}" for name in _ANNOTATIONS if not told.get(name)]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    said = Text(told["it"], told["en"])
    return Policy(
        told["id"], policy["effect"], said, told["law"], file, line, statement.strip() + "\n"
    )


def _twice(policies: list[Policy]) -> Iterator[Problem]:
    seen: dict[str, Policy] = {}
    for policy in policies:
        if policy.id in seen:
            before = seen[policy.id]
            yield _problem(policy.file, policy.line, f"@id also at {before.file}:{before.line}")
        seen.setdefault(policy.id, policy)


def _invalid(policies: list[Policy], text: str) -> Iterator[Problem]:
    """What speaks of something that there is not, by the schema."""
    for error in cedarpy.validate_policies(text, SCHEMA).errors:
        number = error.policy_id.removeprefix("policy")
        if number.isdecimal() and int(number) < len(policies):
            policy = policies[int(number)]
            told = error.error.replace(f"`{error.policy_id}`", f"`{policy.id}`")
            yield _problem(policy.file, policy.line, told)
        else:
            yield _problem(policies[0].file if policies else "access", 1, error.error)


def _problem(file: str, line: int, reason: str) -> Problem:
    message = Text(
        f"Questa regola di accesso non va bene: {reason}.",
        f"This access policy is not right: {reason}.",
    )
    return Problem(file, line, "", message)
