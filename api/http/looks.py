"""What one request looks at, and its way into the read log before the answer leaves."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.routing import APIRoute
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import Reader
from domain.reads.events import Read


class Looks:
    """Of one request: the cases and persons it asks about, and the categories of data that its
    answer shows or hides."""

    def __init__(self, reader: Reader, door: str, at: datetime) -> None:
        held = tuple(f"{role}@{scope}" for role, scope, _ in reader.holds)
        self._blank = Read(at, reader.id, door, roles=held)
        self._reads: list[Read] = []
        self._shown: set[str] = set()
        self._withheld: set[str] = set()

    def admitted(self, grounds: Iterable[str], case: UUID | None, person: UUID | None) -> None:
        found = tuple(sorted(grounds))
        self._reads.append(replace(self._blank, case=case, person=person, grounds=found))

    def refused(self, case: UUID | None, person: UUID | None) -> None:
        self._reads.append(replace(self._blank, case=case, person=person, refused=True))

    def saw(self, category: str, may: bool) -> None:
        """Data of this category are in the answer: in the clear, or withheld."""
        (self._shown if may else self._withheld).add(category)

    def reads(self, *, answered: bool) -> list[Read]:
        """What is to be recorded. Where there was no answer, only what was refused."""
        shown, hidden = tuple(sorted(self._shown)), tuple(sorted(self._withheld))
        return [
            read if read.refused else replace(read, shown=shown, withheld=hidden)
            for read in self._reads
            if answered or read.refused
        ]


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ReadRoute(APIRoute):
    """Routes by which cases and persons are read: an answer leaves once its read is taken in, and
    so does a refusal, also of a change. Raises ReadsUnlogged. What changes a case is in its own
    history."""

    reading = frozenset({"GET"})

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        reading = bool(self.reading & (self.methods or set()))

        async def read(request: Request) -> Response:
            try:
                response = await handle(request)
            except Exception:
                _take(request, answered=False)
                raise
            if reading:
                _take(request, answered=True)
            return response

        return read


class SearchRoute(ReadRoute):
    """Questions whose words are personal, and so belong in no address."""

    reading = frozenset({"POST"})


def _take(request: Request, *, answered: bool) -> None:
    looks: Looks | None = getattr(request.state, "looks", None)
    # Before anybody was identified, nothing was looked at.
    if looks is not None:
        request.app.state.parts.reads.take(looks.reads(answered=answered))
