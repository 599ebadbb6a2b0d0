-- What this installation is for, and the clock that only training may move.

CREATE TABLE installation (
    only_row   boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    kind       text        NOT NULL CHECK (kind IN ('real', 'training')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE clock (
    only_row boolean  NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    offset_  interval NOT NULL DEFAULT interval '0'
);

INSERT INTO clock DEFAULT VALUES;

-- Held in the database too, where no program can forget it: a real installation
-- stays real, and its clock stays where it is.
CREATE FUNCTION guard_installation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.kind = 'real' AND (TG_OP = 'DELETE' OR NEW.kind <> 'real') THEN
        RAISE EXCEPTION 'a real installation cannot become a training one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER installation_stays_real BEFORE UPDATE OR DELETE ON installation
    FOR EACH ROW EXECUTE FUNCTION guard_installation();

CREATE FUNCTION guard_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.offset_ <> OLD.offset_
       AND NOT EXISTS (SELECT FROM installation i WHERE i.kind = 'training') THEN
        RAISE EXCEPTION 'the clock can be moved only in a training installation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER clock_moves_in_training_only BEFORE UPDATE ON clock
    FOR EACH ROW EXECUTE FUNCTION guard_clock();
