"""What comes of a job: a few documents by name."""

from __future__ import annotations

import msgspec

RESULT = "result.json"
SARIF = "result.sarif"
DRAWING = "drawing.svg"

JSON_TYPE = "application/json"
SARIF_TYPE = "application/sarif+json"
SVG_TYPE = "image/svg+xml"


class File(msgspec.Struct, frozen=True):
    """One thing that came of a job."""

    name: str
    media_type: str
    body: bytes
