-- One row for each case. open_tasks, and the titles of their steps, in the order of opening.
CREATE TABLE cases (
    originator_id uuid        PRIMARY KEY,
    protocol      text        NOT NULL,
    version       text        NOT NULL,
    person        uuid        NOT NULL,
    source        text        NOT NULL,
    service       text        NOT NULL,
    comune        text        NOT NULL,
    district      bigint      NOT NULL,
    referred_on   date        NOT NULL,
    opened_at     timestamptz NOT NULL,
    episode       bigint      NOT NULL,
    episode_at    timestamptz NOT NULL,
    state         text        NOT NULL CHECK (state IN ('open', 'ended')),
    stage         text        NOT NULL,
    stage_it      text        NOT NULL,
    stage_en      text        NOT NULL,
    ended_at      timestamptz,
    reason        text        NOT NULL,
    silent        boolean     NOT NULL,
    result        text        NOT NULL,
    anonymous     boolean     NOT NULL,
    sealed        boolean     NOT NULL,
    restricted    boolean     NOT NULL,
    stored_only   boolean     NOT NULL,
    paused        text[]      NOT NULL,
    open_tasks    text[]      NOT NULL,
    next_it       text[]      NOT NULL,
    next_en       text[]      NOT NULL,
    exceptions    bigint      NOT NULL,
    event_count   bigint      NOT NULL,
    last_at       timestamptz NOT NULL,
    last_position bigint      NOT NULL
);

CREATE INDEX ON cases (person);
CREATE INDEX ON cases (district, state);
CREATE INDEX ON cases (opened_at DESC, originator_id);
