"""Who is asking, and the parts of the application that answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from msgspec.structs import replace
from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.http.access import Reader, Sight, What, may_read, relations
from api.http.looks import Looks
from api.http.once import ReadOnce
from api.http.problems import Problem, unavailable
from api.http.sights import sights
from api.http.tokens import Issuer, TokenRefused
from domain.access.rules import rules_of
from domain.case.commands import Actor
from domain.reads.journal import ReadJournal
from domain.refusal import FieldProblem
from domain.service import CaseService, unknown_case
from domain.settings import Settings
from projections.waiting import wait_for
from protocols.territory import UnknownName
from protocols.text import Text

WAIT_SECONDS = 5.0


class Parts(msgspec.Struct, frozen=True):
    """What every endpoint works with; made once, in `create_app`."""

    settings: Settings
    service: CaseService
    pool: ConnectionPool[Any]
    issuer: Issuer
    reads: ReadJournal


class Door(msgspec.Struct, frozen=True):
    """An identified request: the parts, the person with the roles held today, and what the request
    looks at."""

    parts: Parts
    reader: Reader
    looks: Looks

    @property
    def service(self) -> CaseService:
        return self.parts.service

    @property
    def actor(self) -> Actor:
        return Actor(self.reader.id, self.reader.holds)

    @contextmanager
    def reading(self) -> Iterator[Connection[Any]]:
        """A connection for read models. Raises what `problems` answers with 503."""
        with self.parts.pool.connection() as connection:
            yield connection

    def wait(self, after: int, *models: str) -> None:
        """Until the read models have the event at `after`. Raises Problem (503; 422 where the log
        itself has not come so far)."""
        if not after or wait_for(self.parts.pool, models, after, 0.0):
            return
        if after > self.service.recorder.last_position():
            message = Text(
                "il registro non ha ancora un evento in questa posizione",
                "the log has no event at this position yet",
            )
            raise Problem(
                422,
                "after_the_end",
                Text("La posizione indicata non esiste.", "There is no such position."),
                Text(
                    "Usare la «position» di una risposta ricevuta.",
                    "Use the “position” of an answer received.",
                ),
                (FieldProblem("query.after", message),),
            )
        if not wait_for(self.parts.pool, models, after, WAIT_SECONDS):
            raise unavailable(
                Text(
                    "La vista non è ancora arrivata a quanto chiesto con «after».",
                    "The view has not come yet to what “after” asks for.",
                )
            )

    def sight(self, case: UUID, what: What = "summary") -> Sight:
        """The case as far as access goes. Raises Refused (not_found), also where the reader may
        not know that it exists."""
        found = sights(self.service, [case]).get(case)
        if found is None:
            raise unknown_case(case)
        if not may_read(self.reader, found, "summary"):
            self.looks.refused(case, found.person)
            raise unknown_case(case)
        if not may_read(self.reader, found, what):
            self.looks.refused(case, found.person)
            raise Problem(
                403,
                "not_for_this_role",
                Text(
                    "I ruoli ricoperti danno accesso solo al riepilogo di questo caso.",
                    "The roles held give access to this case's summary only.",
                ),
            )
        self.admitted(case, found)
        return found

    def admitted(self, case: UUID, sight: Sight) -> None:
        """The reader looks at a case that they may see: for the read log."""
        self.looks.admitted(relations(self.reader, sight), case, sight.person)


_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="Il token di una persona, da `cantiere token PERSONA`.",
)


def identified(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Door:
    """Raises Problem (401)."""
    parts: Parts = request.app.state.parts
    if credentials is None:
        raise _unknown(Text("Manca il token.", "The token is missing."), "")
    try:
        return door_of(request, parts.issuer.person(credentials.credentials))
    except TokenRefused as refused:
        raise _unknown(refused.message, "invalid_token") from None
    except UnknownName:
        raise _unknown(
            Text("Il token è di una persona che non c'è più.", "The token's person is gone."),
            "invalid_token",
        ) from None


def door_of(request: Request, person: str, acting: str = "", *, once: bool = False) -> Door:
    """The door of somebody who has been identified. `acting`: the one `role scope` in which they
    want to act, empty for all that they hold today. `once`: what the request reads of the log, it
    reads once. Raises UnknownName."""
    parts: Parts = request.app.state.parts
    if once:
        parts = replace(parts, service=ReadOnce(parts.service))
    now = parts.service.clock.now()
    today = now.astimezone(parts.service.territory.timezone).date()
    held = [(m.role, m.scope, m.deputy) for m in parts.service.territory.memberships(person, today)]
    chosen = [hold for hold in held if f"{hold[0]} {hold[1]}" == acting]
    reader = Reader(person, tuple(chosen or held), rules_of(parts.service.territory))
    looks = Looks(reader, getattr(request.scope.get("route"), "path", ""), now)
    request.state.looks = looks
    return Door(parts, reader, looks)


Identified = Annotated[Door, Depends(identified)]


def _unknown(detail: Text, error: str) -> Problem:
    # RFC 6750 § 3: no error code where no token was sent.
    challenge = 'Bearer realm="cantiere"' + (f', error="{error}"' if error else "")
    return Problem(
        401,
        "unauthenticated",
        detail,
        Text(
            "Chiedere un token con `cantiere token PERSONA` e inviarlo come «Authorization: "
            "Bearer …».",
            "Get a token with `cantiere token PERSON` and send it as “Authorization: Bearer …”.",
        ),
        headers={"WWW-Authenticate": challenge},
    )
