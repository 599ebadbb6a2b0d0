-- Tasks that wait for the clock, or are open under a deadline. rung: the next one of the ladder.
CREATE TABLE tasks (
    originator_id uuid          NOT NULL,
    task          text          NOT NULL,
    step          text          NOT NULL,
    status        text          NOT NULL CHECK (status IN ('scheduled', 'open')),
    opens_at      timestamptz,
    due           timestamptz,
    remind        timestamptz,
    rung          bigint        NOT NULL,
    rung_at       timestamptz[] NOT NULL,
    rung_role     text[]        NOT NULL,
    rung_scope    text[]        NOT NULL,
    ignores_pause boolean       NOT NULL,
    PRIMARY KEY (originator_id, task)
);

CREATE INDEX ON tasks (due) WHERE due IS NOT NULL;

-- The nearest thing due in each case, and what it is; null while clocks stand or nothing is due.
CREATE TABLE cases (
    originator_id uuid   PRIMARY KEY,
    paused        text[] NOT NULL,
    next_at       timestamptz,
    next_kind     text   NOT NULL,
    next_task     text   NOT NULL
);

CREATE INDEX ON cases (next_at) WHERE next_at IS NOT NULL;
