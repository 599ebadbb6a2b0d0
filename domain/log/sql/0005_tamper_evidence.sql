-- Every event bears one hash, which is at once the link of its case's chain and its leaf in the
-- Merkle tree over the whole log (RFC 6962, section 2.1: SHA-256 of 0x00 and the entry).
--
-- The entry: version byte 0x01, hash of the originator's previous event (32 zero bytes for the
-- first), originator, version, position, length of the topic, topic, state as it is stored. All
-- numbers big-endian. `domain.proof.leaf` says the same in Python.
CREATE FUNCTION event_hash(
    p_previous bytea, p_originator uuid, p_version bigint, p_position bigint,
    p_topic text, p_state bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sha256('\x0001'::bytea || p_previous || uuid_send(p_originator) || int8send(p_version)
        || int8send(p_position) || int4send(octet_length(p_topic))
        || convert_to(p_topic, 'UTF8') || p_state)
$$;

-- Events of before, in the order in which they came.
ALTER TABLE stored_events ADD COLUMN hash bytea;
ALTER TABLE stored_events DISABLE TRIGGER stored_events_append_only;
DO $$
DECLARE
    event record;
    last  bytea;
    of_   uuid;
BEGIN
    FOR event IN
        SELECT * FROM stored_events ORDER BY originator_id, originator_version
    LOOP
        IF of_ IS DISTINCT FROM event.originator_id THEN
            last := decode(repeat('00', 32), 'hex');
            of_ := event.originator_id;
        END IF;
        last := event_hash(last, of_, event.originator_version, event.notification_id,
                           event.topic, event.state);
        UPDATE stored_events SET hash = last
        WHERE originator_id = of_ AND originator_version = event.originator_version;
    END LOOP;
END
$$;
ALTER TABLE stored_events ENABLE TRIGGER stored_events_append_only;
ALTER TABLE stored_events ALTER COLUMN hash SET NOT NULL;

-- Of the tree only what is full and can never change is kept: 256 hashes a tile, as in C2SP
-- tlog-tiles. It is derived from the events' hashes.
CREATE TABLE tree_tiles (
    level  smallint NOT NULL,
    tile   bigint   NOT NULL,
    hashes bytea    NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, tile)
);

-- Signed checkpoints, the newest last. The same notes stand outside the database too.
CREATE TABLE checkpoints (
    size bigint PRIMARY KEY,
    note text        NOT NULL,
    at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- As in 0002, and every event is hashed under the lock.
CREATE OR REPLACE FUNCTION append_events(
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
    hashes   bytea[];
    link     bytea;
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
    FOR i IN 1 .. count_ LOOP
        -- The events of one originator mostly stand together: then the link is at hand.
        IF i = 1 OR p_originators[i] <> p_originators[i - 1] THEN
            link := NULL;
            FOR j IN REVERSE i - 1 .. 1 LOOP
                IF p_originators[j] = p_originators[i] THEN
                    link := hashes[j];
                    EXIT;
                END IF;
            END LOOP;
            IF link IS NULL THEN
                SELECT e.hash INTO link FROM stored_events e
                WHERE e.originator_id = p_originators[i]
                ORDER BY e.originator_version DESC LIMIT 1;
                link := coalesce(link, decode(repeat('00', 32), 'hex'));
            END IF;
        END IF;
        link := event_hash(link, p_originators[i], p_versions[i], out_last + i,
                           p_topics[i], p_states[i]);
        hashes[i] := link;
    END LOOP;
    IF count_ > 0 THEN
        INSERT INTO stored_events
            (originator_id, originator_version, topic, state, notification_id, hash)
        SELECT u.originator_id, u.originator_version, u.topic, u.state, out_last + u.ordinal, u.hash
        FROM unnest(p_originators, p_versions, p_topics, p_states, hashes) WITH ORDINALITY
             AS u (originator_id, originator_version, topic, state, hash, ordinal);
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
