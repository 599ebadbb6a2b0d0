-- The protocol text each case follows: titles are taken from it.
CREATE TABLE cases (
    originator_id uuid PRIMARY KEY,
    protocol      text NOT NULL,
    version       text NOT NULL
);

-- One row for each event of a case, told in Italian and in English, with nothing personal.
CREATE TABLE entries (
    originator_id uuid        NOT NULL,
    position      bigint      PRIMARY KEY,
    version       bigint      NOT NULL,
    at            timestamptz NOT NULL,
    occurred_at   timestamptz,
    actor         text        NOT NULL,
    role          text,
    kind          text        NOT NULL,
    task          text        NOT NULL,
    step          text        NOT NULL,
    it            text        NOT NULL,
    en            text        NOT NULL
);

CREATE INDEX ON entries (originator_id, version);

-- What one person did between two dates.
CREATE INDEX ON entries (actor, at);
