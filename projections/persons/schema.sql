-- No name, no date of birth, no code, no contact: those stay in the log, where they are protected.
-- The year of birth is kept only to tell age bands; no query gives it out.
CREATE TABLE persons (
    originator_id uuid    PRIMARY KEY,
    pseudonym     text    NOT NULL,
    sex           text    NOT NULL,
    birth_year    bigint ,
    anonymous     boolean NOT NULL,
    sealed        boolean NOT NULL,
    kept_by       uuid,
    restricted    boolean NOT NULL
);

-- Merges that wait for somebody's decision. originator_id: who would be kept; by: a staff id.
CREATE TABLE proposals (
    originator_id uuid        NOT NULL,
    merged        uuid        NOT NULL,
    by            text        NOT NULL,
    at            timestamptz NOT NULL,
    position      bigint      NOT NULL,
    PRIMARY KEY (originator_id, merged)
);
