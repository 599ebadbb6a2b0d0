"""Events of a person: who they are, kept apart from every case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from protocols.engine.events import Body


class PersonRegistered(Body, frozen=True):
    """`pseudonym` is what lists show of an anonymous person (DPR 309/1990 art. 120).

    `personal`: first_name, last_name, birth_date, tax_code, contacts, address. `sealed`: address
    and comune are shown in no list.
    """

    typed = ("pseudonym",)

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
    `why` goes with the rest."""

    typed = ("why",)

    ground: str
    why: str


class ErasureDeclined(Body, frozen=True):
    """It is not done (Reg. UE 2016/679 art. 17.3)."""

    typed = ("why",)

    why: str


class PersonErased(Body, frozen=True):
    """The person's key is destroyed: nothing personal of theirs can be read any more, anywhere.
    `asked_by`: the staff id of who asked; who approved is the event's actor."""

    ground: str
    asked_by: str


class LegalHoldPlaced(Body, frozen=True):
    """Nothing of this person may be erased until it is lifted."""

    typed = ("why",)

    why: str


class LegalHoldLifted(Body, frozen=True):
    typed = ("why",)

    why: str


class PersonReferred(Body, frozen=True):
    """Somebody already known is referred once more: `case` is the one that was opened; `sealed`:
    with an address that is protected."""

    case: str
    sealed: bool = False


class PersonCorrected(Body, frozen=True):
    """Particulars were wrong or have changed (Reg. UE 2016/679 art. 16); the earlier ones stay in
    the events before. `personal`: the new values; `removed`: those that no longer hold.
    `sex`, `birth_year`: as they are now."""

    typed = ("why",)

    sex: str = ""
    birth_year: int | None = None
    removed: tuple[str, ...] = ()
    why: str = ""
    personal: dict[str, Any] = {}


class CorrectionDeclined(Body, frozen=True):
    """Asked and not done (art. 12.4). `fields`: which."""

    typed = ("why",)

    fields: tuple[str, ...]
    why: str = ""


class MergeProposed(Body, frozen=True):
    """`by`, a staff id, thinks that `merged` is the same human being as this one."""

    typed = ("why",)

    merged: str
    by: str
    why: str = ""


class MergeDeclined(Body, frozen=True):
    """They are two."""

    typed = ("why",)

    merged: str
    why: str = ""


class PersonsMerged(Body, frozen=True):
    """`merged` is this same human being; `along`: those who had been merged into it before.
    `sealed`: one of them has a sealed address; `proposed_by`: a staff id, where a second
    approved."""

    typed = ("why",)

    merged: str
    along: tuple[str, ...] = ()
    sealed: bool = False
    proposed_by: str = ""
    why: str = ""


class MergedInto(Body, frozen=True):
    """From now on this person's cases are those of `kept`."""

    kept: str


class PersonsParted(Body, frozen=True):
    """It was a mistake: `merged`, and with it `along`, is somebody else."""

    typed = ("why",)

    merged: str
    along: tuple[str, ...] = ()
    why: str = ""


class PartedFrom(Body, frozen=True):
    """This person stands on their own again, or under `kept`, as before the merge with `of`."""

    of: str
    kept: str = ""


class ProcessingRestricted(Body, frozen=True):
    """Stored and nothing else. `ground`: a, b, c or d of Reg. UE 2016/679 art. 18.1."""

    typed = ("why",)

    ground: str
    why: str = ""


class RestrictionEased(Body, frozen=True):
    """`to`, a staff id, may work on it until that instant (art. 18.2). `ground`: consent,
    legal_claim, rights_of_others, public_interest."""

    typed = ("why",)

    to: str
    ground: str
    until: datetime
    why: str = ""


class RestrictionLifted(Body, frozen=True):
    """The person has been told (art. 18.3)."""

    typed = ("why",)

    why: str = ""
