"""The policies of a territory, ready to be asked."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from typing import Any, NamedTuple

import cedarpy

from domain.access.texts import SCHEMA, Policy, read_policies
from protocols.territory import Territory, default_pack, load_territory, scope_kind, scope_place

# More shapes of question than a territory can ask; an outsider cannot invent any.
_MOST_REMEMBERED = 50_000


class Question(NamedTuple):
    """One relation (or office) before one resource. All of it from finite sets, nothing personal,
    so that an answer can be remembered. `context`: what the schema asks for, in its order."""

    principal: tuple[str, str]
    action: str
    resource: tuple[str, str]
    context: tuple[tuple[str, Any], ...]


class Answer(NamedTuple):
    """`by`: the policies that decided: those that forbid, or else those that permit."""

    permitted: bool
    by: tuple[Policy, ...]


class Rules:
    """Thread-safe. `digest`: SHA-256 of the policies and circles, by which a day's rules are known.

    Raises DocumentError, with file and line, where a policy is not right.
    """

    def __init__(self, territory: Territory) -> None:
        self.access = territory.access
        self.policies, text = read_policies(territory.policies)
        self._kinds = {name: service.kind for name, service in territory.services.items()}
        self._roles = {name: role.scope for name, role in territory.roles.items()}
        self._set = cedarpy.PolicySet.from_str(text)
        self._schema = cedarpy.Schema.from_str(SCHEMA)
        self._entities = cedarpy.Entities.from_json_str("[]")
        written = text + territory.access.model_dump_json()
        self.digest = hashlib.sha256(written.encode()).hexdigest()
        self._answers: dict[Question, Answer] = {}
        self._guard = threading.Lock()

    def ask(self, question: Question) -> Answer:
        """Whether it may be, and by which policies."""
        known = self._answers.get(question)
        if known is None:
            known = self._evaluate(question)
            with self._guard:
                if len(self._answers) >= _MOST_REMEMBERED:
                    self._answers.clear()
                self._answers[question] = known
        return known

    def circle(self, scope: str) -> str:
        """The circle of whoever holds a role in the scope; '' for those who govern or audit."""
        if scope_kind(scope) == "service":
            return self.access.circle_of_service(self._kinds.get(scope_place(scope), ""))
        return self.access.circle_of_scope(scope_kind(scope))

    def scope_of_role(self, role: str) -> str:
        """The kind of scope in which a staff role is held; '' for a role of a protocol only."""
        return self._roles.get(role, "")

    def service_of(self, circle: str) -> str:
        """Some service of the circle; '' if it has none."""
        return next((name for name in self._kinds if self.circle(f"service:{name}") == circle), "")

    def _evaluate(self, question: Question) -> Answer:
        result = cedarpy.is_authorized(
            {
                "principal": _entity(question.principal),
                "action": {"type": "Action", "id": question.action},
                "resource": _entity(question.resource),
                "context": dict(question.context),
            },
            self._set,
            self._entities,
            self._schema,
        )
        if result.diagnostics.errors:
            # Never by default: a question that the policies cannot answer is a mistake of ours.
            raise RuntimeError(f"access policies: {result.diagnostics.errors[0]}")
        numbers = sorted(int(name.removeprefix("policy")) for name in result.diagnostics.reasons)
        return Answer(
            result.decision == cedarpy.Decision.Allow,
            tuple(self.policies[number] for number in numbers),
        )


def _entity(named: tuple[str, str]) -> dict[str, str]:
    return {"type": named[0], "id": named[1]}


@lru_cache(maxsize=16)
def rules_of(territory: Territory) -> Rules:
    """Those of the territory's pack. Raises DocumentError."""
    return Rules(territory)


@lru_cache(maxsize=1)
def shipped_rules() -> Rules:
    """Those of the pack that an installation has unless told otherwise."""
    return rules_of(load_territory(default_pack()))
