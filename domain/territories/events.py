"""What the territory ruled, from one day on: access policies, circles, roles, places, calendars.

One originator for each territory; each event takes the place of the one before it. When is in the
event's envelope.
"""

from __future__ import annotations

from protocols.engine.events import Body


class Installed(Body, frozen=True):
    """`territory`: its id; `text`: the whole pack as JSON, without its protocols, which are
    published one by one, and without the staff's names; `digest`: SHA-256 (hex) of the text."""

    territory: str
    digest: str
    text: str
