"""A file's name, as its sender gives it: kept for people to recognise, never used as a path."""

from __future__ import annotations

import re

from protocols.language.answers import text_problem
from protocols.text import Text

LONGEST = 200
"""Characters. Most file systems take 255 bytes, and a copy gets a longer one."""
LONGEST_TITLE = 300

# Besides what no text may hold: what a file system takes for something else.
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\r\n\t]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def name_problem(name: str) -> Text | None:
    """Why a name cannot be taken."""
    if not name.strip() or name.strip(". ") == "":
        return Text("serve il nome del file", "the file's name is needed")
    if problem := text_problem(name, LONGEST):
        return problem
    if _FORBIDDEN.search(name) or _DEVICE.fullmatch(name):
        return Text(
            'non è il nome di un file: togliere / \\ : * ? " < > | e simili',
            'no name of a file: remove / \\ : * ? " < > | and the like',
        )
    if name != name.strip() or name.endswith("."):
        return Text(
            "comincia o finisce con uno spazio o un punto: toglierlo",
            "it begins or ends with a space or a dot: remove it",
        )
    return None


def title_problem(title: str) -> Text | None:
    """Why a title cannot be taken; it may be empty."""
    if "\n" in title or "\r" in title:
        return Text("dev'essere di una riga", "it must be of one line")
    return text_problem(title, LONGEST_TITLE)
