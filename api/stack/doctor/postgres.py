"""The database: reachable, of this program's schema, of which kind, with read models at pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from api.stack.doctor.check import Check, guarded
from api.stack.doctor.telling import telling_checks
from domain.settings import Settings
from protocols.text import Text

_OLDEST_SERVER = 180000
_PATIENCE_SECONDS = 3.0
# Checkpoints are made every hour; a week and a day leave room for a verification every weekend.
_SEAL_WITHIN = timedelta(days=1)
_VERIFY_WITHIN = timedelta(days=8)

_REACH = Text(
    it="avviare Postgres (`cantiere up`) o correggere DATABASE_URL",
    en="start Postgres (`cantiere up`) or correct DATABASE_URL",
)
_MIGRATE = Text(
    it="portare lo schema alla versione del programma con `cantiere migrate`",
    en="bring the schema to the program's version with `cantiere migrate`",
)


def database_checks(settings: Settings) -> Iterator[Check]:
    """All that Postgres can tell; one failing check if it cannot be reached."""
    title = Text(it="Postgres", en="Postgres")
    yield from guarded("postgres", title, _REACH, lambda: _server(settings, title))


def _server(settings: Settings, title: Text) -> Iterator[Check]:
    with psycopg.connect(
        settings.database_url, connect_timeout=5, autocommit=True, row_factory=tuple_row
    ) as connection:
        number = connection.info.server_version
        yield Check(
            "postgres",
            title,
            f"{number // 10000}.{number % 10000}",
            None
            if number >= _OLDEST_SERVER
            else Text(it="serve Postgres 18 o più recente", en="Postgres 18 or newer is needed"),
        )
        schema = Text(it="schema", en="schema")
        yield from guarded("schema", schema, _MIGRATE, lambda: _schema(settings, schema))
        clock = Text(it="orologio", en="clock")
        yield from guarded("clock", clock, _MIGRATE, lambda: _clock(connection, clock))
        models = Text(it="modelli di lettura", en="read models")
        yield from guarded("projections", models, _MIGRATE, lambda: _read_models(connection))
        proof = Text(it="prova del registro", en="proof of the log")
        yield from guarded("proof", proof, _MIGRATE, lambda: _proof(connection, settings))
        notices = Text(it="avvisi", en="notices")
        yield from guarded("notices", notices, _MIGRATE, lambda: telling_checks(connection))


def _schema(settings: Settings, title: Text) -> Iterator[Check]:
    from domain.log.migrations import CASE_LOG

    found, known = CASE_LOG.current(settings.database_url), CASE_LOG.latest
    newer = Text(
        it="il database è più recente di questo programma: aggiornare Cantiere",
        en="the database is newer than this program: upgrade Cantiere",
    )
    remedy = _MIGRATE if found < known else newer if found > known else None
    yield Check("schema", title, f"{found}/{known}", remedy)


def _clock(connection: psycopg.Connection[Any], title: Text) -> Iterator[Check]:
    row = connection.execute(
        "SELECT kind, date_trunc('second', clock_timestamp() + offset_), offset_ <> '0'"
        " FROM installation, clock"
    ).fetchone()
    if row is None:
        yield Check("clock", title, "?", _MIGRATE)
        return
    kind, now, moved = row
    wrong = kind == "real" and moved
    yield Check(
        "clock",
        title,
        f"{'reale' if kind == 'real' else 'formazione'} {now.isoformat()}",
        Text(
            it="l'orologio di un'installazione reale è stato spostato: chiedere all'amministratore",
            en="the clock of a real installation has been moved: ask the administrator",
        )
        if wrong
        else None,
    )


def _read_models(connection: psycopg.Connection[Any]) -> Iterator[Check]:
    from projections.models import MODELS
    from projections.parked import parked
    from projections.positions import positions

    names = [model.name for model in MODELS]
    # No read model is made of the pack's texts: in a new installation there is nothing else.
    end = connection.execute(
        "SELECT coalesce(max(notification_id), 0) FROM stored_events"
        " WHERE topic !~ '^(protocol|territory)[.]'"
    )
    last = (end.fetchone() or (0,))[0]
    first = positions(connection, names)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    reached = first
    # behind is no illness while it moves
    while min(reached.values()) < last and reached == first and time.monotonic() < deadline:
        time.sleep(0.1)
        reached = positions(connection, names)
    lag = max(0, last - min(reached.values()))
    stuck = lag > 0 and reached == first
    yield Check(
        "projections",
        Text(it="modelli di lettura", en="read models"),
        f"{len(names)}, −{lag}" if lag else f"{len(names)}, posizione {last}",
        Text(
            it="non avanzano: controllare che il projector sia in funzione",
            en="they do not move: check that the projector is running",
        )
        if stuck
        else None,
    )
    waiting = parked(connection)
    yield Check(
        "parked",
        Text(it="eventi messi da parte", en="parked events"),
        ", ".join(sorted({f"{event.model}:{event.position}" for event in waiting})[:5]) or "0",
        Text(
            it="correggere il modello e ricostruirlo con `cantiere rebuild projections NOME`",
            en="correct the model and rebuild it with `cantiere rebuild projections NAME`",
        )
        if waiting
        else None,
    )


def _proof(connection: psycopg.Connection[Any], settings: Settings) -> Iterator[Check]:
    """Forgetting either is how an alteration stays unseen; a new installation has done neither."""
    from domain.verifying.ages import last_times

    last = last_times(connection, settings.home)
    yield Check(
        "last-checkpoint",
        Text(it="ultimo sigillo", en="last checkpoint"),
        _ago(last.sealed),
        Text(
            it="nessuno da più di un giorno: controllare che un worker sia in funzione e che lo "
            "Schedule log-checkpoint non fallisca, o farne uno con `cantiere checkpoint make`",
            en="none for more than a day: check that a worker is running and that the Schedule "
            "log-checkpoint does not fail, or make one with `cantiere checkpoint make`",
        )
        if _older(last.sealed, _SEAL_WITHIN)
        else None,
    )
    yield Check(
        "last-verification",
        Text(it="ultima verifica", en="last verification"),
        f"{_ago(last.verified)}, intera: {_ago(last.verified_fully)}",
        Text(
            it="quella di tutto il registro manca da più di otto giorni: eseguire "
            "`cantiere verify --full`",
            en="of all of the log, none for more than eight days: run `cantiere verify --full`",
        )
        if _older(last.verified_fully, _VERIFY_WITHIN)
        else None,
    )


def _older(at: datetime | None, most: timedelta) -> bool:
    return at is not None and datetime.now(UTC) - at > most


def _ago(at: datetime | None) -> str:
    if at is None:
        return "mai"
    minutes = max(0, int((datetime.now(UTC) - at).total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min fa"
    hours = minutes // 60
    return f"{hours} h fa" if hours < 48 else f"{hours // 24} giorni fa"
