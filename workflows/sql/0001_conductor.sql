-- How far the conductor has told Temporal of the log, and what each case waits for.
-- Both can be rebuilt from the log at any time.

CREATE TABLE conductor_position (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    position bigint  NOT NULL DEFAULT 0
);

INSERT INTO conductor_position DEFAULT VALUES;

-- next_at: the nearest instant at which something is due, on the application's clock.
-- automating: automations that have not ended yet.
CREATE TABLE conductor_due (
    case_id       uuid PRIMARY KEY,
    version       bigint      NOT NULL,
    episode       integer     NOT NULL,
    workflow_type text        NOT NULL,
    next_at       timestamptz,
    automating    integer     NOT NULL,
    ended         boolean     NOT NULL
);

CREATE INDEX conductor_due_next_at_idx ON conductor_due (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX conductor_due_automating_idx ON conductor_due (case_id) WHERE automating > 0;
