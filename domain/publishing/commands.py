"""What may be asked of a protocol's texts. `case` is the protocol's originator.

A `digest` is that of the text which the actor has read, whole or its first 12 digits or more: what
has been changed meanwhile is not decided on unseen.
"""

from __future__ import annotations

from datetime import date

from domain.case.commands import Command


class SaveDraft(Command, frozen=True, kw_only=True):
    """`text`: the document; the version that it says is the one that is drafted or changed."""

    protocol: str
    text: str
    reason: str


class OfEdition(Command, frozen=True, kw_only=True):
    """`label`: `2.0.0`, or `cps-1.0.0` for a variant."""

    protocol: str
    label: str


class Propose(OfEdition, frozen=True, kw_only=True):
    """`reasons`: why each warning of the checker may stand, by `rule@where`."""

    digest: str
    reason: str
    reasons: dict[str, str] = {}


class Approve(OfEdition, frozen=True, kw_only=True):
    digest: str
    reason: str


class Reject(OfEdition, frozen=True, kw_only=True):
    digest: str
    reason: str


class Publish(OfEdition, frozen=True, kw_only=True):
    """`valid_from`: the first day whose referrals follow it; None for the day in the text."""

    digest: str
    valid_from: date | None = None


class Retire(OfEdition, frozen=True, kw_only=True):
    """`until`: the first day whose referrals do not follow it any more. `last`: also where no other
    version is then left for new cases."""

    until: date
    reason: str
    last: bool = False
