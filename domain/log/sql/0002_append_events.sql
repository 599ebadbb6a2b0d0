-- Append in one round trip: one statement, one transaction.
--
-- The EXCLUSIVE lock is taken first and held to the end of the transaction, so
-- commit order is position order and a follower never sees a hole fill up later.
-- Every check runs under it and before the first write: a refusal is an ordinary
-- answer, not an aborted transaction. Each statement of a volatile function takes
-- a fresh snapshot, so what is read here includes the last commit before the lock.
--
-- p_heads are the originators that must still be at p_head_versions (0: no events yet).
--
-- out_status: appended | replayed | mismatch | conflict | taken
--   replayed, mismatch: the other columns are those of the recorded command
--   conflict:           out_originator is the one that has moved
--   taken:              out_originator holds the claim, in out_scope
CREATE FUNCTION append_events(
    p_originators     uuid[],
    p_versions        bigint[],
    p_topics          text[],
    p_states          bytea[],
    p_heads           uuid[],
    p_head_versions   bigint[],
    p_command         uuid,
    p_fingerprint     bytea,
    p_subject         uuid,
    p_subject_version bigint,
    p_result          bytea,
    p_take_scopes     text[],
    p_take_keys       bytea[],
    p_take_for        uuid[],
    p_release_scopes  text[],
    p_release_keys    bytea[],
    p_release_of      uuid[],
    OUT out_status     text,
    OUT out_first      bigint,
    OUT out_last       bigint,
    OUT out_originator uuid,
    OUT out_version    bigint,
    OUT out_result     bytea,
    OUT out_at         timestamptz,
    OUT out_scope      text
) LANGUAGE plpgsql VOLATILE SET lock_timeout = '3s' AS $$
DECLARE
    recorded commands%ROWTYPE;
    head     bigint;
    count_   bigint := coalesce(cardinality(p_originators), 0);
BEGIN
    LOCK TABLE stored_events IN EXCLUSIVE MODE;

    IF p_command IS NOT NULL THEN
        SELECT * INTO recorded FROM commands c WHERE c.command_id = p_command;
        IF FOUND THEN
            out_status := CASE WHEN recorded.fingerprint = p_fingerprint
                               THEN 'replayed' ELSE 'mismatch' END;
            out_first := recorded.first_position;
            out_last := recorded.last_position;
            out_originator := recorded.originator_id;
            out_version := recorded.version;
            out_result := recorded.result;
            out_at := recorded.at;
            RETURN;
        END IF;
    END IF;

    FOR i IN 1 .. coalesce(cardinality(p_heads), 0) LOOP
        SELECT max(e.originator_version) INTO head
        FROM stored_events e
        WHERE e.originator_id = p_heads[i];
        IF coalesce(head, 0) <> p_head_versions[i] THEN
            out_status := 'conflict';
            out_originator := p_heads[i];
            RETURN;
        END IF;
    END LOOP;

    IF p_take_scopes IS NOT NULL THEN
        SELECT c.scope, c.originator_id INTO out_scope, out_originator
        FROM unnest(p_take_scopes, p_take_keys, p_take_for) AS t (scope, key, originator_id)
        JOIN claims c ON c.scope = t.scope AND c.key = t.key
                     AND c.originator_id <> t.originator_id
        WHERE NOT EXISTS (
            SELECT FROM unnest(p_release_scopes, p_release_keys, p_release_of)
                        AS r (scope, key, originator_id)
            WHERE r.scope = c.scope AND r.key = c.key AND r.originator_id = c.originator_id
        )
        LIMIT 1;
        IF FOUND THEN
            out_status := 'taken';
            RETURN;
        END IF;
    END IF;

    SELECT coalesce(max(e.notification_id), 0) INTO out_last FROM stored_events e;
    IF count_ > 0 THEN
        INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
        SELECT u.originator_id, u.originator_version, u.topic, u.state, out_last + u.ordinal
        FROM unnest(p_originators, p_versions, p_topics, p_states) WITH ORDINALITY
             AS u (originator_id, originator_version, topic, state, ordinal);
        out_first := out_last + 1;
        out_last := out_last + count_;
    END IF;

    IF p_release_scopes IS NOT NULL THEN
        DELETE FROM claims c
        USING unnest(p_release_scopes, p_release_keys, p_release_of)
              AS r (scope, key, originator_id)
        WHERE c.scope = r.scope AND c.key = r.key AND c.originator_id = r.originator_id;
    END IF;
    IF p_take_scopes IS NOT NULL THEN
        INSERT INTO claims (scope, key, originator_id)
        SELECT t.scope, t.key, t.originator_id
        FROM unnest(p_take_scopes, p_take_keys, p_take_for) AS t (scope, key, originator_id)
        ON CONFLICT (scope, key) DO NOTHING;
    END IF;

    out_originator := p_subject;
    out_version := p_subject_version;
    out_result := p_result;
    out_at := clock_timestamp();
    IF p_command IS NOT NULL THEN
        INSERT INTO commands
        VALUES (p_command, p_fingerprint, out_originator, out_first, out_last,
                out_version, p_result, out_at);
    END IF;

    IF count_ > 0 THEN
        PERFORM pg_notify('stored_events', out_last::text);
    END IF;
    out_status := 'appended';
END
$$;
