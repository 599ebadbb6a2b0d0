"""Events of a person: who they are, kept apart from every case."""

from __future__ import annotations

from typing import Any

from protocols.engine.events import Body


class PersonRegistered(Body, frozen=True):
    """`pseudonym` is what lists show of an anonymous person (DPR 309/1990 art. 120).

    `personal`: first_name, last_name, birth_date, tax_code, contacts, address. `sealed`: address
    and comune are shown in no list.
    """

    pseudonym: str
    sex: str = ""
    birth_year: int | None = None
    anonymous: bool = False
    sealed: bool = False
    personal: dict[str, Any] = {}


class PersonNamed(Body, frozen=True):
    """The person gave a name, by their own choice; nothing earlier is rewritten."""

    personal: dict[str, Any]
    sex: str = ""
    birth_year: int | None = None
