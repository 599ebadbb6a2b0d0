-- Hosts as everybody may see them. Who must never be sent to a host is known to the matcher only.
CREATE TABLE hosts (
    originator_id uuid    PRIMARY KEY,
    name          text    NOT NULL,
    comune        text    NOT NULL,
    staff         bigint  NOT NULL,
    sector        text    NOT NULL,
    places        bigint  NOT NULL,
    jobs          text[]  NOT NULL,
    kinds         text[]  NOT NULL,
    flags         text[]  NOT NULL,
    version       bigint  NOT NULL
);

CREATE INDEX ON hosts (comune);

-- Places that are taken now, and by which case.
CREATE TABLE places (
    originator_id uuid        NOT NULL,
    case_id       text        NOT NULL,
    kind          text        NOT NULL,
    taken_at      timestamptz NOT NULL,
    PRIMARY KEY (originator_id, case_id)
);

CREATE INDEX ON places (case_id);
