"""The one door to paper: a template of this package and plain data give a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from api.reports.letters import printable

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of `templates/<template>.typ`, tagged as PDF/UA-1 asks (ISO 14289-1).

    `data`: strings, numbers, booleans, lists and mappings of these; the template finds them in
    `data`. Strings are shown as they are and never read as markup; what the fonts cannot show is
    written as its code (`[U+1F600]`). `at`: the document's date. The fonts are those that come
    with typst, so that the bytes do not depend on the machine.

    Raises FileNotFoundError for a template that there is not, typst.TypstError for data that the
    template does not fit, and for one that is not accessible (no title, no text for a picture).
    """
    path = _TEMPLATES / f"{template}.typ"
    if not path.is_file():
        raise FileNotFoundError(path.name)
    made: bytes = typst.compile(
        str(path),
        root=str(_TEMPLATES),
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
        ignore_system_fonts=True,
        format="pdf",
    )
    return made
