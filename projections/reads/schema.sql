-- One row for each read, or refusal: ids and categories, nothing personal.
CREATE TABLE reads (
    originator_id uuid        NOT NULL,
    position      bigint      NOT NULL,
    line          bigint      NOT NULL,
    at            timestamptz NOT NULL,
    reader        text        NOT NULL,
    door          text        NOT NULL,
    case_id       uuid,
    person        uuid,
    roles         text[]      NOT NULL,
    grounds       text[]      NOT NULL,
    shown         text[]      NOT NULL,
    withheld      text[]      NOT NULL,
    refused       boolean     NOT NULL,
    PRIMARY KEY (position, line)
);

CREATE INDEX ON reads (person, position, line);
CREATE INDEX ON reads (case_id, position, line);
CREATE INDEX ON reads (reader, position, line);
