"""The rows beside the events, made from the events alone, for logs that tests put together."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor

# One row a command; its subject is the first originator that it wrote of.
_COMMANDS = """
    INSERT INTO commands
        (command_id, fingerprint, originator_id, first_position, last_position, version)
    SELECT command, '', subject, first, last,
        (SELECT max(originator_version) FROM stored_events
         WHERE originator_id = subject AND notification_id BETWEEN first AND last)
    FROM (
        SELECT (convert_from(state, 'UTF8')::json ->> 'cmd')::uuid AS command,
            min(notification_id) AS first, max(notification_id) AS last,
            (array_agg(originator_id ORDER BY notification_id))[1] AS subject
        FROM stored_events WHERE topic <> 'read.recorded' GROUP BY 1
    ) AS of_events
    ON CONFLICT DO NOTHING
"""
_CLAIMS = """
    INSERT INTO claims (scope, key, originator_id)
    SELECT 'open-case:' || protocol, uuid_send(coalesce(replaced, person)::uuid), case_
    FROM (
        SELECT e.originator_id AS case_,
            convert_from(e.state, 'UTF8')::json -> 'body' ->> 'protocol' AS protocol,
            convert_from(e.state, 'UTF8')::json -> 'body' ->> 'person' AS person,
            (SELECT convert_from(r.state, 'UTF8')::json -> 'body' ->> 'person' FROM stored_events r
             WHERE r.originator_id = e.originator_id AND r.topic = 'case.person-replaced'
             ORDER BY r.originator_version DESC LIMIT 1) AS replaced,
            (SELECT x.topic FROM stored_events x WHERE x.originator_id = e.originator_id
             AND x.topic IN ('case.case-ended', 'case.episode-started')
             ORDER BY x.originator_version DESC LIMIT 1) AS last
        FROM stored_events e WHERE e.topic = 'case.case-opened' AND e.originator_version = 1
    ) AS cases WHERE last IS DISTINCT FROM 'case.case-ended'
"""


def make_rows_beside(cursor: Cursor[Any]) -> None:
    """Commands that are missing, and the claims of the cases that are open."""
    cursor.execute(_COMMANDS)
    cursor.execute("DELETE FROM claims WHERE starts_with(scope, 'open-case:')")
    cursor.execute(_CLAIMS)
