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


class ErasureRequested(Body, frozen=True):
    """Somebody asks that everything personal be destroyed. `ground`: see `domain.person.erasing`;
    `why`: without anything personal, for it stays."""

    ground: str
    why: str


class ErasureDeclined(Body, frozen=True):
    """It is not done (Reg. UE 2016/679 art. 17.3)."""

    why: str


class PersonErased(Body, frozen=True):
    """The person's key is destroyed: nothing personal of theirs can be read any more, anywhere.
    `asked_by`: the staff id of who asked; who approved is the event's actor."""

    ground: str
    asked_by: str


class LegalHoldPlaced(Body, frozen=True):
    """Nothing of this person may be erased until it is lifted."""

    why: str


class LegalHoldLifted(Body, frozen=True):
    why: str
