-- What concerns all read models. Each has a Postgres schema of its own beside this one.

CREATE SCHEMA IF NOT EXISTS projections;

-- Events a handler could not take. Only where they are and the class of the fault: no content.
CREATE TABLE IF NOT EXISTS projections.parked (
    model         text        NOT NULL,
    originator_id uuid        NOT NULL,
    position      bigint      NOT NULL,
    topic         text        NOT NULL,
    error_class   text        NOT NULL,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (model, originator_id, position)
);
