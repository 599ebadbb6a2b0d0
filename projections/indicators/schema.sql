-- Where a case stands, as far as figures need it. comune only tells the calendar of working days.
CREATE TABLE cases (
    originator_id uuid    PRIMARY KEY,
    protocol      text    NOT NULL,
    version       text    NOT NULL,
    person        uuid    NOT NULL,
    source        text    NOT NULL,
    service       text    NOT NULL,
    comune        text    NOT NULL,
    district      bigint  NOT NULL,
    episode       bigint  NOT NULL,
    placements    bigint  NOT NULL,
    paused        text[]  NOT NULL,
    paused_at     timestamptz
);

-- One row for each episode: when it reached what, for the first time. district: when it began.
CREATE TABLE episodes (
    originator_id uuid        NOT NULL,
    episode       bigint      NOT NULL,
    protocol      text        NOT NULL,
    version       text        NOT NULL,
    person        uuid        NOT NULL,
    source        text        NOT NULL,
    service       text        NOT NULL,
    district      bigint      NOT NULL,
    started_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    reason        text        NOT NULL,
    contract      text        NOT NULL,
    silent        boolean     NOT NULL,
    need          text        NOT NULL,
    decision      text        NOT NULL,
    triaged_at    timestamptz,
    authorised_at timestamptz,
    refused_at    timestamptz,
    withdrawn_at  timestamptz,
    team_at       timestamptz,
    assessed_at   timestamptz,
    decided_at    timestamptz,
    signed_at     timestamptz,
    placed_at     timestamptz,
    hired_at      timestamptz,
    PRIMARY KEY (originator_id, episode)
);

CREATE INDEX ON episodes (started_at);
CREATE INDEX ON episodes (person);

-- The protocol's own indicators. due: if it says within which time.
CREATE TABLE waits (
    originator_id uuid        NOT NULL,
    episode       bigint      NOT NULL,
    indicator     text        NOT NULL,
    started       timestamptz NOT NULL,
    ended         timestamptz,
    due           timestamptz,
    PRIMARY KEY (originator_id, episode, indicator)
);

CREATE TABLE open_tasks (
    originator_id uuid        NOT NULL,
    task          text        NOT NULL,
    step          text        NOT NULL,
    role          text        NOT NULL,
    round         bigint      NOT NULL,
    opened_at     timestamptz NOT NULL,
    due           timestamptz,
    automation    boolean     NOT NULL,
    PRIMARY KEY (originator_id, task)
);

-- Tasks that are settled, by the event that settled them; outcome is empty for those withdrawn.
CREATE TABLE tasks (
    originator_id uuid        NOT NULL,
    position      bigint      NOT NULL,
    task          text        NOT NULL,
    episode       bigint      NOT NULL,
    step          text        NOT NULL,
    role          text        NOT NULL,
    round         bigint      NOT NULL,
    opened_at     timestamptz NOT NULL,
    settled_at    timestamptz NOT NULL,
    due           timestamptz,
    outcome       text        NOT NULL,
    automation    boolean     NOT NULL,
    PRIMARY KEY (position, task)
);

CREATE INDEX ON tasks (originator_id, episode);

-- hired and outcome are known when it has ended. suspended: days that do not count.
CREATE TABLE placements (
    originator_id uuid             NOT NULL,
    number        bigint           NOT NULL,
    episode       bigint           NOT NULL,
    host          text             NOT NULL,
    kind          text             NOT NULL,
    stream        text             NOT NULL,
    starts_on     date             NOT NULL,
    ends_on       date             NOT NULL,
    hours_week    double precision NOT NULL,
    allowance     double precision NOT NULL,
    started_at    timestamptz      NOT NULL,
    ended_on      date,
    ended_at      timestamptz,
    outcome       text             NOT NULL,
    hired         boolean          NOT NULL,
    suspended_at  timestamptz,
    suspended     bigint           NOT NULL,
    PRIMARY KEY (originator_id, number)
);

CREATE TABLE attendance (
    originator_id  uuid             NOT NULL,
    position       bigint           PRIMARY KEY,
    episode        bigint           NOT NULL,
    month          text             NOT NULL,
    stream         text             NOT NULL,
    hours_planned  double precision NOT NULL,
    hours_attended double precision NOT NULL,
    paid           double precision NOT NULL
);

CREATE TABLE commitments (
    originator_id uuid             NOT NULL,
    position      bigint           PRIMARY KEY,
    episode       bigint           NOT NULL,
    stream        text             NOT NULL,
    amount        double precision NOT NULL,
    signed_on     date             NOT NULL,
    light         boolean          NOT NULL
);

-- The six dimensions of D.Lgs. 147/2017 art. 5, 1 (serious problem) to 6 (evident strength).
CREATE TABLE assessments (
    originator_id uuid    NOT NULL,
    position      bigint  PRIMARY KEY,
    episode       bigint  NOT NULL,
    moment        text    NOT NULL,
    functioning   bigint ,
    economic      bigint ,
    work          bigint ,
    education     bigint ,
    housing       bigint ,
    networks      bigint 
);

-- kind: skip, force, redo, correct, or gave_up for an automation that a person had to replace.
CREATE TABLE exceptions (
    originator_id uuid        NOT NULL,
    position      bigint      PRIMARY KEY,
    episode       bigint      NOT NULL,
    at            timestamptz NOT NULL,
    kind          text        NOT NULL,
    step          text        NOT NULL,
    role          text        NOT NULL
);

-- Reminders (rung -1) and rungs of escalation.
CREATE TABLE calls (
    originator_id uuid        NOT NULL,
    position      bigint      PRIMARY KEY,
    episode       bigint      NOT NULL,
    at            timestamptz NOT NULL,
    step          text        NOT NULL,
    rung          bigint      NOT NULL,
    role          text        NOT NULL
);

-- Case events: no-shows, crises, transfers, …
CREATE TABLE happenings (
    originator_id uuid        NOT NULL,
    position      bigint      PRIMARY KEY,
    episode       bigint      NOT NULL,
    at            timestamptz NOT NULL,
    event         text        NOT NULL
);

CREATE TABLE follow_ups (
    originator_id uuid    NOT NULL,
    position      bigint  PRIMARY KEY,
    episode       bigint  NOT NULL,
    month         bigint  NOT NULL,
    employed      boolean,
    contract      text    NOT NULL
);
