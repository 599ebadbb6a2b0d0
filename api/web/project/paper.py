"""A version of a project on paper, to be signed by both sides and filed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.web.case.page import Header
from api.web.case.seen import Seen
from api.web.forms.paper import (
    as_pdf,
    day_said,
    moment_said,
    on_paper,
    printed_by,
    row_said,
    said,
)
from api.web.forms.told import Told
from api.web.project.difference import Change
from api.web.project.versions import Version
from api.web.words import project as words


def pdf(seen: Seen, header: Header, version: Version) -> Response:
    """In Italian, tagged. What the reader may not see is named by its category."""
    territory = seen.desk.door.service.territory
    now = seen.desk.door.service.clock.now()
    data = {
        "title": words.TITLE.it,
        "subtitle": seen.plan.protocol.title.it,
        "office": territory.title.it,
        "footer": printed_by(seen.desk, header.number, now),
        "facts": _facts(seen, header, version),
        "sections": _sections(version),
        "compared": [_changes(version)] if version.changes else [],
        "signatures_title": words.SIGNATURES,
        # A version that was signed says by whom and when: it asks for no second signature.
        "signatures": [(each, "") for each in _TO_SIGN] if version.signature is None else [],
    }
    return as_pdf("record", data, now, f"{header.number}-{version.number}")


_TO_SIGN = (words.PLACE_AND_DAY, words.PERSON_SIGNS, words.OPERATOR_SIGNS)


def _facts(seen: Seen, header: Header, version: Version) -> list[tuple[str, str]]:
    territory = seen.desk.door.service.territory
    found = [
        (words.PERSON, header.who or "–"),
        (words.CASE_NUMBER, str(seen.case)),
        (words.VERSION_ROW, f"{version.number}, {version.title.it}"),
        (words.WRITTEN_ROW, f"{moment_said(version.at, territory)} ({version.by})"),
    ]
    if (signature := version.signature) is None:
        return found
    who = f"{', '.join(signature.by)}, {moment_said(signature.at, territory)}"
    found += [(words.SIGNED_ROW, day_said(signature.on)), (words.CONFIRMED_ROW, who)]
    names = [each.title or each.name for each in signature.documents]
    listed = ", ".join(name for name in names if isinstance(name, str))
    return [*found, (words.PAPER_ROW, listed)] if listed else found


def _sections(version: Version) -> list[dict[str, Any]]:
    found = [{"title": words.CONTENT, "answers": [on_paper(each) for each in version.answers]}]
    if version.remarks:
        remarks = [on_paper(each) for each in version.remarks]
        found.append({"title": words.REMARKS.it, "answers": remarks})
    return found


def _changes(version: Version) -> dict[str, Any]:
    return {
        "title": words.CHANGED_FROM.it.format(n=version.number - 1),
        "heads": [words.FIELD.it, words.BEFORE.it, words.AFTER.it],
        "rows": [row for change in version.changes for row in _rows(change)],
        "missing": "",
    }


def _rows(change: Change) -> list[list[str]]:
    if change.rows:
        return [
            [
                f"{change.title.it} ({words.KIND[row.kind].it})",
                row_said(row.before) or "–",
                row_said(row.after) or "–",
            ]
            for row in change.rows
        ]
    return [[change.title.it, _one(change.before), _one(change.after)]]


def _one(told: Told | None) -> str:
    if told is None:
        return "–"
    parts = [said(told), *(row_said(row) for row in told.rows)]
    return "\n".join(filter(None, [*parts, *(said(each) for each in told.parts)])) or "–"
