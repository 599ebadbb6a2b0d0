"""The territory's rules go into the log when an installation is prepared, and again whenever the
pack has changed: who could see what, years ago, is then told by the rules of that day."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID, uuid5

from domain.case.commands import Command
from domain.log.appending import CommandRow
from domain.log.errors import Conflict
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.publishing.installing import PACK, PackRefused
from domain.reactions import recorded
from domain.territories.editions import editions_of, originator_of, read_editions
from domain.territories.events import Installed
from protocols.territory import Territory
from protocols.territory.written import write_territory
from protocols.text import Text

_COMMANDS = UUID("a8a4c0f2-7d0b-4c6e-8f4e-5b1d6f0c2f6d")
_ATTEMPTS = 8


def install_territory(recorder: CaseLogRecorder, territory: Territory, now: datetime) -> bool:
    """Record the territory's rules, unless they are the ones that the log has last.

    Raises LogUnavailable, Conflict.
    """
    mapper, originator = CaseLogMapper(), originator_of(territory.id)
    text = write_territory(territory)
    digest = hashlib.sha256(text.encode()).hexdigest()
    for _ in range(_ATTEMPTS):
        events = list(mapper.read_all(recorder.read(originator)))
        last = editions_of(events).last
        if last is not None and last.digest == digest:
            return False
        # Rules that come back are installed again: the version tells the two times apart.
        command = Command(
            command_id=uuid5(_COMMANDS, f"{territory.id}/{len(events)}/{digest}"),
            actor=PACK,
            case=originator,
        )
        body = Installed(territory.id, digest, text)
        fresh = recorded(originator, len(events), [body], command, None, now)
        row = CommandRow(command.command_id, bytes.fromhex(digest), originator)
        try:
            recorder.append([mapper.to_stored_event(event) for event in fresh], command=row)
        except Conflict:
            continue
        return True
    raise Conflict(originator)


def check_installed(recorder: CaseLogRecorder, territory: Territory) -> None:
    """Raises PackRefused where the log's last rules are others: nobody may be let in, or kept out,
    by rules that are written down nowhere. A log without any says nothing."""
    last = read_editions(recorder).last
    if last is not None and last.text != write_territory(territory):
        raise PackRefused(NOT_INSTALLED)


NOT_INSTALLED = Text(
    "Il pacchetto territoriale è cambiato (regole di accesso, ruoli, luoghi o calendari) da quando "
    "l'installazione fu preparata: eseguire «cantiere migrate», che scrive le regole nuove nel "
    "registro, e riavviare.",
    "The territory pack has changed (access policies, roles, places or calendars) since the "
    "installation was prepared: run `cantiere migrate`, which writes the new rules into the log, "
    "and restart.",
)
