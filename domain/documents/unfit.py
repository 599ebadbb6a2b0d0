"""A file that may not be attached."""

from __future__ import annotations

from protocols.text import Text


class Unfit(Exception):
    """`code` is stable; message and remedy carry nothing of the content."""

    def __init__(self, code: str, message: Text, remedy: Text | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.remedy = remedy
