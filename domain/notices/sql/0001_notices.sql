-- What people have been told, and the mails that say so. Derived from the log as it comes in, and
-- never again: all of it may be lost, and nobody is told twice of the past. Nothing personal.

-- How far in the log people have been told. What was there before is nobody's news.
CREATE TABLE notices_position (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    position bigint  NOT NULL
);

INSERT INTO notices_position (position)
SELECT coalesce(max(notification_id), 0) FROM stored_events;

-- position: of the event that is told of; one event tells a person one thing. at: when it was
-- recorded, on the application's clock; read_at: real time.
CREATE TABLE notices (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person   text        NOT NULL,
    position bigint      NOT NULL,
    kind     text        NOT NULL,
    case_id  uuid        NOT NULL,
    task     text        NOT NULL,
    step     text        NOT NULL,
    protocol text        NOT NULL,
    version  text        NOT NULL,
    at       timestamptz NOT NULL,
    read_at  timestamptz,
    UNIQUE (person, position)
);

CREATE INDEX notices_person_idx ON notices (person, id DESC);
CREATE INDEX notices_unread_idx ON notices (person) WHERE read_at IS NULL;

-- Mails to be sent, and what came of them. about: `notice <position>` or `digest <day>`; a person
-- has one mail about a thing. message_id: the same at every attempt (RFC 5322 § 3.6.4). problem: a
-- class of fault or a reply code, never words. Addresses are not kept here. Real time.
CREATE TABLE notice_mails (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person     text        NOT NULL,
    about      text        NOT NULL,
    case_id    uuid,
    message_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    state      text        NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts   integer     NOT NULL DEFAULT 0,
    problem    text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    UNIQUE (person, about)
);

CREATE INDEX notice_mails_next_idx ON notice_mails (next_at) WHERE state = 'waiting';
CREATE INDEX notice_mails_failed_idx ON notice_mails (person, ended_at) WHERE state = 'failed';
CREATE INDEX notice_mails_case_idx ON notice_mails (case_id) WHERE state = 'waiting';

-- mail: which notices are mailed at once. digest: hour of the day (in the territory) at which one
-- mail says how many wait, NULL for none. Who has no row has the defaults.
CREATE TABLE notice_preferences (
    person text     PRIMARY KEY,
    mail   text     NOT NULL CHECK (mail IN ('each', 'important', 'never')),
    digest smallint CHECK (digest BETWEEN 0 AND 23)
);

-- hash: sha256 of the secret in the address of somebody's calendar; the secret is kept nowhere.
CREATE TABLE calendar_tokens (
    person  text        PRIMARY KEY,
    hash    bytea       NOT NULL UNIQUE,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at timestamptz
);
