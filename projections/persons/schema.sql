-- No name, no date of birth, no code, no contact: those stay in the log, where they are protected.
-- The year of birth is kept only to tell age bands; no query gives it out.
CREATE TABLE persons (
    originator_id uuid    PRIMARY KEY,
    pseudonym     text    NOT NULL,
    sex           text    NOT NULL,
    birth_year    bigint ,
    anonymous     boolean NOT NULL,
    sealed        boolean NOT NULL
);
