"""Files that nothing refers to: leavings of a process that died, and what was to be destroyed."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from domain.documents.ledger import documents_in_log
from domain.documents.store import Store
from domain.log.recorder import CaseLogRecorder
from domain.refusal import Refused
from protocols.text import Text

YOUNG = timedelta(days=1)
"""What is younger may be on its way into the log."""


_SHORTER = Text(
    "Il registro è più corto del suo ultimo sigillo: mancano eventi, e dei documenti non si può "
    "dire che nessuno vi rimandi. Nulla è stato tolto.",
    "The log is shorter than its last checkpoint: events are missing, and of those documents it "
    "cannot be said that nothing refers to them. Nothing was removed.",
)
_FIRST_RESTORE = Text(
    "Ripristinare prima la copia più recente: cantiere restore.",
    "Restore the newest backup first: cantiere restore.",
)


class Swept(msgspec.Struct, frozen=True):
    """How many files were removed, their bytes, and how many were too young to tell."""

    removed: int
    size: int
    young: int


def sweep(recorder: CaseLogRecorder, store: Store, now: datetime, *, sealed: int) -> Swept:
    """Remove what no event refers to, a day after it came, and at once what was withdrawn or
    belongs to somebody who was erased. `now`: true time, as the disk has it; `sealed`: how many
    events the last checkpoint outside the database vouches for.

    Raises Refused (conflict: the log is shorter than that, so an older backup is in its place and
    it is the events that are missing), LogUnavailable, UnreadableEvent, OSError.
    """
    if sealed > recorder.last_position():
        raise Refused("conflict", "log_shorter", _SHORTER, _FIRST_RESTORE)
    # The files first: what comes meanwhile is not among them.
    files = list(store.stored())
    lines = documents_in_log(recorder)
    standing = {line.sha256 for line in lines if line.stands}
    fallen = {line.sha256 for line in lines} - standing
    removed = size = young = 0
    for file in files:
        if file.sha256 in standing:
            continue
        if file.sha256 not in fallen and now - file.at < YOUNG:
            young += 1
            continue
        if file.sha256 is None:
            store.remove_unfinished(file.name)
        else:
            store.remove(file.sha256)
        removed, size = removed + 1, size + file.size
    return Swept(removed, size, young)
