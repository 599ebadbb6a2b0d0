"""The minutes of a conference, to be signed and filed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from api.web.case.page import Header
from api.web.case.seen import Seen
from api.web.conference.gathering import Decision, Expected, Meeting, Needed
from api.web.forms.paper import as_pdf, day_said, moment_said, on_paper, printed_by
from api.web.task.known import Knowledge
from api.web.task.paper import side_by_side
from api.web.words import conference as words


def minutes(
    seen: Seen,
    header: Header,
    decision: Decision,
    meeting: Meeting,
    known: Knowledge,
    follows: Sequence[Decision],
) -> Response:
    """In Italian, tagged. `follows`: what came of it in the same stage, as the countersignature
    with its dissent. What the reader may not see is named by its category."""
    territory = seen.desk.door.service.territory
    now = seen.desk.door.service.clock.now()
    held = [(words.HELD_ON, day_said(decision.held_on))] if decision.held_on else []
    facts = [
        (words.PERSON, header.who or "–"),
        (words.CASE_NUMBER, str(seen.case)),
        *held,
        (words.DECISION_ROW, decision.outcome.it if decision.outcome else decision.title.it),
        (words.RECORDED_ROW, f"{decision.by}, {moment_said(decision.at, territory)}"),
        (words.EXPECTED, "\n".join(map(_expected, meeting.expected)) or "–"),
    ]
    facts += [(words.QUORUM_ROW, each.said.it) for each in meeting.quorum]
    sections = [
        {"title": words.WHAT_WAS_SAID, "answers": [on_paper(each) for each in decision.answers]},
        {"title": words.NEEDED_FIRST, "answers": [_needed(each) for each in meeting.needed]},
    ]
    if follows:
        answers = [_followed(each, moment_said(each.at, territory)) for each in follows]
        sections.append({"title": words.AFTER_IT, "answers": answers})
    data = {
        "title": words.MINUTES_TITLE,
        "subtitle": seen.plan.protocol.title.it,
        "office": territory.title.it,
        "footer": printed_by(seen.desk, header.number, now),
        "facts": facts,
        "sections": [each for each in sections if each["answers"]],
        "compared": [side_by_side(each) for each in known.compared],
        "signatures_title": words.SIGNATURES,
        "signatures": [(each.member.name, _seats(each)) for each in meeting.expected]
        or [(decision.by, "")],
    }
    return as_pdf("record", data, now, f"{header.number}-verbale")


def _expected(expected: Expected) -> str:
    """Who, in which role, and what was reported of them: that they were absent, say."""
    said = [expected.member.name, _seats(expected), *(title.it for title, _ in expected.absences)]
    return ", ".join(filter(None, said))


def _seats(expected: Expected) -> str:
    return ", ".join(dict.fromkeys(seat.title.it for seat in expected.member.seats))


def _needed(needed: Needed) -> dict[str, Any]:
    text = words.STATUS[needed.status].it
    if needed.asked:
        text += f": {words.OF_SEVERAL.it.format(n=needed.given, all=needed.asked)}"
    if needed.missing:
        text += f". {words.NOT_YET_FROM.it.format(names=', '.join(needed.missing))}"
    return {"title": needed.title.it, "text": text, "parts": [], "rows": []}


def _followed(decision: Decision, when: str) -> dict[str, Any]:
    said = [decision.outcome.it] if decision.outcome else []
    return {
        "title": decision.title.it,
        "text": ", ".join([*said, decision.by, when]),
        "parts": [on_paper(each) for each in decision.answers],
        "rows": [],
    }
