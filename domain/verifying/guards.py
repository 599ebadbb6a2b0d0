"""Whether the log's tables and functions are still those that its migrations made.

Who owns the database can put a trigger aside, and can also leave it standing over a function that
no longer refuses anything. So everything that guards the log is described in words that do not
depend on Postgres' version, and each description's hash is compared with the one kept here; what
may be added without harm, such as an index that speeds up a question, is not part of it. After a
migration that changes one of them, `descriptions` of a new database says what to write here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from domain.conformance import Finding
from domain.log.recorder import CaseLogRecorder
from domain.proof.reading import LEAST
from protocols.text import Text

GUARDS = {
    "stored_events": "76f8a1fc301e5bbe",
    "commands": "3dd893ad3dee7af6",
    "claims": "ab1cfee8ff9605df",
    "checkpoints": "9d314126449ebc2e",
    "tree_tiles": "54b79452949a94f1",
    "vault_keys": "c6e4aa09c4298a36",
    "installation": "cd4450ad94ddd2cd",
    "clock": "c59e3f30278e338f",
    "append_events()": "b12910a15e2a3d39",
    "event_hash()": "a3aaeb0cd3bfcd57",
    "refuse_change()": "a08cc5fb89ab8423",
    "guard_vault()": "46d9c82e65ee76e0",
    "guard_installation()": "05a76b52e039d05b",
    "guard_clock()": "fd0dce2c3a05b352",
}
"""By table or function: the first 16 hex digits of the SHA-256 of its description."""

# A table's columns, keys and checks, triggers; and what must not be there: row security, rules,
# tables that inherit, another kind of relation or another schema in its place.
_TABLES = """
    SELECT t.name, concat_ws(' | ', c.relkind, c.relnamespace = l.relnamespace,
        c.relrowsecurity, c.relforcerowsecurity, c.relhasrules, c.relpersistence,
        EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)),
        (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                a.attnotnull, a.atthasdef, a.attgenerated, a.attidentity), ', ' ORDER BY a.attname)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT string_agg(concat_ws(' ', s.contype, s.convalidated, CASE WHEN s.contype = 'c'
                THEN pg_get_constraintdef(s.oid) ELSE (
                    SELECT string_agg(a.attname, ' ' ORDER BY k.n)
                    FROM unnest(s.conkey) WITH ORDINALITY k (attnum, n)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) END),
            ', ' ORDER BY s.conname)
         FROM pg_constraint s WHERE s.conrelid = c.oid AND s.contype IN ('p', 'u', 'c')),
        (SELECT string_agg(concat_ws(' ', s.relname, i.indisvalid, i.indimmediate), ', '
            ORDER BY s.relname)
         FROM pg_index i JOIN pg_class s ON s.oid = i.indexrelid
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL),
        (SELECT string_agg(concat_ws(' ', g.tgname, p.proname, g.tgtype, g.tgenabled IN ('O', 'A'),
            g.tgqual IS NULL, g.tgattr = ''), ', ' ORDER BY g.tgname)
         FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
         WHERE g.tgrelid = c.oid AND NOT g.tgisinternal))
    FROM unnest(%b::text[]) AS t (name)
    LEFT JOIN pg_class c ON c.oid = to_regclass(t.name)
    LEFT JOIN pg_class l ON l.oid = to_regclass('stored_events')
"""
_FUNCTIONS = """
    SELECT f.name, (SELECT string_agg(concat_ws(' | ', pg_get_function_arguments(p.oid),
            p.provolatile, p.proisstrict, p.prosecdef, p.proconfig, p.prosrc), ' & '
            ORDER BY p.oid)
        FROM pg_proc p WHERE p.proname = f.name AND pg_function_is_visible(p.oid))
    FROM unnest(%b::text[]) AS f (name)
"""
_TRIGGERS_FIRE = "SELECT current_setting('session_replication_role') <> 'replica'"


def guard_findings(recorder: CaseLogRecorder) -> Iterator[Finding]:
    """Raises LogUnavailable."""
    found = descriptions(recorder)
    for name in (name for name, kept in GUARDS.items() if found[name] != kept):
        yield Finding(LEAST, 0, "unguarded", _unguarded(name))
    if not recorder.rows(_TRIGGERS_FIRE)[0][0]:
        yield Finding(LEAST, 0, "unguarded", _unguarded("session_replication_role"))


def descriptions(recorder: CaseLogRecorder) -> dict[str, str]:
    """What `GUARDS` holds, of this database. Raises LogUnavailable."""
    tables = [name for name in GUARDS if not name.endswith("()")]
    functions = [name.removesuffix("()") for name in GUARDS if name.endswith("()")]
    found = {name: _hash(text) for name, text in recorder.rows(_TABLES, (tables,))}
    return found | {
        f"{name}()": _hash(text) for name, text in recorder.rows(_FUNCTIONS, (functions,))
    }


def _hash(description: str | None) -> str:
    return hashlib.sha256((description or "").encode()).hexdigest()[:16]


def _unguarded(name: str) -> Text:
    return Text(
        f"«{name}» nella base di dati non è più come fu creato (colonne, vincoli, indici, trigger, "
        "regole o testo della funzione): il registro non è più protetto, cercare chi l'ha "
        "cambiato.",
        f"“{name}” in the database is no longer as it was made (columns, constraints, indexes, "
        "triggers, rules, or the function's text): the log is no longer guarded, find out who "
        "changed it.",
    )
