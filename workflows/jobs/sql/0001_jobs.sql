-- What designers asked to have computed, how far it is, and what came of it. Derived from protocol
-- texts: it may be lost at any time, and is removed when it expires.

-- request: JSON (a job's texts may be too large for Temporal). fingerprint: sha256 of the words in
-- which it was put. progress: 0 to 1. doing and problem: {"it": …, "en": …}. runner: the attempt
-- that may write; a second one takes the job over from a first that was believed dead. told:
-- Temporal knows of it.
CREATE TABLE jobs (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('check', 'diff', 'simulate')),
    asked_by    text        NOT NULL,
    request     bytea       NOT NULL,
    fingerprint bytea       NOT NULL,
    state       text        NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    progress    real        NOT NULL DEFAULT 0,
    doing       jsonb,
    problem     jsonb,
    told        boolean     NOT NULL DEFAULT false,
    attempts    integer     NOT NULL DEFAULT 0,
    runner      uuid,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    touched_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at  timestamptz,
    ended_at    timestamptz,
    expires_at  timestamptz NOT NULL
);

CREATE INDEX jobs_asked_by_idx ON jobs (asked_by, asked_at DESC);
CREATE INDEX jobs_expires_at_idx ON jobs (expires_at);

-- What came of a job: results outgrow what Temporal takes (2 MB), so they stay here.
CREATE TABLE job_files (
    job        uuid  NOT NULL REFERENCES jobs ON DELETE CASCADE,
    name       text  NOT NULL,
    media_type text  NOT NULL,
    body       bytea NOT NULL,
    PRIMARY KEY (job, name)
);
