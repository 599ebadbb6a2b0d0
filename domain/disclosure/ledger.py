"""The disclosure authorisations of a case, as its events made them. Pure.

What the person gives is not consent (Reg. UE 2016/679 art. 6.1.e and 9.2.g–h are the ground): it
says from whom, to whom, which categories, for what and until when. Their last word holds: a new
authorisation replaces the one before from the same source, a refusal ends all, a withdrawal takes
those named out of the exchange, in both directions. The day of expiry is included (c.c. art. 2963).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from protocols import facts
from protocols.territory import end_of_day

Status = Literal["in_force", "withdrawn", "refused", "replaced", "expired"]
EVERYONE = "everyone"


class Authorisation(msgspec.Struct, frozen=True):
    """`source`: the id of the service that tells; `recipients`: circles (access.yaml) and others
    who may be told; `excluded`: those taken out since. `ended`: '' while it stands, else how it
    ended, `ended_at` when; an expiry counts from its instant, written down yet or not. `warned`: it
    has been said that the expiry is near."""

    task: str
    source: str
    recipients: tuple[str, ...]
    categories: tuple[str, ...]
    purpose: str
    until: date | None
    given_at: datetime
    excluded: tuple[str, ...] = ()
    ended: str = ""
    ended_at: datetime | None = None
    warned: bool = False

    def expires_at(self, timezone: ZoneInfo) -> datetime | None:
        return end_of_day(self.until, timezone) if self.until is not None else None

    def warns_at(self, days: int, timezone: ZoneInfo) -> datetime | None:
        """When it is to be said that the expiry is near, `days` before its day; None where it has
        been said, or was given nearer to its end than that."""
        if self.until is None or self.warned or not days:
            return None
        at = end_of_day(self.until - timedelta(days=days), timezone)
        return at if at > self.given_at else None

    def status(self, at: datetime, timezone: ZoneInfo) -> Status:
        if self.ended:
            return self.ended  # type: ignore[return-value]
        expires = self.expires_at(timezone)
        return "expired" if expires is not None and expires <= at else "in_force"

    def left(self) -> tuple[str, ...]:
        """The recipients who have not been taken out."""
        return tuple(name for name in self.recipients if name not in self.excluded)


class Flow(NamedTuple):
    """Data of the category, recorded by one circle, may be read by the other."""

    recorded_by: str
    read_by: str
    category: str


Ledger = tuple[Authorisation, ...]

BODIES: tuple[type[Any], ...] = (
    facts.DisclosureAuthorised, facts.DisclosureRefused, facts.DisclosureWithdrawn,
    DisclosureExpiring, DisclosureExpired,
)  # fmt: skip


def after(known: Ledger, body: Any, at: datetime) -> Ledger:
    """The authorisations after one more event; the oldest first."""
    if isinstance(body, facts.DisclosureAuthorised):
        given = Authorisation(
            body.task, body.source, body.recipients, body.categories, body.purpose, body.until, at
        )
        ended = _ended(known, "replaced", at, lambda one: one.source == body.source)
        return (*ended, given)
    if isinstance(body, facts.DisclosureRefused):
        return _ended(known, "refused", at)
    if isinstance(body, facts.DisclosureWithdrawn):
        if not body.recipients or EVERYONE in body.recipients:
            return _ended(known, "withdrawn", at)
        excluded = tuple(
            one if one.ended else replace(one, excluded=(*one.excluded, *body.recipients))
            for one in known
        )
        return _ended(excluded, "withdrawn", at, lambda one: not one.left())
    if isinstance(body, DisclosureExpiring):
        return tuple(
            replace(one, warned=True)
            if not one.ended and (one.task, one.until) == (body.task, body.until)
            else one
            for one in known
        )
    if isinstance(body, DisclosureExpired):
        return _ended(
            known, "expired", at, lambda one: (one.task, one.until) == (body.task, body.until)
        )
    return known


def _ended(
    known: Ledger,
    how: Status,
    at: datetime,
    which: Callable[[Authorisation], bool] = lambda one: True,
) -> Ledger:
    return tuple(
        replace(one, ended=how, ended_at=at) if not one.ended and which(one) else one
        for one in known
    )


def flows(
    known: Iterable[Authorisation],
    at: datetime,
    timezone: ZoneInfo,
    circle_of: Callable[[str], str],
    keeper: str,
) -> frozenset[Flow]:
    """What may pass at that instant. Between the parties: the source, the recipients, and the
    keeper of the file, who collects the authorisation; only towards the recipients.
    `circle_of(service)`: the circle that a service belongs to."""
    found: set[Flow] = set()
    for one in known:
        if one.status(at, timezone) != "in_force":
            continue
        to = one.left()
        tellers = {circle_of(one.source), keeper, *to} - {"", *one.excluded}
        found.update(
            Flow(teller, hearer, category)
            for teller in tellers
            for hearer in to
            if hearer != teller
            for category in one.categories
        )
    return frozenset(found)


def next_expiry(
    known: Sequence[Authorisation], timezone: ZoneInfo, warn_days: int = 0
) -> datetime | None:
    """The first instant at which an authorisation that stands comes to its end, or `warn_days`
    before it."""
    standing = [one for one in known if not one.ended]
    instants = [
        *(one.expires_at(timezone) for one in standing),
        *(one.warns_at(warn_days, timezone) for one in standing),
    ]
    return min((instant for instant in instants if instant is not None), default=None)


def expired(known: Iterable[Authorisation], at: datetime, timezone: ZoneInfo) -> Iterable[Any]:
    """What is to be written down of those whose time is over."""
    for one in known:
        if not one.ended and one.until is not None and one.status(at, timezone) == "expired":
            yield DisclosureExpired(one.task, one.until)


def expiring(
    known: Iterable[Authorisation], at: datetime, timezone: ZoneInfo, warn_days: int
) -> Iterable[Any]:
    """What is to be written down of those whose end is near, each once."""
    for one in known:
        warns = one.warns_at(warn_days, timezone)
        if warns is None or one.until is None or warns > at:
            continue
        if one.status(at, timezone) == "in_force":
            yield DisclosureExpiring(one.task, one.until)
