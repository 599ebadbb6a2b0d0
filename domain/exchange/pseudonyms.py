"""Names for those who must not be named: keyed, so that only this installation could find them
again, and the same in every export of it."""

from __future__ import annotations

import hashlib
import hmac

from domain.secret import derive

_PURPOSE = "cantiere/export/pseudonyms/v1"


class Pseudonyms:
    """`secret`: the installation's; None leaves ids as they are (`--identified`)."""

    def __init__(self, secret: bytes | None) -> None:
        self._key = derive(secret, _PURPOSE) if secret is not None else None
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str) -> str:
        """One for a thing of this kind (`case`, `person`, `actor`, `host`); the machine, which is
        nobody, keeps its name."""
        if self._key is None or not name or name.startswith("system:"):
            return name
        known = self._known.get((kind, name))
        if known is None:
            text = f"{kind}\0{name}".encode()
            known = f"{kind}-{hmac.new(self._key, text, hashlib.sha256).hexdigest()[:20]}"
            if len(self._known) < 10_000:
                self._known[kind, name] = known
        return known
