"""Whether all positions are there, and every command that was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conformance import Finding
from domain.log.recorder import CaseLogRecorder
from domain.proof.reading import LEAST
from protocols.text import Text

_COUNT = """
    SELECT count(*), coalesce(min(notification_id), 1), coalesce(max(notification_id), 0),
        (SELECT coalesce(max(last_position), 0) FROM commands WHERE first_position IS NOT NULL),
        (SELECT count(*) FROM stored_events
         WHERE notification_id IS NULL OR originator_id IS NULL)
    FROM stored_events WHERE notification_id <= %b
"""


def count_and_gaps(recorder: CaseLogRecorder, until: int) -> tuple[int, list[Finding]]:
    """How many events there are, and whether positions run from 1 without a gap, as far as commands
    have been acknowledged."""
    count, first, last, acknowledged, placeless = recorder.rows(_COUNT, (until,))[0]
    found = list(_gaps(recorder, count, first, last, acknowledged))
    if placeless:
        found.append(
            Finding(
                LEAST,
                0,
                "placeless",
                Text(
                    f"{placeless} righe del registro sono senza posizione o senza caso: non le ha "
                    "scritte il programma.",
                    f"{placeless} rows of the log have no position or no case: the program did not "
                    "write them.",
                ),
            )
        )
    return count, found


def _gaps(
    recorder: CaseLogRecorder, count: int, first: int, last: int, acknowledged: int
) -> Iterator[Finding]:
    if first != 1 or last != count:
        yield Finding(
            LEAST,
            0,
            "gap",
            Text(
                f"Le posizioni vanno da {first} a {last}, ma gli eventi sono {count}.",
                f"Positions go from {first} to {last}, but there are {count} events.",
            ),
        )
    # More may have been acknowledged while this was asked; that is in the log by now.
    if acknowledged > last and acknowledged > recorder.last_position():
        yield Finding(
            LEAST,
            last,
            "tail",
            Text(
                f"Sono stati confermati comandi fino all'evento {acknowledged}, ma il registro "
                f"finisce al {last}.",
                f"Commands were acknowledged up to event {acknowledged}, but the log ends at "
                f"{last}.",
            ),
        )
