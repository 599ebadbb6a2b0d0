-- Who is using the pages, and what they had typed. Real time throughout. Nothing here is a fact
-- about a case: all of it may be lost, and people log in again.

-- id: sha256 of the cookie's value, which is kept nowhere. acting: `role scope` chosen in the role
-- switcher, empty for all. flash: messages for the next page, [[kind, it, en], …]. A session that
-- has ended keeps its row for a while, so that what was typed too late can be given back.
CREATE TABLE web_sessions (
    id         bytea       PRIMARY KEY,
    number     uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    person     text        NOT NULL,
    language   text        NOT NULL DEFAULT 'it' CHECK (language IN ('it', 'en')),
    acting     text        NOT NULL DEFAULT '',
    browser    text        NOT NULL DEFAULT '',
    flash      jsonb,
    begun_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);

CREATE INDEX web_sessions_person_idx ON web_sessions (person);
CREATE INDEX web_sessions_seen_idx ON web_sessions (seen_at);

-- What somebody has typed and not sent. about: what it is for, as `task <case>:<task>`. sealed:
-- encrypted by the key of the person it is about (subject), or by the installation's own where
-- there is no such person yet.
CREATE TABLE web_drafts (
    person     text        NOT NULL,
    about      text        NOT NULL,
    subject    uuid,
    sealed     bytea       NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person, about)
);

CREATE INDEX web_drafts_at_idx ON web_drafts (at);

-- How often something was asked for in a window of time; key is a keyed hash, never an address.
CREATE UNLOGGED TABLE web_limits (
    key        bytea       NOT NULL,
    window_at  timestamptz NOT NULL,
    times      integer     NOT NULL,
    PRIMARY KEY (key, window_at)
);

CREATE INDEX web_limits_window_idx ON web_limits (window_at);

-- Codes of the local issuer of training installations, each good for one exchange (RFC 6749 § 4.1).
CREATE UNLOGGED TABLE web_issuer_codes (
    code       bytea       PRIMARY KEY,
    person     text        NOT NULL,
    redirect   text        NOT NULL,
    challenge  text        NOT NULL,
    nonce      text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
