"""What is typed and not sent: kept sealed, its author's own, gone with the person it is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from starlette.datastructures import FormData

from api.http.problems import Problem
from api.web.drafts import Typing, typing_of

FIELDS = [("note", "Vive con la madre"), ("need", "work"), ("need", "housing")]


@pytest.fixture
def drafts(installation: Any) -> Any:
    return installation.app.state.pages.state.drafts


def stored(installation: Any, about: str) -> bytes:
    with psycopg.connect(installation.database_url) as connection:
        row = connection.execute(
            "SELECT sealed FROM web_drafts WHERE about = %s", (about,)
        ).fetchone()
    assert row is not None
    return bytes(row[0])


def person_of(installation: Any, name: str) -> UUID:
    opened = installation.service.state(UUID(installation.cases[name])).opened
    return UUID(opened.person)


def test_a_draft_comes_back_as_it_was_and_is_not_readable_where_it_is_kept(
    installation: Any, drafts: Any
) -> None:
    subject = person_of(installation, "triaged")
    drafts.save("mr-melzo-1", "task a:b", [("note", "prima")], subject)
    drafts.save("mr-melzo-1", "task a:b", FIELDS, subject)
    found = drafts.find("mr-melzo-1", "task a:b")
    assert found.fields == FIELDS
    assert found.values() == {"note": ["Vive con la madre"], "need": ["work", "housing"]}
    assert b"madre" not in stored(installation, "task a:b")
    assert [about for about, _ in drafts.listed("mr-melzo-1", "task ")] == ["task a:b"]
    assert drafts.listed("mr-melzo-1", "task_") == []


def test_a_draft_is_its_author_s_alone_and_cannot_be_moved_to_another(
    installation: Any, drafts: Any
) -> None:
    drafts.save("mr-melzo-1", "mine", FIELDS)
    assert drafts.find("dr-5", "mine") is None
    installation.run("UPDATE web_drafts SET person = 'dr-5' WHERE about = 'mine'")
    assert drafts.find("dr-5", "mine") is None


def test_what_a_page_sent_earlier_and_comes_later_takes_no_draft_s_place(drafts: Any) -> None:
    late = [("note", "prima")]
    drafts.save("mr-melzo-1", "order", FIELDS, typing=Typing("one", 1700000000002))
    drafts.save("mr-melzo-1", "order", late, typing=Typing("one", 1700000000001))
    assert drafts.find("mr-melzo-1", "order").fields == FIELDS
    # Another showing of the form, on a computer whose clock is behind, is another typing.
    drafts.save("mr-melzo-1", "order", late, typing=Typing("two", 1600000000000))
    assert drafts.find("mr-melzo-1", "order").fields == late
    drafts.save("mr-melzo-1", "order", FIELDS)
    assert drafts.find("mr-melzo-1", "order").fields == FIELDS


@pytest.mark.parametrize("nth", ["", "-1", "9" * 16, "²", "1;DROP"])
def test_a_form_that_says_nonsense_of_its_typing_says_nothing(nth: str) -> None:
    assert typing_of(FormData([("_pagina", "p"), ("_nth", nth)])) == Typing()
    assert typing_of(FormData([("_pagina", "p"), ("_nth", "12")])) == Typing("p", 12)


def test_a_draft_goes_with_the_person_s_key(installation: Any, drafts: Any) -> None:
    subject = person_of(installation, "team")
    drafts.save("mr-melzo-1", "task c:d", FIELDS, subject)
    installation.service.vault.destroy(subject)
    assert drafts.find("mr-melzo-1", "task c:d") is None
    with pytest.raises(Problem) as caught:
        drafts.save("mr-melzo-1", "task c:d", FIELDS, subject)
    assert caught.value.code == "person_erased"


def test_a_draft_that_is_dropped_old_or_too_large_is_not_kept(
    installation: Any, drafts: Any
) -> None:
    drafts.save("mr-melzo-1", "old", FIELDS)
    installation.run("UPDATE web_drafts SET at = at - interval '31 days' WHERE about = 'old'")
    drafts.save("mr-melzo-1", "new", FIELDS)
    assert drafts.find("mr-melzo-1", "old") is None
    drafts.drop("mr-melzo-1", "new")
    assert drafts.find("mr-melzo-1", "new") is None
    with pytest.raises(Problem) as caught:
        drafts.save("mr-melzo-1", "large", [("x", "a" * 1_000_001)])
    assert caught.value.status == 413
