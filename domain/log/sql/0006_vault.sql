-- The data key of each person, wrapped by a key that is not in this database. With the data key
-- everything personal in that person's events is readable; without it, nothing ever again.
CREATE TABLE vault_keys (
    person       uuid PRIMARY KEY,
    wrapped_by   text        NOT NULL,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- What was destroyed stays so: no key comes back under a person who was erased.
CREATE FUNCTION guard_vault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.destroyed_at IS NOT NULL THEN
        RAISE EXCEPTION 'the key of this person was destroyed for ever'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER vault_keys_stay_destroyed BEFORE UPDATE ON vault_keys
    FOR EACH ROW EXECUTE FUNCTION guard_vault();
