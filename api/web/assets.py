"""Styles, scripts, fonts and icons: ours beside this file, others' from the environment's folder.

Each is served under an address that holds a hash of its content, so that browsers may keep it for
good, and packed beforehand where it is text.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from functools import cache
from pathlib import Path

import msgspec
from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from api.http.problems import not_found
from protocols.text import Text

OURS = Path(__file__).parent / "static"
FETCHED = Path(sys.prefix) / "share" / "cantiere" / "assets"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
_FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter()


class Asset(msgspec.Struct, frozen=True):
    """A file in memory; `brotli` and `gzip` are empty where it is not a text."""

    media_type: str
    plain: bytes
    brotli: bytes
    gzip: bytes


@cache
def asset(name: str) -> Asset | None:
    """A file by its name, as `desk.css` or `fonts/lora-regular.woff2`; None if it is not there."""
    for folder in (OURS, FETCHED):
        path = folder / name
        if path.suffix in _TYPES and ".." not in name and path.is_file():
            plain = path.read_bytes()
            text = path.suffix in (".css", ".js", ".svg")
            packed = path.with_name(path.name + ".br")
            return Asset(
                _TYPES[path.suffix],
                plain,
                packed.read_bytes() if packed.is_file() else b"",
                gzip.compress(plain, 9, mtime=0) if text else b"",
            )
    return None


def complete() -> bool:
    """Whether the set-up has fetched what the pages need."""
    return all((FETCHED / name).is_file() for name in ("bootstrap-italia.min.css", "htmx.min.js"))


@cache
def edition() -> str:
    """A hash of all there is: it changes whenever a file does."""
    found = hashlib.sha256()
    for folder in (OURS, FETCHED):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TYPES:
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


def address(name: str) -> str:
    return f"/static/{edition()}/{name}"


@cache
def _icons() -> dict[str, tuple[str, str]]:
    """View box and drawing of every icon of the design system."""
    sprites = FETCHED / "sprites.svg"
    if not sprites.is_file():
        return {}
    found = re.findall(
        r"<(symbol|svg)\b([^>]*\bid=\"it-[^>]*)>(.*?)</\1>", sprites.read_text(), re.DOTALL
    )
    icons: dict[str, tuple[str, str]] = {}
    for _, attributes, drawing in found:
        name = re.search(r'\bid="it-([a-z0-9-]+)"', attributes)
        box = re.search(r'viewBox="([^"]+)"', attributes)
        if name:
            icons[name[1]] = (box[1] if box else "0 0 24 24", drawing)
    return icons


def icon(name: str, classes: str = "") -> Markup:
    """An icon of the design system drawn in the page, as decoration: what it means is said in
    words beside it. Empty where the set-up has fetched none. Raises KeyError for a wrong name."""
    icons = _icons()
    if not icons:
        return Markup("")
    box, drawing = icons[name]
    return Markup(
        '<svg class="icon {}" viewBox="{}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(classes, box, Markup(drawing))


@router.get("/static/{hashed}/{name:path}")
async def static(hashed: str, name: str, request: Request) -> Response:
    found = asset(name)
    if found is None:
        raise not_found("no_such_file", Text("Questo file non c'è.", "There is no such file."))
    headers = {"Vary": "Accept-Encoding"} if found.gzip else {}
    # An old page may still ask under an old address: it gets what there is, and keeps it not.
    headers["Cache-Control"] = _FOR_GOOD if hashed == edition() else "no-cache"
    accepted = request.headers.get("accept-encoding", "")
    body = found.plain
    if found.brotli and re.search(r"\bbr\b", accepted):
        headers["Content-Encoding"], body = "br", found.brotli
    elif found.gzip and "gzip" in accepted:
        headers["Content-Encoding"], body = "gzip", found.gzip
    return Response(body, 200, headers, found.media_type)
