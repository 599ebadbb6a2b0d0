"""What becomes of a protocol's texts: drafted, proposed, approved, published, retired.

One originator for each protocol. A `label` tells its texts apart: `2.0.0` for a base, `cps-1.0.0`
for a variant. A `digest` is the sha256 (hex) of a text as it stands, comments included. Who and
when are in the event's envelope.
"""

from __future__ import annotations

from datetime import date

import msgspec

from protocols.engine.events import Body
from protocols.text import Text


class Remark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding of the checker as it was then; `line` counts from 1, `where` is a dotted path."""

    rule: str
    severity: str
    file: str
    line: int
    where: str
    message: Text
    remedy: Text
    history: tuple[Text, ...] = ()


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """The checker's report as it was then. `digest`: of everything that was proved, the texts on
    which this one rests included; `states`, `moves`: how much of the engine was tried."""

    digest: str
    remarks: tuple[Remark, ...] = ()
    states: int = 0
    moves: int = 0
    not_explored: tuple[Text, ...] = ()


class Installed(Body, frozen=True):
    """A text of the territory pack, which came with the program and is in force by itself."""

    protocol: str
    label: str
    digest: str
    text: str
    valid_from: date


class Drafted(Body, frozen=True):
    """`reason`: why this version is wanted."""

    protocol: str
    label: str
    digest: str
    text: str
    reason: str


class DraftChanged(Body, frozen=True):
    """Whatever had been proposed or approved of it is void."""

    label: str
    digest: str
    text: str
    reason: str


class Proposed(Body, frozen=True):
    """`reasons`: for each warning in `proof`, by `rule@where`, why it may stand."""

    label: str
    digest: str
    reason: str
    proof: Proof
    reasons: dict[str, str] = {}


class Approved(Body, frozen=True):
    label: str
    digest: str
    reason: str


class Rejected(Body, frozen=True):
    label: str
    digest: str
    reason: str


class Published(Body, frozen=True):
    """`valid_from` holds, whatever day the text itself says."""

    label: str
    digest: str
    valid_from: date


class Retired(Body, frozen=True):
    """No new case follows it from the day `until` on; those that do go on."""

    label: str
    until: date
    reason: str
