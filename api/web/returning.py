"""Where somebody wanted to go before they had to log in: always an address of ours."""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Request

_LONGEST = 1_500


def safe(back: str) -> str:
    """The path, if it is one of ours; else the desk."""
    # One slash and no other after it: what follows can name neither a scheme nor a host.
    ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if ours and len(back) <= _LONGEST and back.isprintable() else "/"


def parts_of(address: str) -> SplitResult:
    """Of what a browser says, which anybody may write; empty where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def path_of(request: Request) -> str:
    """The page that a request is for; of an htmx request, the page it was made on."""
    current = request.headers.get("hx-current-url", "")
    if current:
        parts = parts_of(current)
        return safe(parts.path + (f"?{parts.query}" if parts.query else ""))
    if request.method != "GET":
        return "/"
    return safe(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def login_address(back: str = "/", *, expired: bool = False) -> str:
    given = [f"da={quote(back, safe='/')}"] if back != "/" else []
    if expired:
        given.append("scaduta=1")
    return "/accesso" + ("?" + "&".join(given) if given else "")
