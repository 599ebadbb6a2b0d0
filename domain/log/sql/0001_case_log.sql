-- The case log: events, the commands that produced them, and unique claims.

-- Columns are those eventsourcing's select statements expect. notification_id
-- has no default: only append_events, under the table lock, may number events,
-- so positions have no holes and a hole is evidence of tampering.
CREATE TABLE stored_events (
    originator_id      uuid   NOT NULL,
    originator_version bigint NOT NULL,
    topic              text   NOT NULL,
    state              bytea  NOT NULL,
    notification_id    bigint NOT NULL CHECK (notification_id > 0),
    PRIMARY KEY (originator_id, originator_version)
);

CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id);

-- One row for each command ever accepted: a repeated command finds its answer here.
CREATE TABLE commands (
    command_id     uuid PRIMARY KEY,
    fingerprint    bytea       NOT NULL,
    originator_id  uuid,
    first_position bigint,
    last_position  bigint      NOT NULL,
    version        bigint      NOT NULL,
    result         bytea,
    at             timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What may exist once only (an open case of a person, a person for a blind index).
CREATE TABLE claims (
    scope         text  NOT NULL,
    key           bytea NOT NULL,
    originator_id uuid  NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX claims_originator_id_idx ON claims (originator_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the case log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'record a correction as a new event';
END
$$;

CREATE TRIGGER stored_events_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Old commands may be pruned one day; what was answered never changes.
CREATE TRIGGER commands_append_only
    BEFORE UPDATE OR TRUNCATE ON commands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
