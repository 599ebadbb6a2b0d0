"""The tables beside the events, which no hash covers: what was asked once, and what is only once.

A command's row must point to the events that the command wrote, and every event but the reads,
which nobody commands, must have one: else a command could be repeated. Claims to be somebody's only
open case must be those of the cases that are open. What cannot be told from the log is not checked:
a command's fingerprint and answer, which only serve whoever repeats it. Claims of keyed hashes are
told from what is sealed: `domain.person.found`.

And the log's tables must still be guarded as they were set up, and the clock of a real installation
unmoved.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from domain.conformance import Finding
from domain.log.recorder import CaseLogRecorder
from domain.proof.reading import LEAST
from domain.verifying.guards import guard_findings
from protocols.text import Text

# The id of the command is in each of its events, as it is stored.
_OTHERS = """
    SELECT coalesce(min(c.first_position), 0), count(*) FROM commands c
    LEFT JOIN stored_events f ON f.notification_id = c.first_position
    LEFT JOIN stored_events l ON l.notification_id = c.last_position
    WHERE c.first_position <= %b::bigint AND (f.state IS NULL OR l.state IS NULL
        OR c.first_position > c.last_position
        OR position(convert_to(c.command_id::text, 'UTF8') IN f.state) = 0
        OR position(convert_to(c.command_id::text, 'UTF8') IN l.state) = 0
        OR NOT EXISTS (SELECT FROM stored_events s WHERE s.originator_id = c.originator_id
            AND s.originator_version = c.version AND s.notification_id <= c.last_position))
"""
_UNCOMMANDED = """
    WITH spans AS (
        SELECT lag(last_position, 1, 0::bigint) OVER (ORDER BY first_position) AS before,
            first_position AS next
        FROM commands WHERE first_position IS NOT NULL
        UNION ALL SELECT coalesce(max(last_position), 0), least(%b::bigint, 9223372036854775806) + 1
        FROM commands WHERE first_position IS NOT NULL
    )
    SELECT coalesce(min(e.notification_id), 0), count(*) FROM spans s JOIN stored_events e
    ON e.notification_id > s.before AND e.notification_id < s.next
    WHERE s.next > s.before + 1 AND e.topic <> 'read.recorded' AND e.notification_id <= %b::bigint
"""
# The last word of a case on whether it is open, and on whom it is about.
_CLAIMS = """
    WITH ends AS (
        SELECT DISTINCT ON (originator_id) originator_id, topic FROM stored_events
        WHERE topic IN ('case.case-ended', 'case.episode-started')
        ORDER BY originator_id, originator_version DESC
    ), about AS (
        SELECT DISTINCT ON (originator_id) originator_id, notification_id, state FROM stored_events
        WHERE topic IN ('case.case-opened', 'case.person-replaced')
        ORDER BY originator_id, originator_version DESC
    ), open_ AS (
        SELECT a.originator_id, a.state FROM about a LEFT JOIN ends e USING (originator_id)
        WHERE e.topic IS DISTINCT FROM 'case.case-ended'
    ), claimed AS (
        SELECT originator_id, key FROM claims WHERE starts_with(scope, 'open-case:')
    )
    SELECT coalesce(o.originator_id, c.originator_id) FROM open_ o
    FULL JOIN claimed c USING (originator_id)
    WHERE o.originator_id IS NULL OR c.originator_id IS NULL OR octet_length(c.key) <> 16
        OR position(convert_to(encode(c.key, 'hex')::uuid::text, 'UTF8') IN o.state) = 0
    ORDER BY 1 LIMIT 100
"""
_MOVED = """
    SELECT NOT EXISTS (SELECT FROM clock) OR EXISTS (SELECT FROM clock, installation
        WHERE installation.kind = 'real' AND clock.offset_ <> interval '0')
"""


def ledger_findings(recorder: CaseLogRecorder, until: int) -> Iterator[Finding]:
    """Of the log up to position ``until``. Raises LogUnavailable."""
    yield from guard_findings(recorder)
    if recorder.rows(_MOVED)[0][0]:
        yield Finding(LEAST, 0, "clock_moved", _CLOCK)
    first, count = recorder.rows(_OTHERS, (until,))[0]
    if count:
        yield Finding(LEAST, first, "command_altered", _altered(first, count))
    first, count = recorder.rows(_UNCOMMANDED, (until, until))[0]
    if count:
        yield Finding(LEAST, first, "command_missing", _missing(first, count))
    for (case,) in recorder.rows(_CLAIMS):
        yield Finding(case or UUID(int=0), 0, "claim", _CLAIM)


def _altered(first: int, count: int) -> Text:
    return Text(
        f"Il comando registrato per l'evento {first} non è quello che lo scrisse ({count} in "
        "tutto nella tabella commands).",
        f"The command recorded for event {first} is not the one that wrote it ({count} in all in "
        "the table commands).",
    )


def _missing(first: int, count: int) -> Text:
    return Text(
        f"Dell'evento {first} manca il comando nella tabella commands ({count} eventi in tutto): "
        "potrebbe essere ripetuto, o l'evento non viene da un comando.",
        f"The command of event {first} is missing in the table commands ({count} events in all): "
        "it could be repeated, or the event comes from no command.",
    )


_CLAIM = Text(
    "La tabella claims non dice di questo caso ciò che dice il registro: se è aperto, e di chi.",
    "The table claims does not say of this case what the log says: whether it is open, and whose.",
)
_CLOCK = Text(
    "L'orologio di un'installazione reale è stato spostato (tabella clock).",
    "The clock of a real installation was moved (table clock).",
)
