-- The case of each task, as far as a list of tasks shows or filters it.
CREATE TABLE cases (
    originator_id uuid     PRIMARY KEY,
    protocol      text     NOT NULL,
    version       text     NOT NULL,
    episode       bigint   NOT NULL,
    person        text     NOT NULL,
    source        text     NOT NULL,
    service       text     NOT NULL,
    comune        text     NOT NULL,
    district      bigint   NOT NULL,
    sealed        boolean  NOT NULL,
    restricted    boolean  NOT NULL,
    stored_only   boolean  NOT NULL,
    paused        text[]   NOT NULL,
    case_manager  text     NOT NULL
);

CREATE INDEX ON cases (district);
CREATE INDEX ON cases (case_manager) WHERE case_manager <> '';

-- Tasks that are open. holders and called hold "role scope": who may act, who was called in.
-- given_by: who gave the task to whoever has it, '' where they took it themselves.
CREATE TABLE tasks (
    originator_id uuid        NOT NULL,
    task          text        NOT NULL,
    step          text        NOT NULL,
    instance      text        NOT NULL,
    round         bigint      NOT NULL,
    title_it      text        NOT NULL,
    title_en      text        NOT NULL,
    stage         text        NOT NULL,
    role          text        NOT NULL,
    scope         text        NOT NULL,
    deputy        text        NOT NULL,
    assignee      text        NOT NULL,
    claimed_by    text        NOT NULL,
    automation    text        NOT NULL,
    priority      bigint      NOT NULL,
    due           timestamptz,
    opened_at     timestamptz NOT NULL,
    rung          bigint      NOT NULL,
    reminded      boolean     NOT NULL,
    ignores_pause boolean     NOT NULL,
    holders       text[]      NOT NULL,
    called        text[]      NOT NULL,
    given_by      text        NOT NULL,
    PRIMARY KEY (originator_id, task)
);

CREATE INDEX ON tasks USING gin (holders);
CREATE INDEX ON tasks USING gin (called);
CREATE INDEX ON tasks (assignee) WHERE assignee <> '';
CREATE INDEX ON tasks (claimed_by) WHERE claimed_by <> '';
CREATE INDEX ON tasks (given_by) WHERE given_by <> '';
CREATE INDEX ON tasks ((-priority), (coalesce(due, 'infinity')), originator_id, task);

-- Questions between those who work on a case; asked_to is a staff id or a scope.
CREATE TABLE questions (
    originator_id uuid        NOT NULL,
    note          text        NOT NULL,
    asked_by      text        NOT NULL,
    asked_to      text        NOT NULL,
    task          text        NOT NULL,
    asked_at      timestamptz NOT NULL,
    PRIMARY KEY (originator_id, note)
);

CREATE INDEX ON questions (asked_to);
CREATE INDEX ON questions (asked_by);
