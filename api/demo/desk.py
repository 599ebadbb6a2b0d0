"""The HTTP API as an operator's program uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx


class ApiRefused(Exception):
    """The API said no. `code` is the problem's; `problem` is the whole answer."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("type", "")).rpartition(":")[2]
        fields = "; ".join(
            f"{error.get('field')}: {error.get('message')}" for error in problem.get("errors", [])
        )
        super().__init__(f"{status} {self.code}: {problem.get('detail')} {fields}".strip())


class Desk:
    """One connection for all operators. `token(person)` gives a person's bearer token.

    Each write has a key of its own made from what it is for, so that playing a story twice on the
    same installation changes nothing. `commands` counts the writes that were accepted.
    """

    def __init__(self, address: str, token: Callable[[str], str]) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=30.0)
        self._token = token
        self._tokens: dict[str, str] = {}
        self.commands = 0

    def close(self) -> None:
        self._client.close()

    def write(self, person: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Raises ApiRefused."""
        response = self._client.post(
            path, json=body, headers={**self._identity(person), "Idempotency-Key": key}
        )
        answer = self._answer(response)
        self.commands += 1
        return answer

    def read(self, person: str, path: str, **query: Any) -> dict[str, Any]:
        """Raises ApiRefused."""
        response = self._client.get(path, params=query, headers=self._identity(person))
        return self._answer(response)

    def _identity(self, person: str) -> dict[str, str]:
        if person not in self._tokens:
            self._tokens[person] = self._token(person)
        return {"Authorization": f"Bearer {self._tokens[person]}", "Accept-Language": "it"}

    @staticmethod
    def _answer(response: httpx.Response) -> dict[str, Any]:
        answer = response.json()
        if response.is_error:
            raise ApiRefused(response.status_code, answer)
        return answer


def task_path(case: str, task: str, verb: str) -> str:
    return f"/tasks/{quote(f'{case}:{task}', safe='')}/{verb}"
